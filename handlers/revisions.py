"""Entries edited by staff: a revision, what happens to it, and the doors it goes through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from handlers.cases import Staff
from knowledge.entry import EntryId, TopicId
from knowledge.overlay import Locks, Overlay, TextFault

RevisionId = NewType("RevisionId", int)


class RevisionState(StrEnum):
    """Where a revision stands; residents get RELEASED ones only."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RELEASED = "released"
    DISCARDED = "discarded"


OPEN = (RevisionState.DRAFT, RevisionState.SUBMITTED)
"""The states in which a revision is still worked on."""


class Act(StrEnum):
    """What somebody did to a revision."""

    OPENED = "opened"
    IMPORTED = "imported"
    SAVED = "saved"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RELEASED = "released"
    REVIEWED = "reviewed"
    WITHDRAWN = "withdrawn"
    ROLLED_BACK = "rolled_back"
    DISCARDED = "discarded"
    RESTORED = "restored"
    REBASED = "rebased"


WROTE = (Act.OPENED, Act.IMPORTED, Act.SAVED, Act.REBASED)
"""Whoever did one of these had a hand in the text, and is no second person for it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The whole text of an entry as somebody proposes it.

    `base` is the version of the text that it was begun from ("" for a new entry), `over` that of
    the file then. `saves` counts saves and fences them. `publication` is set with the release;
    the highest of an entry is what residents get.
    """

    id: RevisionId
    entry: EntryId
    topic: TopicId
    title: str
    text: str
    base: str
    over: str
    state: RevisionState
    author: Staff
    begun_at: datetime
    saved_at: datetime
    saves: int
    submitted_at: datetime | None = None
    released_at: datetime | None = None
    released_by: Staff | None = None
    publication: int | None = None
    absorbed: bool = False
    """Its text was met in the files: it was exported, committed and installed."""
    earlier: frozenset[str] = frozenset()
    """As `Released.earlier`; only where it was asked for what is published."""


@dataclass(frozen=True, slots=True)
class RevisionEvent:
    """Who did what to a revision, when, and what they remarked."""

    at: datetime
    staff: Staff
    act: Act
    remark: str


@dataclass(frozen=True, slots=True)
class Published:
    """What residents get of an entry: a released revision, or the file where that is None.

    `both_changed`: somebody changed the file in the repository after the text over it was begun.
    """

    entry: EntryId
    text: str
    version: str
    revision: Revision | None = None
    both_changed: bool = False


@dataclass(frozen=True, slots=True)
class NewRevision:
    """What a revision begins with."""

    entry: EntryId
    topic: TopicId
    title: str
    text: str
    base: str
    over: str


class Revisions(Protocol):
    """The revisions that are kept, with everything that was done to them."""

    def hold(self) -> int:
        """Takes the editing of entries for this unit of work: one at a time, in all processes.

        The number of the last publication, which nobody changes until the unit ends.
        """

    def number(self) -> int:
        """The number of the last publication; 0 before the first."""

    def add(self, new: NewRevision, author: Staff, at: datetime) -> Revision:
        """A new DRAFT, saved once."""

    def get(self, revision: RevisionId) -> Revision | None:
        """By id."""

    def published(self, entry: EntryId) -> Revision | None:
        """The newest released revision of an entry."""

    def newest(self) -> Sequence[Revision]:
        """The newest released revision of every entry that has one, by entry."""

    def listed(
        self,
        states: Sequence[RevisionState],
        entry: EntryId | None = None,
        author: Staff | None = None,
    ) -> Sequence[Revision]:
        """Revisions in these states, what was saved or released last first."""

    def save(
        self, revision: RevisionId, text: str, title: str, topic: TopicId, at: datetime
    ) -> None:
        """Puts a text in place of the one before, and counts the save."""

    def rebase(self, revision: RevisionId, base: str, over: str) -> None:
        """Takes another text as what it was begun from."""

    def move(self, revision: RevisionId, to: RevisionState, at: datetime, locks: Locks) -> None:
        """Changes the state to any but RELEASED; SUBMITTED notes the time and what was read."""

    def release(
        self, revision: RevisionId, text: str, locks: Locks, staff: Staff, at: datetime
    ) -> None:
        """RELEASED with this text, under the next publication number."""

    def note(self, revision: RevisionId, staff: Staff, act: Act, at: datetime, remark: str) -> None:
        """Keeps an event."""

    def events(self, revision: RevisionId) -> Sequence[RevisionEvent]:
        """All that was done to a revision, oldest first."""

    def overlay(self) -> Overlay:
        """What lies over the files now."""

    def absorb(self, publications: Sequence[int], at: datetime) -> None:
        """Notes that the texts of these publications were met in the files."""


class Proof(Protocol):
    """What a text must pass before residents may get it. Slow: called outside of units of work."""

    def faults(self, text: str, as_entry: EntryId) -> Sequence[TextFault]:
        """Everything that is wrong with a text in the place of an entry, as published now."""

    def locks(self, text: str) -> Locks:
        """What is read of every article that a text cites, opened in the texts at hand."""


FileText = Callable[[EntryId], str]
"""The text of an entry's file; empty where there is none."""
