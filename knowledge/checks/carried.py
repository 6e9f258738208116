"""What is said or counted on a day rests on articles as they were read."""

from collections.abc import Iterator
from datetime import date

from knowledge.checks.fault import Fault, line_of_citing
from knowledge.citing import Citing, CitingKind
from knowledge.complaints import complaint
from knowledge.entry import Citation
from knowledge.library import Library


def faults(library: Library, day: date) -> Iterator[Fault]:
    """Everything that stops on `day` because an article that was read has moved.

    An article that nobody read is told elsewhere, with what to do about that.
    """
    for citing in library.citing():
        yield from of_citing(citing, library, day)


def of_citing(citing: Citing, library: Library, day: date) -> Iterator[Fault]:
    """What stops one thing that cites."""
    for cited in library.lapsed(citing, day) if citing.used_on(day) else ():
        if _was_read(library, citing, cited):
            yield _told(citing, cited, day)


def _was_read(library: Library, citing: Citing, cited: Citation) -> bool:
    version = library.register.in_force(cited.law, citing.read_for)
    return version is not None and library.lock.row(cited, version) is not None


def _told(citing: Citing, cited: Citation, day: date) -> Fault:
    message = complaint(
        "no_longer_carried", law=cited.law, article=cited.article, day=day, name=citing.name
    )
    field = "citations" if citing.kind is CitingKind.ENTRY else citing.id
    return Fault(citing.file, line_of_citing(citing, cited.article), field, message)
