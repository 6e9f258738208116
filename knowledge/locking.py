"""Every citation is opened in the text that it was written for, locked, and checked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from knowledge.citing import Citing
from knowledge.entry import Citation
from knowledge.library import Library
from knowledge.statutes.lock import CitationLock, Locked, fingerprint
from knowledge.statutes.register import LawVersion, ReadIn
from knowledge.statutes.texts import Article, Texts


class LawFault(StrEnum):
    """What can be wrong between what cites, lock, register and texts."""

    NOT_LOCKED = "not_locked"
    """No row for the version that the citing was written for."""
    NOT_REGISTERED = "not_registered"
    """No version of the law is in force on the day that the citing was written for."""
    NO_TEXT = "no_text"
    """The article cannot be opened: no text, no such article, or a bad one."""
    TEXT_CHANGED = "text_changed"
    """The text at hand is not the one that was read."""
    OTHER_DAYS = "other_days"
    """The register gives the version other days than the lock."""
    PRESUMED = "presumed"
    """Nobody has read since when the version is in force."""
    MOVES = "moves"
    """A later version, in force while the citing is still used, says something else there."""
    NOT_CITED = "not_cited"
    """A row that nothing needs any more."""


@dataclass(frozen=True, slots=True)
class LockFault:
    """A citation that does not hold. `citing` is None for a row that nothing needs."""

    kind: LawFault
    cited: Citation
    citing: Citing | None
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
    somebody has read the difference. Rows that nothing needs are dropped.

    Raises ContentError if a file could not be read: what it cites would lose its rows, and be
    locked again as it stands by then, read by nobody.
    """
    if library.faults:
        raise library.faults[0]
    rows: dict[tuple[Citation, date], Locked] = {}
    faults: list[LockFault] = []
    added = 0
    for citing in library.citing():
        for cited in citing.citations:
            for version in _versions_behind(library, citing, cited):
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

    With `texts`, rows are compared with the texts that are at hand; others are believed. A law
    whose first day is presumed is told once.
    """
    # What was released in the console leaves the lock file of the repository as it is.
    needed = {cited for citing in library.of_files.citing() for cited in citing.citations}
    presumed: set[str] = set()
    for citing in library.citing():
        for cited in citing.citations:
            needed.add(cited)
            kind = _fault(library, citing, cited, texts)
            if kind is None or (kind is LawFault.PRESUMED and cited.law in presumed):
                continue
            if kind is LawFault.PRESUMED:
                presumed.add(cited.law)
            yield LockFault(kind, cited, citing, citing.read_for)
    for row in library.lock:
        if (cited := Citation(row.title, row.article)) not in needed:
            yield LockFault(LawFault.NOT_CITED, cited, None, row.read_on)


def _fault(
    library: Library, citing: Citing, cited: Citation, texts: Texts | None
) -> LawFault | None:
    version = library.register.in_force(cited.law, citing.read_for)
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
    behind = tuple(_versions_behind(library, citing, cited))
    if any(one.read_in is ReadIn.PRESUMED for one in behind):
        return LawFault.PRESUMED
    if not all(library.lock.says_the_same(cited, version, later) for later in behind):
        return LawFault.MOVES
    return None


def _versions_behind(library: Library, citing: Citing, cited: Citation) -> Iterator[LawVersion]:
    """The version that the citing was written for, and those that follow while it is used."""
    first, last = citing.read_for, max(citing.read_for, citing.last_day)
    for version in library.register.versions(cited.law):
        ended = version.effective_until is not None and version.effective_until <= first
        if version.effective_from <= last and not ended:
            yield version
