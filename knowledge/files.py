"""The content folder as entries; an error names file and field."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.entry import Citation, Entry, EntryId, Sections, Status, TopicId
from knowledge.errors import ContentError

SECTIONS = {"简答": "brief", "期限": "deadline", "下一步": "next_step", "详细": "detail"}
_HEADING = re.compile(r"^## +(\S+) *$", re.MULTILINE)
_VERSION_LENGTH = 12
_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""The same loader in C where it was built: the register takes half a second without."""


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping. Raises ContentError."""
    given = _parse_yaml(path, path.read_text("utf-8"))
    if not isinstance(given, dict):
        raise ContentError(path, "", "must be a mapping")
    return given


def _parse_yaml(path: Path, text: str) -> object:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  both are safe loaders
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else ""
        raise ContentError(path, line, "is not YAML") from error


def read_entries(folder: Path) -> tuple[Entry, ...]:
    """Every entry under `folder`, by id. Raises ContentError at the first bad file."""
    entries = [read_entry(path) for path in sorted(folder.glob("*/*.md"))]
    return tuple(sorted(entries, key=lambda entry: entry.id))


def read_entry(path: Path) -> Entry:
    """One entry from its file. Raises ContentError naming the field."""
    text = path.read_text("utf-8")
    _, front, body = [*text.split("---\n", 2), "", ""][:3]
    given = _parse_yaml(path, front)
    if not isinstance(given, dict) or not body:
        raise ContentError(path, "", "must begin with front matter between lines of ---")
    field = _Fields(path, given)
    return Entry(
        id=EntryId(field.matching("id", path.stem)),
        topic=TopicId(field.matching("topic", path.parent.name)),
        status=field.status(),
        title=field.text("title"),
        wordings=field.texts("wordings"),
        sections=_sections(path, body),
        citations=field.citations(),
        valid_from=field.day("valid_from"),
        valid_until=field.day_or_none("valid_until"),
        review_by=field.day("review_by"),
        drafted_on=field.day("drafted_on"),
        reviewed_by=str(given.get("reviewed_by") or ""),
        version=hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LENGTH],
    )


def _sections(path: Path, body: str) -> Sections:
    """The four parts under their headings, in their order."""
    pieces = _HEADING.split(body)
    names = pieces[1::2]
    if names != list(SECTIONS):
        raise ContentError(path, "headings", f"must be {' '.join(SECTIONS)}")
    texts = [piece.strip() for piece in pieces[2::2]]
    for name, text in zip(names, texts, strict=True):
        if not text:
            raise ContentError(path, name, "is empty")
    return Sections(*texts)


@dataclass(frozen=True, slots=True)
class _Fields:
    """Front matter, read with complaints that name the field."""

    path: Path
    given: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.given.get(name)
        if not isinstance(value, str) or not value.strip():
            raise ContentError(self.path, name, "must be text")
        return value.strip()

    def matching(self, name: str, expected: str) -> str:
        if self.text(name) != expected:
            raise ContentError(self.path, name, f"must be {expected}, as the file is called")
        return expected

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.given.get(name)
        if not isinstance(values, list) or not values:
            raise ContentError(self.path, name, "must be a list of texts")
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise ContentError(self.path, name, "holds something that is not text")
        return tuple(value.strip() for value in values)

    def status(self) -> Status:
        try:
            return Status(self.text("status"))
        except ValueError:
            raise ContentError(self.path, "status", f"must be one of {list(Status)}") from None

    def day(self, name: str) -> date:
        value = self.given.get(name)
        if not isinstance(value, date):
            raise ContentError(self.path, name, "must be a day like 2026-11-23")
        return value

    def day_or_none(self, name: str) -> date | None:
        return None if self.given.get(name) is None else self.day(name)

    def citations(self) -> tuple[Citation, ...]:
        rows = self.given.get("citations")
        if not isinstance(rows, list) or not rows:
            raise ContentError(self.path, "citations", "must list law and article")
        if not all(isinstance(row, dict) and set(row) == {"law", "article"} for row in rows):
            raise ContentError(self.path, "citations", "must have law and article, nothing else")
        return tuple(Citation(str(row["law"]), str(row["article"])) for row in rows)
