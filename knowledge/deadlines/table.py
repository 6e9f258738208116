"""The rows of content/deadlines.yaml: what must be done by when, counted from what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from knowledge.complaints import complaint
from knowledge.deadlines.calendar import RestCalendar
from knowledge.deadlines.counting import Counted, Period, Unit, counted
from knowledge.entry import Citation
from knowledge.rows import Row, read_head, read_rows


class Whose(StrEnum):
    """Who must keep a period, or has to wait for its end."""

    RESIDENT = "resident"
    OFFICE = "office"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A period of law.

    `starts` says in plain words on which day it begins (that day is not counted); `after` names
    the deadline at whose end this one begins, if it does. From `valid_from` to `valid_until`,
    where they are given, it is the law.
    """

    id: str
    name: str
    period: Period
    whose: Whose
    starts: str
    after: str
    note: str
    citations: tuple[Citation, ...]
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How every period is counted, and the articles that say so."""

    name: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class DeadlineTable:
    """All deadlines by id, and the calendar that they are counted by.

    `read_for` is the day whose law was read for all that say no later one, `review_by` the day by
    which somebody reads again. No period can be counted where `reckoning` no longer holds.
    """

    by_id: Mapping[str, Deadline]
    calendar: RestCalendar
    file: str
    read_for: date
    review_by: date
    reckoning: Reckoning

    @classmethod
    def read(cls, content: Path) -> "DeadlineTable":
        """Reads deadlines.yaml and holidays.yaml. Raises ContentError naming the row."""
        path = content / "deadlines.yaml"
        by_id: dict[str, Deadline] = {}
        for row in read_rows(path, "deadlines"):
            deadline = _deadline(row)
            if deadline.id in by_id:
                raise row.error("id", complaint("doubled_key", key=deadline.id))
            if deadline.after and deadline.after not in by_id:
                raise row.error("after", complaint("unknown_deadline", name=deadline.after))
            by_id[deadline.id] = deadline
        head = read_head(path).only("read_for", "review_by", "reckoning", "deadlines")
        return cls(
            by_id=by_id,
            calendar=RestCalendar.read(content / "holidays.yaml"),
            file=str(path),
            read_for=head.day("read_for"),
            review_by=head.day("review_by"),
            reckoning=_reckoning(head),
        )

    def ends(self, name: str, start: date) -> Counted:
        """When a deadline ends that begins on `start`.

        One that follows another is counted from the end of that one, `start` being the first's
        beginning; where that end is not certain, neither is this. Raises KeyError, and ValueError
        for one in hours.
        """
        deadline = self.by_id[name]
        if not deadline.after:
            return counted(start, deadline.period, self.calendar)
        before = self.ends(deadline.after, start)
        safe = counted(before.safe, deadline.period, self.calendar).safe
        if before.last is None:
            return Counted(None, safe)
        last = counted(before.last, deadline.period, self.calendar).last
        return Counted(last, safe)

    def ends_at(self, name: str, start: datetime) -> datetime:
        """The same for a period of hours. Raises KeyError, and ValueError for any other unit."""
        period = self.by_id[name].period
        if period.unit is not Unit.HOUR:
            raise ValueError(period.unit)
        return start + timedelta(hours=period.count)


def _reckoning(head: Row) -> Reckoning:
    row = head.row("reckoning").only("name", "citations")
    return Reckoning(row.text("name"), row.citations("citations"))


def _deadline(row: Row) -> Deadline:
    row.only(
        *("id", "name", "count", "unit", "rolls", "whose", "starts", "after", "note", "citations"),
        *("valid_from", "valid_until"),
    )
    count, unit = row.number("count"), row.text("unit")
    if unit not in list(Unit) or count < 1:
        raise row.error("unit", complaint("not_among", given=unit, known="、".join(Unit)))
    whose = row.text("whose")
    if whose not in list(Whose):
        raise row.error("whose", complaint("not_among", given=whose, known="、".join(Whose)))
    if not isinstance(row.given.get("rolls"), bool):
        raise row.error("rolls", complaint("not_true_or_false"))
    if not row.rows("citations"):
        raise row.error("citations", complaint("missing_field"))
    return Deadline(
        id=row.text("id"),
        name=row.text("name"),
        period=Period(count, Unit(unit), row.given["rolls"]),
        whose=Whose(whose),
        starts=row.text("starts"),
        after=row.text_or_empty("after"),
        note=row.text_or_empty("note"),
        citations=row.citations("citations"),
        valid_from=row.day_or_none("valid_from"),
        valid_until=row.day_or_none("valid_until"),
    )
