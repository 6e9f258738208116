"""All that is known at one moment: entries, the register of laws, and one version over both."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from knowledge.blanks import BlankKind, blanks_in
from knowledge.citing import Citing, of_deadlines, of_entry, of_parameters, of_register
from knowledge.deadlines.table import DeadlineTable
from knowledge.entry import Citation, Entry, EntryId, Status
from knowledge.errors import ContentError
from knowledge.files import read_entries
from knowledge.filling import Filler
from knowledge.locality import NATIONAL
from knowledge.statutes.lock import LOCK_FILE, CitationLock
from knowledge.statutes.register import LawVersion, Register

CONTENT = Path(__file__).parent / "content"
HOME = "meihekou"
"""The place whose facts are used unless another is set."""
_VERSION_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Library:
    """The reviewed content. `version` changes when an entry, a law version or a local fact does.

    `faults` are the files that could not be read: their entries are left out, so that one slip
    of an editor silences one answer and not the service. `deadlines` is None where that table
    could not be read.
    """

    entries: Mapping[EntryId, Entry]
    register: Register
    filler: Filler
    version: str
    faults: tuple[ContentError, ...] = ()
    lock: CitationLock = field(default_factory=lambda: CitationLock({}))
    deadlines: DeadlineTable | None = None

    @classmethod
    def read(cls, content: Path = CONTENT, locality: str = HOME) -> "Library":
        """Reads a content folder, with the local facts of one place.

        Raises ContentError where more than single entries is broken.
        """
        statutes = content / "statutes"
        read, faults = read_entries(content / "entries")
        entries = {entry.id: entry for entry in read}
        digest = hashlib.sha256()
        for path in (*sorted(statutes.iterdir()), *_local_files(content, locality)):
            digest.update(path.read_bytes())
        for entry in entries.values():
            digest.update(entry.version.encode())
        version = digest.hexdigest()[:_VERSION_LENGTH]
        filler = Filler.read(content, locality)
        register, lock = Register.read(statutes), CitationLock.read(statutes / LOCK_FILE)
        deadlines, slips = _deadlines(content)
        return cls(entries, register, filler, version, (*faults, *slips), lock, deadlines)

    def answering(self, day: date) -> tuple[Entry, ...]:
        """The entries that residents may be given on a day: published and still good law."""
        published = (one for one in self.entries.values() if one.answers_on(day))
        return tuple(entry for entry in published if not self.lapsed(entry, day))

    def citing(self) -> Iterator[Citing]:
        """All that rests on articles and may ever be said or counted."""
        for entry in self.entries.values():
            if entry.status is not Status.WITHDRAWN:
                yield of_entry(entry)
        if self.deadlines is not None:
            yield from of_deadlines(self.deadlines)
        yield from of_parameters(self.filler.parameters)
        yield from of_register(self.register)

    def lapsed(self, one: Entry | Citing, day: date) -> tuple[Citation, ...]:
        """The citations that no longer carry something on a day; none if it is good law.

        An article carries while the text that was read for it is in force: the same version, or
        a later one in which the article was read too and says the same.
        """
        citing = of_entry(one) if isinstance(one, Entry) else one
        return tuple(
            cited for cited in citing.citations if not self._carries(cited, citing.read_for, day)
        )

    def fill(self, text: str, day: date) -> str:
        """The text with its blanks filled; a figure whose article has moved is not said."""
        figures = {blank.name for blank in blanks_in(text) if blank.kind is BlankKind.FIGURE}
        moved = (
            one.id
            for one in (of_parameters(self.filler.parameters) if figures else ())
            if one.id in figures and one.used_on(day) and self.lapsed(one, day)
        )
        return self.filler.fill(text, day, frozenset(moved))

    def _carries(self, cited: Citation, written: date, day: date) -> bool:
        before = self.register.in_force(cited.law, written)
        now = self.register.in_force(cited.law, day)
        if before is None or now is None:
            return False
        return self.lock.says_the_same(cited, before, now)

    def law_behind(self, entry: Entry, day: date) -> tuple[LawVersion | None, ...]:
        """The versions that an entry's citations mean on a day, in their order."""
        return tuple(self.register.in_force(cited.law, day) for cited in entry.citations)


def _deadlines(content: Path) -> tuple[DeadlineTable | None, tuple[ContentError, ...]]:
    try:
        return DeadlineTable.read(content), ()
    except ContentError as error:
        return None, (error,)


def _local_files(content: Path, locality: str) -> Iterator[Path]:
    folders = [content / "localities" / NATIONAL, content / "localities" / locality]
    for folder in (*folders, content / "parameters"):
        yield from sorted(folder.glob("*.yaml"))
