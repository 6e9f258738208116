"""Deadlines rest on registered laws, and their length stands in an article that they cite."""

from collections.abc import Iterator
from datetime import date

from knowledge.checks.fault import Fault
from knowledge.complaints import complaint
from knowledge.deadlines.counting import Unit
from knowledge.deadlines.table import Deadline, DeadlineTable
from knowledge.numbers import LockedNumbers
from knowledge.statutes.register import Register

_SPELT = {
    Unit.HOUR: ("小时",),
    Unit.DAY: ("日",),
    # 三日 may mean working days: another cited article says so (程序规定 112, 行政复议法 88).
    Unit.WORKDAY: ("工作日", "日"),
    Unit.MONTH: ("月",),
    Unit.YEAR: ("年",),
}


def faults(
    table: DeadlineTable, register: Register, locked: LockedNumbers, day: date
) -> Iterator[Fault]:
    """Deadlines whose law is not in force on `day`, or whose articles say another length.

    Articles that are not locked prove nothing: that is told where citations are.
    """
    for row in table.by_id.values():
        for law in dict.fromkeys(cited.law for cited in row.citations):
            if register.in_force(law, day) is None:
                message = complaint("law_not_in_force", found=law, day=day)
                yield Fault(table.file, 0, row.id, message)
        proven = set().union(*(locked.numbers(one.law, one.article) for one in row.citations))
        if proven and not proven & set(_spellings(row)):
            written = next(iter(_spellings(row)))
            message = complaint("unproven_number", found=written)
            yield Fault(table.file, 0, row.id, message)


def _spellings(row: Deadline) -> Iterator[str]:
    for unit in _SPELT[row.period.unit]:
        yield f"{row.period.count}{unit}"
