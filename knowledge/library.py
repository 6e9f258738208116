"""All that is known at one moment: entries, the register of laws, and one version over both."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from knowledge.entry import Citation, Entry, EntryId
from knowledge.files import read_entries
from knowledge.statutes.lock import LOCK_FILE, CitationLock, read_for
from knowledge.statutes.register import LawVersion, Register

CONTENT = Path(__file__).parent / "content"
_VERSION_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Library:
    """The reviewed content. `version` changes when any entry or law version does."""

    entries: Mapping[EntryId, Entry]
    register: Register
    version: str
    lock: CitationLock = field(default_factory=lambda: CitationLock({}))
    _answering: dict[date, tuple[Entry, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was worked out for a day: every question asks for it."""

    @classmethod
    def read(cls, content: Path = CONTENT) -> "Library":
        """Reads a content folder. Raises ContentError at the first fault."""
        statutes = content / "statutes"
        entries = {entry.id: entry for entry in read_entries(content / "entries")}
        digest = hashlib.sha256()
        for file in sorted(statutes.iterdir()):
            digest.update(file.read_bytes())
        for entry in entries.values():
            digest.update(entry.version.encode())
        version = digest.hexdigest()[:_VERSION_LENGTH]
        return cls(
            entries, Register.read(statutes), version, CitationLock.read(statutes / LOCK_FILE)
        )

    def answering(self, day: date) -> tuple[Entry, ...]:
        """The entries that residents may be given on a day: published and still good law."""
        if day not in self._answering:
            answering = [one for one in self.entries.values() if one.answers_on(day)]
            good = tuple(entry for entry in answering if not self.lapsed(entry, day))
            self._answering.clear()
            self._answering[day] = good
        return self._answering[day]

    def lapsed(self, entry: Entry, day: date) -> tuple[Citation, ...]:
        """The citations that no longer carry an entry on a day; none if it is good law.

        An article carries an answer while the text that was read for it is in force: the same
        version, or a later one in which the article was read too and says the same.
        """
        written = read_for(entry)
        return tuple(cited for cited in entry.citations if not self._carries(cited, written, day))

    def _carries(self, cited: Citation, written: date, day: date) -> bool:
        before = self.register.in_force(cited.law, written)
        now = self.register.in_force(cited.law, day)
        if before is None or now is None:
            return False
        return self.lock.says_the_same(cited, before, now)

    def law_behind(self, entry: Entry, day: date) -> tuple[LawVersion | None, ...]:
        """The versions that an entry's citations mean on a day, in their order."""
        return tuple(self.register.in_force(cited.law, day) for cited in entry.citations)
