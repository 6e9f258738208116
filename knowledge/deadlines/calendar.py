"""Which days people rest: weekends, the holidays of announced years, and their make-up days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from knowledge.complaints import complaint
from knowledge.rows import Row, read_rows

_SATURDAY = 5
_NEXT_YEAR_REACHES_BACK_TO = (12, 26)
"""From this day on the notice for the next year may move days of rest: Saturday 2018-12-29 was a
working day by the notice for 2019."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RestCalendar:
    """The years whose holidays the State Council has announced, as content/holidays.yaml has them.

    `rest` and `work` are the days that differ from an ordinary week or confirm it.
    """

    years: Mapping[int, str]
    rest: frozenset[date]
    work: frozenset[date]

    @classmethod
    def read(cls, path: Path) -> "RestCalendar":
        """Reads holidays.yaml. Raises ContentError naming the row."""
        years: dict[int, str] = {}
        rest: set[date] = set()
        work: set[date] = set()
        for row in read_rows(path, "years"):
            year = row.only("year", "source", "rest", "work").number("year")
            years[year] = row.text("source")
            for span in row.rows("rest"):
                rest.update(_span(span))
            work.update(row.days("work"))
        return cls(years, frozenset(rest), frozenset(work))

    def knows(self, day: date) -> bool:
        """Whether it is announced if people rest on that day."""
        if day.year not in self.years:
            return False
        if (day.month, day.day) < _NEXT_YEAR_REACHES_BACK_TO:
            return True
        return day.year + 1 in self.years

    def is_rest(self, day: date) -> bool:
        """Whether people rest on a known day."""
        if day in self.rest:
            return True
        return day.weekday() >= _SATURDAY and day not in self.work


def _span(row: Row) -> Iterator[date]:
    row.only("from", "to")
    day, last = row.day("from"), row.day("to")
    if last < day:
        raise row.error("to", complaint("ends_before_it_begins"))
    while day <= last:
        yield day
        day += _ONE_DAY
