"""Every citation is opened in the text that its entry was written for, locked, and checked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from knowledge.entry import Citation, Entry, EntryId, Status
from knowledge.library import Library
from knowledge.statutes.lock import CitationLock, Locked, fingerprint, last_day, read_for
from knowledge.statutes.register import LawVersion
from knowledge.statutes.texts import Article, Texts


class LawFault(StrEnum):
    """What can be wrong between entries, lock, register and texts."""

    NOT_LOCKED = "not_locked"
    """No row for the version that the entry was written for."""
    NOT_REGISTERED = "not_registered"
    """No version of the law is in force on the day that the entry was written for."""
    NO_TEXT = "no_text"
    """The article cannot be opened: no text, no such article, or a bad one."""
    TEXT_CHANGED = "text_changed"
    """The text at hand is not the one that was read."""
    OTHER_DAYS = "other_days"
    """The register gives the version other days than the lock."""
    MOVES = "moves"
    """A later version, in force while the entry still answers, says something else there."""
    NOT_CITED = "not_cited"
    """A row that no entry needs any more."""


@dataclass(frozen=True, slots=True)
class LockFault:
    """A citation that does not hold. `entry` is None for a row that no entry needs."""

    kind: LawFault
    cited: Citation
    entry: EntryId | None
    day: date


@dataclass(frozen=True, slots=True)
class LockOutcome:
    """A lock as it should be, and what could not be locked."""

    lock: CitationLock
    added: int
    faults: tuple[LockFault, ...]


def lock_citations(
    library: Library, texts: Texts, day: date, *, again: frozenset[Citation] = frozenset()
) -> LockOutcome:
    """Opens every cited article that is not locked yet, as read on `day`.

    A row whose text at hand has changed stays as it is and is reported, unless it is in `again`:
    somebody has read the difference. Rows that no entry needs are dropped.
    """
    rows: dict[tuple[Citation, date], Locked] = {}
    faults: list[LockFault] = []
    added = 0
    for entry in needing(library):
        for cited in entry.citations:
            for version in _versions_behind(library, entry, cited):
                kept = library.lock.row(cited, version)
                opened = texts.article(version, cited.article)
                if kept is not None and cited not in again:
                    rows[cited, version.adopted] = kept.with_days_of(version)
                elif isinstance(opened, Article):
                    added += (cited, version.adopted) not in rows
                    rows[cited, version.adopted] = Locked.of(opened, day)
    lock = CitationLock.of(rows.values())
    faults.extend(lock_faults(replace(library, lock=lock), texts))
    return LockOutcome(lock, added, tuple(faults))


def lock_faults(library: Library, texts: Texts | None = None) -> Iterator[LockFault]:
    """Every citation without a row, and every row that no longer holds.

    With `texts`, rows are compared with the texts that are at hand; others are believed.
    """
    # What was released in the console leaves the lock file of the repository as it is.
    needed = {cited for entry in needing(library.of_files) for cited in entry.citations}
    for entry in needing(library):
        for cited in entry.citations:
            needed.add(cited)
            if (kind := _fault(library, entry, cited, texts)) is not None:
                yield LockFault(kind, cited, entry.id, read_for(entry))
    for row in library.lock:
        if (cited := Citation(row.title, row.article)) not in needed:
            yield LockFault(LawFault.NOT_CITED, cited, None, row.read_on)


def needing(library: Library) -> Iterator[Entry]:
    """The entries whose citations have to be locked: all that may ever answer."""
    return (one for one in library.entries.values() if one.status is not Status.WITHDRAWN)


def _fault(library: Library, entry: Entry, cited: Citation, texts: Texts | None) -> LawFault | None:
    version = library.register.in_force(cited.law, read_for(entry))
    if version is None:
        return LawFault.NOT_REGISTERED
    row = library.lock.row(cited, version)
    opened = texts.article(version, cited.article) if texts else None
    if row is None:
        unread = texts is not None and not isinstance(opened, Article)
        return LawFault.NO_TEXT if unread else LawFault.NOT_LOCKED
    if (row.effective_from, row.effective_until) != (
        version.effective_from,
        version.effective_until,
    ):
        return LawFault.OTHER_DAYS
    if isinstance(opened, Article) and fingerprint(opened.text) != row.sha256:
        return LawFault.TEXT_CHANGED
    behind = _versions_behind(library, entry, cited)
    if not all(library.lock.says_the_same(cited, version, later) for later in behind):
        return LawFault.MOVES
    return None


def _versions_behind(library: Library, entry: Entry, cited: Citation) -> Iterator[LawVersion]:
    """The version that an entry was written for, and those that follow while it answers."""
    first, last = read_for(entry), max(read_for(entry), last_day(entry))
    for version in library.register.versions(cited.law):
        ended = version.effective_until is not None and version.effective_until <= first
        if version.effective_from <= last and not ended:
            yield version
