"""Whatever rests on articles of law, in one shape: an answer, a deadline, a figure, a repeal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from knowledge.deadlines.table import Deadline, DeadlineTable
from knowledge.entry import Citation, Entry
from knowledge.parameters import Parameter, Parameters
from knowledge.statutes.lock import last_day, read_for
from knowledge.statutes.register import Register

RECKONING = "reckoning"
"""What the counting itself is called among the deadlines."""
_ONE_DAY = timedelta(days=1)


class CitingKind(StrEnum):
    """What it is that rests on articles."""

    ENTRY = "entry"
    DEADLINE = "deadline"
    FIGURE = "figure"
    REPEAL = "repeal"
    """What the register says of a law that another one ended."""


@dataclass(frozen=True, slots=True)
class Citing:
    """Something that rests on articles.

    `read_for` is the day whose law was read for it, `last_day` the last one for which its law has
    to be known. It is used from `begins` to `ends`, both included; None is open-ended.
    """

    kind: CitingKind
    id: str
    name: str
    citations: tuple[Citation, ...]
    read_for: date
    last_day: date
    file: str
    begins: date = date.min
    ends: date | None = None
    source: str = field(default="", repr=False)
    """The text of an entry, which need not be that of its file."""

    def used_on(self, day: date) -> bool:
        """Whether anything would be said or counted by it on a day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


def of_entry(entry: Entry) -> Citing:
    """An answer."""
    return Citing(
        kind=CitingKind.ENTRY,
        id=entry.id,
        name=entry.title,
        citations=entry.citations,
        read_for=read_for(entry),
        last_day=last_day(entry),
        file=entry.file,
        begins=entry.valid_from,
        ends=entry.valid_until,
        source=entry.source,
    )


def of_deadline(table: DeadlineTable, row: Deadline) -> Citing:
    """A deadline."""
    return Citing(
        kind=CitingKind.DEADLINE,
        id=row.id,
        name=row.name,
        citations=row.citations,
        read_for=max(table.read_for, row.valid_from or date.min),
        last_day=row.valid_until or table.review_by,
        file=table.file,
        begins=row.valid_from or date.min,
        ends=row.valid_until,
    )


def of_reckoning(table: DeadlineTable) -> Citing:
    """The articles by which all periods are counted."""
    return Citing(
        kind=CitingKind.DEADLINE,
        id=RECKONING,
        name=table.reckoning.name,
        citations=table.reckoning.citations,
        read_for=table.read_for,
        last_day=table.review_by,
        file=table.file,
    )


def of_deadlines(table: DeadlineTable) -> Iterator[Citing]:
    """Every deadline, after what all of them are counted by."""
    yield of_reckoning(table)
    yield from (of_deadline(table, row) for row in table.by_id.values())


def of_parameters(parameters: Parameters) -> Iterator[Citing]:
    """Every figure that rests on articles: each value of its series by itself."""
    for parameter in parameters.by_key.values():
        if parameter.citations:
            yield from _of_parameter(parameter)


def of_register(register: Register) -> Iterator[Citing]:
    """Every repeal whose article the register names, read for the day on which it took effect."""
    for law in register.laws.values():
        day = law.versions[-1].effective_until
        if law.repealed_by is not None and day is not None:
            cited = (law.repealed_by,)
            yield Citing(
                CitingKind.REPEAL, law.title, law.title, cited, day, day, law.file, day, day
            )


def _of_parameter(parameter: Parameter) -> Iterator[Citing]:
    """A value was read for the day on which it was looked up, or for its last one if earlier.

    Where no value is known, what is said instead rests on the articles, too.
    """
    if not parameter.values:
        day = parameter.read_for
        yield _figure(parameter, day, day, date.min, None)
        return
    ends = [later.effective_from - _ONE_DAY for _, later in pairwise(parameter.values)]
    for value, next_begins in zip(parameter.values, [*ends, None], strict=True):
        last = min(value.expires_on or date.max, next_begins or date.max)
        yield _figure(
            parameter,
            min(value.retrieved_on, last),
            last,
            value.effective_from,
            None if last == date.max else last,
        )


def _figure(
    parameter: Parameter, read: date, last: date, begins: date, ends: date | None
) -> Citing:
    name = f"{parameter.name} {begins}" if begins > date.min else parameter.name
    cited = parameter.citations
    return Citing(
        CitingKind.FIGURE, parameter.key, name, cited, read, last, parameter.file, begins, ends
    )
