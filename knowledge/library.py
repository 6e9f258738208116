"""All that is known at one moment: entries, the register of laws, and one version over both."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from knowledge.blanks import BlankKind, blanks_in
from knowledge.citing import Citing, of_deadlines, of_entry, of_parameters, of_register
from knowledge.deadlines.table import DeadlineTable
from knowledge.entry import Citation, Entry, EntryId, Status
from knowledge.entrytext import version_of
from knowledge.errors import ContentError
from knowledge.files import examine_text, place_of, read_entries
from knowledge.filling import Filler
from knowledge.locality import NATIONAL
from knowledge.overlay import Overlay, Released, lies_over
from knowledge.statutes.lock import LOCK_FILE, CitationLock, Locked
from knowledge.statutes.register import LawVersion, Register

log = logging.getLogger(__name__)

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
    beneath: "Library | None" = field(default=None, repr=False)
    """The library of the files alone, where something that was released lies over them."""

    @classmethod
    def read(
        cls, content: Path = CONTENT, locality: str = HOME, overlay: Overlay | None = None
    ) -> "Library":
        """Reads a content folder, with the local facts of one place, under what was released.

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
        told = (*faults, *slips)
        files = cls(entries, register, filler, version, told, lock, deadlines)
        return files.under(overlay) if overlay else files

    @property
    def of_files(self) -> "Library":
        """The library without what was released in the console."""
        return self.beneath or self

    def under(self, overlay: Overlay) -> "Library":
        """The files of this library with released texts and their lock rows over them.

        A text that cannot be read (any more) leaves its entry out: residents must get neither it
        nor the file that it replaced.
        """
        files, faults = self.of_files, list(self.of_files.faults)
        entries, rows = dict(files.entries), {row.key: row for row in files.lock}
        digest = hashlib.sha256(files.version.encode())
        lying = tuple(one for one in overlay if files.lies_under(one))
        for one in lying:
            entry, found = _examined(one)
            faults.extend(found)
            entries.pop(one.entry, None)
            if entry is not None:
                entries[one.entry] = entry
            rows.update((row.key, files.as_registered(row)) for row in one.rows)
            digest.update(f"{one.entry}{one.publication}{version_of(one.text)}".encode())
        if not lying:
            return files
        return replace(
            files,
            entries=dict(sorted(entries.items())),
            lock=CitationLock.of(rows.values()),
            faults=tuple(faults),
            version=digest.hexdigest()[:_VERSION_LENGTH],
            beneath=files,
        )

    def lies_under(self, one: Released) -> bool:
        """Whether residents get a released text and not that of the files."""
        file = self.of_files.entries.get(one.entry)
        return lies_over(one.text, one.overs, file.source if file else "", absorbed=one.absorbed)

    def as_registered(self, row: Locked) -> Locked:
        """A row with the days that the register gives its version by now."""
        versions = self.register.versions(row.title)
        version = next((one for one in versions if one.adopted == row.adopted), None)
        return row.with_days_of(version) if version else row

    def answers(self, entry: Entry, day: date) -> bool:
        """Whether residents may be given an entry on a day: published and still good law."""
        return entry.answers_on(day) and not self.lapsed(entry, day)

    def answering(self, day: date) -> tuple[Entry, ...]:
        """The entries that residents may be given on a day."""
        return tuple(entry for entry in self.entries.values() if self.answers(entry, day))

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


def _examined(one: Released) -> tuple[Entry | None, tuple[ContentError, ...]]:
    """A text that trips whoever reads it silences its entry, as one that cannot be read.

    Else nothing that is released or withdrawn after it would ever reach residents.
    """
    place = place_of(one.topic, one.entry)
    try:
        return examine_text(one.text, place)
    except Exception as error:  # whatever a reader of YAML or of days may raise
        log.exception("released_text_unreadable", extra={"publication": one.publication})
        return None, (ContentError(place, "", type(error).__name__),)


def _deadlines(content: Path) -> tuple[DeadlineTable | None, tuple[ContentError, ...]]:
    try:
        return DeadlineTable.read(content), ()
    except ContentError as error:
        return None, (error,)


def _local_files(content: Path, locality: str) -> Iterator[Path]:
    folders = [content / "localities" / NATIONAL, content / "localities" / locality]
    for folder in (*folders, content / "parameters"):
        yield from sorted(folder.glob("*.yaml"))
