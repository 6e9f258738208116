"""The content folder as entries; an error names file, line and field."""

from pathlib import Path
from typing import Any

import yaml

from knowledge.complaints import complaint
from knowledge.entry import (
    Citation,
    Entry,
    EntryId,
    Facet,
    NumberException,
    Risk,
    Sections,
    Status,
    TopicId,
)
from knowledge.entrytext import may_be_parsed, version_of
from knowledge.errors import ContentError
from knowledge.fields import HEADING, Fields, lines_of, parsed

SECTIONS = {"简答": "brief", "期限": "deadline", "下一步": "next_step", "详细": "detail"}
FACETS = {
    "时间": Facet.TIME,
    "地点": Facet.PLACE,
    "材料": Facet.PAPERS,
    "费用": Facet.FEE,
    "拒绝": Facet.REFUSAL,
}
_KNOWN = frozenset(
    [
        *("id", "topic", "subtopic", "status", "title", "wordings", "citations"),
        *("valid_from", "valid_until", "review_by", "drafted_on", "reviewed_by"),
        *("risk", "facets", "related", "plan", "exceptions", "places"),
    ]
)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping. Raises ContentError."""
    given = _parse_yaml(path, path.read_text("utf-8"))
    if not isinstance(given, dict):
        raise ContentError(path, "", "must be a mapping")
    return given


def _parse_yaml(path: Path, text: str, begins_at: int = 1) -> object:
    try:
        return parsed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + begins_at if mark else 0
        raise ContentError(path, "", complaint("not_yaml"), line) from error


def read_entries(folder: Path) -> tuple[tuple[Entry, ...], tuple[ContentError, ...]]:
    """Every entry under `folder`, by id, and the faults of files that hold none."""
    read = [examine(path) for path in sorted(folder.glob("*/*.md"))]
    faults = [fault for _, found in read for fault in found]
    entries: dict[EntryId, Entry] = {}
    for entry in sorted((entry for entry, _ in read if entry), key=lambda entry: entry.id):
        first = entries.setdefault(entry.id, entry)
        if first is not entry:
            told = complaint("doubled_id", other=first.file)
            faults.append(ContentError(entry.file, "id", told, line_in(Path(entry.file), "id")))
    return tuple(entries.values()), tuple(faults)


def examine(path: Path) -> tuple[Entry | None, tuple[ContentError, ...]]:
    """The entry of a file, or every reason why it is none."""
    return examine_text(path.read_text("utf-8"), path)


def examine_text(text: str, path: Path) -> tuple[Entry | None, tuple[ContentError, ...]]:
    """The entry of a text that stands, or would stand, in topic/id.md; or why it is none.

    A text that is no file goes by `place_of` its entry: that is what errors name.
    """
    _, front, body = [*text.split("---\n", 2), "", ""][:3]
    if not may_be_parsed(front):
        return None, (ContentError(path, "", complaint("not_yaml")),)
    try:
        given = _parse_yaml(path, front, begins_at=2)
    except ContentError as error:
        return None, (error,)
    if not isinstance(given, dict) or not body:
        return None, (ContentError(path, "", complaint("no_front")),)
    fields = Fields(path, given, text)
    fields.once(front)
    entry = _entry(fields, body)
    return (None if fields.faults else entry), tuple(fields.faults)


def place_of(topic: TopicId, entry: EntryId) -> Path:
    """What a text that is no file is called in errors: topic/id."""
    return Path(topic) / entry


def _entry(field: Fields, body: str) -> Entry:
    field.only(_KNOWN)
    return Entry(
        id=EntryId(field.matching("id", field.path.stem)),
        topic=TopicId(field.matching("topic", field.path.parent.name)),
        status=field.choice("status", Status, Status.DRAFT),
        title=field.text("title"),
        wordings=field.texts("wordings"),
        sections=_sections(field, body),
        citations=tuple(
            Citation(law, article)
            for law, article in field.rows("citations", ("law", "article"), needed=True)
        ),
        valid_from=field.day("valid_from"),
        valid_until=field.day_or_none("valid_until"),
        review_by=field.day("review_by"),
        drafted_on=field.day("drafted_on"),
        reviewed_by=str(field.given.get("reviewed_by") or ""),
        risks=field.choices("risk", Risk),
        facets=field.mapping("facets", FACETS),
        related=tuple(EntryId(name) for name in field.texts("related", needed=False)),
        plan=field.texts("plan", needed=False),
        exceptions=tuple(
            NumberException(number, reason)
            for number, reason in field.rows("exceptions", ("number", "reason"), needed=False)
        ),
        places=field.texts("places", needed=False),
        version=version_of(field.source),
        file=str(field.path),
        subtopic=str(field.given.get("subtopic") or ""),
        source=field.source,
    )


def _sections(field: Fields, body: str) -> Sections:
    """The four parts under their headings, in their order."""
    pieces = HEADING.split(body)
    if pieces[1::2] != list(SECTIONS):
        field.complain("headings", "wrong_headings", known="、".join(SECTIONS))
        return Sections("", "", "", "")
    texts = [piece.strip() for piece in pieces[2::2]]
    for name, text in zip(SECTIONS, texts, strict=True):
        if not text:
            field.complain(name, "empty_section")
    return Sections(*texts)


def line_in(path: Path, field: str, words: str = "") -> int:
    """As `line_of`, in a file."""
    try:
        return line_of(path.read_text("utf-8"), field, words)
    except OSError:
        return 0


def line_of(text: str, field: str, words: str = "") -> int:
    """The line of a field, or of the words in it; 0 where it cannot be told."""
    try:
        known = lines_of(text)
    except yaml.YAMLError:
        return 0
    whole, _, part = field.partition(".")
    begin = known.get(whole, 0)
    lines = text.splitlines()
    for number in range(begin, len(lines) + 1):
        if number and words and words in lines[number - 1]:
            return number
    for number in range(begin, len(lines) + 1):
        if number and part and lines[number - 1].strip().startswith(f"{part}:"):
            return number
    return begin
