"""Files that could not be read, and ids that stand twice."""

from collections.abc import Iterator

from knowledge.checks.fault import Fault
from knowledge.library import Library


def faults(library: Library) -> Iterator[Fault]:
    """What reading the files complained of."""
    for error in library.faults:
        yield Fault(error.file, error.line, error.field, error.message)
