"""Periods counted as the law counts them: which day is the last.

民法典 200–204, 民事诉讼法 85 and 刑事诉讼法 105: the day on which a period begins is not counted;
a period of months or years ends on the day of the same number, else on the last of the month; a
last day of rest gives way to the next working day where the law says so.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from knowledge.deadlines.calendar import RestCalendar

_ONE_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12


class Unit(StrEnum):
    """What a period is counted in."""

    HOUR = "hour"
    DAY = "day"
    WORKDAY = "workday"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """So many of a unit; `rolls` where a last day of rest gives way to the next working day."""

    count: int
    unit: Unit
    rolls: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """The end of a period.

    `last` is the last day by law. None: it cannot be told, for the holidays of some year are not
    announced. `safe` is a day that is in time whatever is announced, never after `last`.
    """

    last: date | None
    safe: date


def counted(start: date, period: Period, calendar: RestCalendar) -> Counted:
    """The end of a period that begins on `start`. Raises ValueError for hours: they need a clock.

    Raises OverflowError where the calendar of the world ends.
    """
    match period.unit:
        case Unit.HOUR:
            raise ValueError(period.unit)
        case Unit.WORKDAY:
            return _in_workdays(start, period.count, calendar)
        case Unit.DAY:
            nominal = start + timedelta(days=period.count)
        case Unit.MONTH:
            nominal = months_after(start, period.count)
        case Unit.YEAR:
            nominal = months_after(start, period.count * _MONTHS_A_YEAR)
    return _rolled(nominal, calendar) if period.rolls else Counted(nominal, nominal)


def months_after(start: date, months: int) -> date:
    """The day of the same number, else the last of the month: 01-31 and one month is 02-28."""
    years, month = divmod(start.month - 1 + months, _MONTHS_A_YEAR)
    year = start.year + years
    _, longest = monthrange(year, month + 1)
    return date(year, month + 1, min(start.day, longest))


def _rolled(nominal: date, calendar: RestCalendar) -> Counted:
    """The first working day from the nominal one on; where that is unknown the nominal is safe."""
    day = nominal
    while calendar.knows(day):
        if not calendar.is_rest(day):
            return Counted(day, nominal)
        day += _ONE_DAY
    return Counted(None, nominal)


def _in_workdays(start: date, count: int, calendar: RestCalendar) -> Counted:
    """Working days are counted one by one; an unknown day counts as one, for safety."""
    day, left, certain = start, count, True
    while left:
        day += _ONE_DAY
        if not calendar.knows(day):
            certain = False
        elif calendar.is_rest(day):
            continue
        left -= 1
    return Counted(day if certain else None, day)
