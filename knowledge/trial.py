"""A proposed text is tried before it reaches anybody: its faults, and the law it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from knowledge.checks import Rules, check_one
from knowledge.citing import CitingKind
from knowledge.complaints import complaint
from knowledge.entry import Citation, Entry, EntryId, Status, TopicId
from knowledge.entryfile import form_of
from knowledge.errors import ContentError
from knowledge.files import examine_text, place_of
from knowledge.library import Library
from knowledge.locking import LockFault, lock_citations
from knowledge.matcher import Matcher
from knowledge.overlay import Locks, TextFault
from knowledge.parameters import Parameters
from knowledge.statutes.lock import CitationLock
from knowledge.statutes.texts import Lack, Texts


@dataclass(frozen=True, slots=True)
class Bench:
    """What a proposed text is held against, on a day: all that is published, and the texts."""

    library: Library
    rules: Rules
    matcher: Matcher
    texts: Texts
    day: date


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of a proposed text.

    `library` holds the proposal, its citations locked, in the place of the published entry;
    `entry` is None, and the library as it was, where the text is no entry.
    """

    entry: Entry | None
    library: Library
    own_faults: tuple[TextFault, ...]
    locks: Locks = field(default_factory=Locks)

    @property
    def faults(self) -> tuple[TextFault, ...]:
        """Every reason why residents must not get it, those of the law last, each told once."""
        told = {fault.message for fault in self.own_faults}
        return (*self.own_faults, *(one for one in self.locks.faults if one.message not in told))


def tried(text: str, as_entry: EntryId, bench: Bench) -> Trial:
    """A text in the place of an entry. What was locked before counts as opened."""
    entry, unreadable = examine_text(text, _place(text, as_entry, bench.library))
    if entry is None:
        faults = tuple(TextFault(one.field, one.line, one.message) for one in unreadable)
        return Trial(None, bench.library, faults)
    locks = opened(entry, bench)
    library = _with(entry, locks, bench.library)
    return Trial(entry, library, tuple(_faults(entry, library, bench)), locks)


def locks_of(text: str, as_entry: EntryId, bench: Bench) -> Locks:
    """What is read for a text; nothing where it is no entry, which is told as a fault of it."""
    entry, _ = examine_text(text, _place(text, as_entry, bench.library))
    return opened(entry, bench) if entry else Locks()


def opened(entry: Entry, bench: Bench) -> Locks:
    """What is read of every article that an entry cites, and what cannot be."""
    if entry.status is Status.WITHDRAWN:
        return Locks()
    outcome = lock_citations(_alone(entry, bench.library), bench.texts, bench.day)
    rows = (row for row in outcome.lock if Citation(row.title, row.article) in entry.citations)
    faults = (
        TextFault("citations", 0, _law_complaint(fault, bench))
        for fault in outcome.faults
        if fault.citing is not None and fault.citing.kind is CitingKind.ENTRY
    )
    return Locks(tuple(rows), tuple(dict.fromkeys(faults)))


def _law_complaint(fault: LockFault, bench: Bench) -> str:
    """What is said of an article; a law or a number that does not exist is told as such."""
    law, article = fault.cited.law, fault.cited.article
    if not bench.library.register.versions(law):
        return complaint("law_unknown", found=law)
    version = bench.library.register.in_force(law, fault.day)
    missing = version and bench.texts.article(version, article) is Lack.NO_ARTICLE
    name = "law_no_article" if missing else f"law_{fault.kind}"
    return complaint(name, law=law, article=article, day=fault.day)


def _alone(entry: Entry, library: Library) -> Library:
    """A library with nothing else to be locked; what the register cites is locked already.

    Whatever is wrong with other files is no fault of this entry.
    """
    filler = replace(library.filler, parameters=Parameters({}))
    return replace(
        library,
        entries={entry.id: entry},
        filler=filler,
        deadlines=None,
        faults=(),
        beneath=None,
    )


def _faults(entry: Entry, library: Library, bench: Bench) -> Iterator[TextFault]:
    """The faults of the whole check that this entry has, or that come of it."""
    if entry.status is Status.DRAFT:
        yield TextFault("status", 0, complaint("still_a_draft"))
    segmenter = bench.matcher.segmenter
    for found in check_one(entry, library, bench.rules, segmenter, bench.day, library.lock):
        yield TextFault(found.field, found.line, found.message)


def _with(entry: Entry, locks: Locks, library: Library) -> Library:
    """The library with an entry at its end: of two that clash, the later one is complained of."""
    entries = {name: one for name, one in library.entries.items() if name != entry.id}
    lock = CitationLock.of({*library.lock, *locks.rows})
    return replace(library, entries={**entries, entry.id: entry}, lock=lock)


def _place(text: str, as_entry: EntryId, library: Library) -> Path:
    """Where the file would be: that of the published entry, else by what the text says."""
    published = library.entries.get(as_entry)
    try:
        topic = published.topic if published else form_of(text).topic
    except ContentError:
        topic = ""
    return place_of(TopicId(topic), as_entry)
