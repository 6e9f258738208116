"""Rows of content files as frozen values, each checked column by column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.complaints import complaint
from knowledge.entry import Citation
from knowledge.errors import ContentError
from knowledge.files import read_yaml


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list in a content file; `place` is what an error calls it."""

    path: Path
    place: str
    given: Mapping[str, Any]

    def only(self, *known: str) -> "Row":
        """Itself. Raises ContentError for a column that nobody reads."""
        for name in self.given:
            if name not in known:
                raise self.error(name, complaint("unknown_field", known="、".join(known)))
        return self

    def text(self, name: str) -> str:
        """A text. Raises ContentError where there is none."""
        value = self.given.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, complaint("not_text"))
        return value.strip()

    def text_or_empty(self, name: str) -> str:
        """A text; empty where the row says nothing."""
        return "" if self.given.get(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, maybe empty."""
        values = self.given.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.error(name, complaint("not_a_list"))
        return tuple(values)

    def day_or_none(self, name: str) -> date | None:
        """A day; None where the row says nothing."""
        value = self.given.get(name)
        if value is not None and not isinstance(value, date):
            raise self.error(name, complaint("not_a_day"))
        return value

    def day(self, name: str) -> date:
        """A day. Raises ContentError where there is none."""
        value = self.day_or_none(name)
        if value is None:
            raise self.error(name, complaint("not_a_day"))
        return value

    def number(self, name: str) -> int:
        """A whole number. Raises ContentError where there is none."""
        value = self.given.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(name, complaint("not_a_whole_number"))
        return value

    def days(self, name: str) -> tuple[date, ...]:
        """A list of days, maybe empty."""
        values = self.given.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, date) for value in values):
            raise self.error(name, complaint("not_a_day"))
        return tuple(values)

    def rows(self, name: str) -> tuple["Row", ...]:
        """The rows of a list inside this row, maybe none."""
        return _rows(self.path, f"{self.place}.{name}", self.given.get(name))

    def row(self, name: str) -> "Row":
        """A row inside this row. Raises ContentError where there is none."""
        given = self.given.get(name)
        if not isinstance(given, dict):
            raise self.error(name, complaint("missing_field"))
        return Row(self.path, f"{self.place}.{name}", given)

    def citations(self, name: str) -> tuple[Citation, ...]:
        """A list of articles, maybe empty."""
        cited = (one.only("law", "article") for one in self.rows(name))
        return tuple(Citation(one.text("law"), one.text("article")) for one in cited)

    def error(self, name: str, message: str) -> ContentError:
        """A fault of a column, to be raised."""
        return ContentError(self.path, f"{self.place}.{name}", message)


def read_rows(path: Path, name: str) -> tuple[Row, ...]:
    """The rows of the list `name` of a file, maybe none. Raises ContentError."""
    return _rows(path, name, read_yaml(path).get(name))


def read_head(path: Path) -> Row:
    """A whole file as one row, for what stands beside its lists. Raises ContentError."""
    return Row(path, path.name, read_yaml(path))


def _rows(path: Path, place: str, given: object) -> tuple[Row, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise ContentError(path, place, complaint("not_rows"))
    return tuple(Row(path, f"{place}[{number}]", row) for number, row in enumerate(given, 1))
