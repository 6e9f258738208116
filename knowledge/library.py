"""All that is known at one moment: entries, the register of laws, and one version over both."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.entry import Entry, EntryId
from knowledge.files import read_entries
from knowledge.statutes.register import LawVersion, Register

CONTENT = Path(__file__).parent / "content"
_VERSION_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Library:
    """The reviewed content. `version` changes when any entry or law version does."""

    entries: Mapping[EntryId, Entry]
    register: Register
    version: str

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
        return cls(entries, Register.read(statutes), version)

    def answering(self, day: date) -> tuple[Entry, ...]:
        """The entries that residents may be given on a day: published and still good law."""
        return tuple(
            entry
            for entry in self.entries.values()
            if entry.answers_on(day) and all(self.law_behind(entry, day))
        )

    def law_behind(self, entry: Entry, day: date) -> tuple[LawVersion | None, ...]:
        """The versions that an entry's citations mean on a day, in their order."""
        return tuple(self.register.in_force(cited.law, day) for cited in entry.citations)
