"""The citation lock: of every article that content cites, what was read, when and where."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.entry import Citation, Entry
from knowledge.errors import ContentError
from knowledge.numbers import numbers_in
from knowledge.statutes.numbering import order
from knowledge.statutes.register import LawVersion
from knowledge.statutes.texts import Article

LOCK_FILE = "citations.lock"


@dataclass(frozen=True, slots=True)
class Locked:
    """One article of one version as somebody opened it: no text, only what proves the reading.

    `sha256` is `fingerprint` of the text; `numbers` its figures as `numbers_in` spells them.
    """

    title: str
    adopted: date
    article: str
    effective_from: date
    effective_until: date | None
    sha256: str
    numbers: tuple[str, ...]
    read_on: date
    source: str

    @property
    def key(self) -> tuple[Citation, date]:
        """Which article of which version it is; a lock has one row of each."""
        return Citation(self.title, self.article), self.adopted

    def with_days_of(self, version: LawVersion) -> "Locked":
        """The same: what was read stays read when the register learns when a version ends."""
        days = version.effective_from, version.effective_until
        return replace(self, effective_from=days[0], effective_until=days[1])

    @classmethod
    def of(cls, article: Article, day: date) -> "Locked":
        """An article that was read on a day."""
        version = article.version
        return cls(
            title=version.title,
            adopted=version.adopted,
            article=article.number,
            effective_from=version.effective_from,
            effective_until=version.effective_until,
            sha256=fingerprint(article.text),
            numbers=tuple(sorted(numbers_in(article.text))),
            read_on=day,
            source=article.source,
        )


@dataclass(frozen=True, slots=True)
class CitationLock:
    """All rows, by law and article, the oldest version first."""

    rows: Mapping[Citation, tuple[Locked, ...]]

    @classmethod
    def of(cls, rows: Iterable[Locked]) -> "CitationLock":
        """A lock of these rows, in the one order in which they are written."""
        ordered: dict[Citation, tuple[Locked, ...]] = {}
        for row in sorted(rows, key=lambda row: (row.title, order(row.article), row.adopted)):
            cited = Citation(row.title, row.article)
            ordered[cited] = (*ordered.get(cited, ()), row)
        return cls(ordered)

    @classmethod
    def read(cls, path: Path) -> "CitationLock":
        """Reads citations.lock, one JSON object a line; nothing is locked where it is missing.

        Raises ContentError naming the line.
        """
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        rows = []
        for number, line in enumerate(lines, start=1):
            try:
                rows.append(row_of(json.loads(line)))
            except (ValueError, TypeError, KeyError) as error:
                raise ContentError(path, f"line {number}", str(error)) from None
        return cls.of(rows)

    def write(self, path: Path) -> None:
        """Writes the rows, so that a change of one article is a change of one line."""
        lines = (json.dumps(plain_row(row), ensure_ascii=False) for row in self)
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def __iter__(self) -> Iterator[Locked]:
        for rows in self.rows.values():
            yield from rows

    def row(self, cited: Citation, version: LawVersion) -> Locked | None:
        """What was read of an article in a version."""
        rows = self.rows.get(cited, ())
        return next((row for row in rows if row.adopted == version.adopted), None)

    def numbers(self, law: str, article: str) -> frozenset[str]:
        """The figures of an article in every version that was read; none if it is not locked."""
        rows = self.rows.get(Citation(law, article), ())
        return frozenset(number for row in rows for number in row.numbers)

    def says_the_same(self, cited: Citation, before: LawVersion, now: LawVersion) -> bool:
        """Whether an article was read in both versions and says the same in both."""
        first, second = self.row(cited, before), self.row(cited, now)
        return first is not None and second is not None and first.sha256 == second.sha256


def fingerprint(text: str) -> str:
    """SHA-256 of the letters and digits of a text.

    Marks, spaces and widths are left out: they differ from one official page to the next.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def read_for(entry: Entry) -> date:
    """The day whose law an entry was written for: its drafting, or its first day if later."""
    return max(entry.drafted_on, entry.valid_from)


def last_day(entry: Entry) -> date:
    """The last day for which an entry's law has to be known."""
    return entry.valid_until or entry.review_by


def plain_row(row: Locked) -> dict[str, Any]:
    """A row as JSON has it."""
    return {
        "title": row.title,
        "adopted": row.adopted.isoformat(),
        "article": row.article,
        "effective_from": row.effective_from.isoformat(),
        "effective_until": row.effective_until.isoformat() if row.effective_until else None,
        "sha256": row.sha256,
        "numbers": list(row.numbers),
        "read_on": row.read_on.isoformat(),
        "source": row.source,
    }


def row_of(given: Mapping[str, Any]) -> Locked:
    """The row of its JSON. Raises KeyError, TypeError, ValueError."""
    until = given["effective_until"]
    return Locked(
        title=given["title"],
        adopted=date.fromisoformat(given["adopted"]),
        article=given["article"],
        effective_from=date.fromisoformat(given["effective_from"]),
        effective_until=date.fromisoformat(until) if until else None,
        sha256=given["sha256"],
        numbers=tuple(given["numbers"]),
        read_on=date.fromisoformat(given["read_on"]),
        source=given["source"],
    )
