"""Entries that point at others point at what is there."""

from collections.abc import Iterator

from knowledge.checks.fault import Fault, fault
from knowledge.library import Library


def faults(library: Library) -> Iterator[Fault]:
    """Related entries that do not exist, stand twice, or are the entry itself."""
    for entry in library.entries.values():
        for number, other in enumerate(entry.related):
            if other == entry.id or other in entry.related[:number]:
                yield fault(entry, "related", "related_twice", other)
            elif other not in library.entries:
                yield fault(entry, "related", "related_unknown", other)
