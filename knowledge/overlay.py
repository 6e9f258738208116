"""What was released in the console and lies over the files: texts, their lock rows, one number."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from knowledge.entry import EntryId, TopicId
from knowledge.entrytext import version_of
from knowledge.statutes.lock import Locked


@dataclass(frozen=True, slots=True)
class TextFault:
    """What is wrong with a proposed text; `line` is 0 where the whole text is meant."""

    field: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Locks:
    """What was read of the articles that a text cites, and those that could not be opened."""

    rows: tuple[Locked, ...] = ()
    faults: tuple[TextFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """The text that residents get of an entry, under the number of its publication.

    `over` is the version of the file that it was laid over ("" for none). A text that was
    `absorbed` was met in the files once: from then on it lies over that old file only, and
    those before it (`earlier`), as on a host that was not brought up to date, or was set back.
    """

    entry: EntryId
    topic: TopicId
    text: str
    over: str
    publication: int = 0
    rows: tuple[Locked, ...] = ()
    absorbed: bool = False
    earlier: frozenset[str] = frozenset()
    """Versions that the releases before it were, or lay over; known of absorbed ones."""

    @property
    def overs(self) -> frozenset[str]:
        """The versions of all files that it replaced."""
        return self.earlier | {self.over}


def lies_over(text: str, overs: Collection[str], file: str, *, absorbed: bool) -> bool:
    """Whether residents get a released text and not that of the file ("" for no file)."""
    if text == file:
        return False
    return not absorbed or (version_of(file) if file else "") in overs


@dataclass(frozen=True, slots=True)
class Overlay:
    """All that was released, the newest of each entry; `number` grows with every release."""

    number: int = 0
    released: tuple[Released, ...] = ()

    def __iter__(self) -> Iterator[Released]:
        yield from self.released

    @classmethod
    def of(cls, number: int, released: Iterable[Released]) -> "Overlay":
        """An overlay in the one order in which it is read."""
        return cls(number, tuple(sorted(released, key=lambda one: one.entry)))
