"""Local and yearly figures with their dates and sources; absent or expired, nothing is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path

from knowledge.complaints import complaint
from knowledge.entry import Citation
from knowledge.rows import Row, read_head, read_rows

NATIONAL = "全国"
"""The region of figures that a law may fix for good; a local one always runs out."""


@dataclass(frozen=True, slots=True)
class Value:
    """One figure of a series. It holds from `effective_from` until the next one begins.

    After `expires_on` it must not be used for any later day, even where no other follows.
    """

    value: Decimal
    effective_from: date
    expires_on: date | None
    source: str
    retrieved_on: date
    reviewer: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure that changes: what it is called, and its series, the oldest first.

    `without` is what an answer says where the figure is not known: the formula or the office.
    `citations` are the articles that set the figure or ask for it; where no value is known they
    were read for the law of the day `read_for`.
    """

    key: str
    name: str
    unit: str
    region: str
    without: str
    values: tuple[Value, ...]
    file: str
    citations: tuple[Citation, ...] = ()
    read_for: date = date.min

    def on(self, day: date) -> Value | None:
        """The figure for what happened on `day`; None where it is absent or has expired."""
        begun = [value for value in self.values if value.effective_from <= day]
        if not begun:
            return None
        last = begun[-1]
        return None if last.expires_on is not None and last.expires_on < day else last

    def has_expired(self, day: date) -> bool:
        """Whether there was a figure once, and none for this day."""
        return self.on(day) is None and any(value.effective_from <= day for value in self.values)


@dataclass(frozen=True, slots=True)
class Parameters:
    """All declared figures by key."""

    by_key: Mapping[str, Parameter]

    @classmethod
    def read(cls, folder: Path) -> "Parameters":
        """Reads every file of content/parameters. Raises ContentError naming the row."""
        by_key: dict[str, Parameter] = {}
        for path in sorted(folder.glob("*.yaml")):
            head = read_head(path).only("read_for", "parameters")
            for row in read_rows(path, "parameters"):
                parameter = _parameter(row, head.day_or_none("read_for"))
                if parameter.key in by_key:
                    raise row.error("key", complaint("doubled_key", key=parameter.key))
                by_key[parameter.key] = parameter
        return cls(by_key)


def _parameter(row: Row, read_for: date | None) -> Parameter:
    row.only("key", "name", "unit", "region", "without", "citations", "values")
    cited = row.citations("citations")
    values = tuple(_value(value) for value in row.rows("values"))
    if cited and not values and read_for is None:
        raise row.error("citations", complaint("no_day_of_reading"))
    if row.text("region") != NATIONAL and any(value.expires_on is None for value in values):
        raise row.error("expires_on", complaint("local_figure_without_end"))
    for before, after in pairwise(values):
        if after.effective_from <= before.effective_from:
            raise row.error("values", complaint("series_not_in_order", day=after.effective_from))
    return Parameter(
        key=row.text("key"),
        name=row.text("name"),
        unit=row.text("unit"),
        region=row.text("region"),
        without=row.text("without"),
        values=values,
        file=str(row.path),
        citations=cited,
        read_for=read_for or date.min,
    )


def _value(row: Row) -> Value:
    row.only("value", "effective_from", "expires_on", "source", "retrieved_on", "reviewer")
    effective_from, expires_on = row.day("effective_from"), row.day_or_none("expires_on")
    if expires_on is not None and expires_on < effective_from:
        raise row.error("expires_on", complaint("ends_before_it_begins"))
    return Value(
        value=_decimal(row),
        effective_from=effective_from,
        expires_on=expires_on,
        source=row.text("source"),
        retrieved_on=row.day("retrieved_on"),
        reviewer=row.text_or_empty("reviewer"),
    )


def _decimal(row: Row) -> Decimal:
    """A figure in quotes, so that 3.10 keeps its digits."""
    try:
        return Decimal(row.text("value"))
    except InvalidOperation:
        raise row.error("value", complaint("not_a_figure")) from None
