"""What must hold across all content before residents may read it, one module a kind of fault."""

from collections.abc import Iterator
from datetime import date

from knowledge.checks import (
    asking,
    carried,
    citations,
    coverage,
    figures,
    language,
    lasting,
    local,
    named,
    periods,
    relations,
    shape,
)
from knowledge.checks.fault import Fault
from knowledge.checks.rules import Rules
from knowledge.citing import of_entry
from knowledge.entry import Entry
from knowledge.library import Library
from knowledge.numbers import LockedNumbers
from knowledge.statutes.naming import Names
from knowledge.text import Segmenter

__all__ = ["Fault", "Rules", "check", "check_one"]


def check(
    library: Library,
    rules: Rules,
    segmenter: Segmenter,
    day: date,
    locked: LockedNumbers | None = None,
) -> list[Fault]:
    """Every fault of the content as residents would meet it on `day`.

    Without `locked`, figures are not held against the articles.
    """
    entries = tuple(library.entries.values())
    return [
        *shape.faults(library),
        *_between(library, rules, segmenter),
        *lasting.local_faults(library, day),
        *carried.faults(library, day),
        *named.faults(library, rules.content),
        *(fault for entry in entries for fault in _within(entry, library, rules, day, locked)),
        *_of_deadlines(library, locked, day),
    ]


def check_one(
    entry: Entry,
    library: Library,
    rules: Rules,
    segmenter: Segmenter,
    day: date,
    locked: LockedNumbers,
) -> list[Fault]:
    """The faults of one entry of a library: of two that clash, the later one has the fault."""
    between = (one for one in _between(library, rules, segmenter) if one.file == entry.file)
    return [
        *between,
        *carried.of_citing(of_entry(entry), library, day),
        *named.of_entry(entry, Names.of(library.register)),
        *_within(entry, library, rules, day, locked),
    ]


def _between(library: Library, rules: Rules, segmenter: Segmenter) -> Iterator[Fault]:
    """What entries do not have to themselves: wordings, figures, relations, the plan."""
    entries = tuple(library.entries.values())
    yield from asking.faults(entries, segmenter)
    yield from relations.faults(library)
    filed = tuple(library.of_files.entries.values())
    yield from coverage.faults(entries, rules.plan, filed)
    yield from figures.contradictions(entries, segmenter)


def _of_deadlines(library: Library, locked: LockedNumbers | None, day: date) -> Iterator[Fault]:
    if locked is not None and library.deadlines is not None:
        yield from periods.faults(library.deadlines, locked, day)


def _within(
    entry: Entry, library: Library, rules: Rules, day: date, locked: LockedNumbers | None
) -> Iterator[Fault]:
    yield from citations.faults(entry, library)
    yield from language.faults(entry, rules)
    yield from local.faults(entry, library, rules)
    yield from lasting.faults(entry, day)
    if locked is not None:
        yield from figures.faults(entry, locked)
