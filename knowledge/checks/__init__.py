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
from knowledge.library import Library
from knowledge.numbers import LockedNumbers
from knowledge.text import Segmenter

__all__ = ["Fault", "Rules", "check"]


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
    return list(_faults(library, rules, segmenter, day, locked))


def _faults(
    library: Library,
    rules: Rules,
    segmenter: Segmenter,
    day: date,
    locked: LockedNumbers | None,
) -> Iterator[Fault]:
    entries = tuple(library.entries.values())
    yield from shape.faults(library)
    yield from asking.faults(entries, segmenter)
    yield from relations.faults(library)
    yield from coverage.faults(entries, rules.plan)
    yield from figures.contradictions(entries, segmenter)
    yield from lasting.local_faults(library, day)
    yield from carried.faults(library, day)
    yield from named.faults(library, rules.content)
    for entry in entries:
        yield from citations.faults(entry, library)
        yield from language.faults(entry, rules)
        yield from local.faults(entry, library, rules)
        yield from lasting.faults(entry, day)
        if locked is not None:
            yield from figures.faults(entry, locked)
    if locked is not None and library.deadlines is not None:
        yield from periods.faults(library.deadlines, locked, day)
