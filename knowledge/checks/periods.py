"""Deadlines are read again in time, and their length stands in an article that they cite."""

from collections.abc import Iterator
from datetime import date

from knowledge.checks.fault import Fault, line_of_citing
from knowledge.citing import of_deadline
from knowledge.complaints import complaint
from knowledge.deadlines.counting import Unit
from knowledge.deadlines.table import Deadline, DeadlineTable
from knowledge.numbers import LockedNumbers

_SPELT = {
    Unit.HOUR: ("小时",),
    Unit.DAY: ("日",),
    # 三日 may mean working days: another cited article says so (程序规定 112, 行政复议法 88).
    Unit.WORKDAY: ("工作日", "日"),
    Unit.MONTH: ("月",),
    Unit.YEAR: ("年",),
}


def faults(table: DeadlineTable, locked: LockedNumbers, day: date) -> Iterator[Fault]:
    """Deadlines whose articles say another length, and a table that nobody has read again.

    Articles that are not locked prove nothing: that is told where citations are.
    """
    if table.review_by < day:
        yield Fault(table.file, 0, "review_by", complaint("deadlines_due", day=table.review_by))
    for row in table.by_id.values():
        proven = set().union(*(locked.numbers(one.law, one.article) for one in row.citations))
        if proven and not proven & set(_spellings(row)):
            message = complaint("unproven_number", found=next(iter(_spellings(row))))
            yield Fault(table.file, line_of_citing(of_deadline(table, row), ""), row.id, message)


def _spellings(row: Deadline) -> Iterator[str]:
    for unit in _SPELT[row.period.unit]:
        yield f"{row.period.count}{unit}"
