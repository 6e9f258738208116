"""Writing entries: drafts are begun, saved, given back, put aside; none of it reaches residents."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.archive import (
    RELEASERS,
    WRITERS,
    Archive,
    did_last,
    expect,
    get,
    held,
    own_draft,
    require,
    unreviewed,
    version_or_none,
    words,
    writers,
)
from handlers.cases import Staff
from handlers.errors import (
    BadInput,
    NotAllowed,
    NotFound,
    NotPossible,
    Outdated,
    StaleSave,
)
from handlers.ports import Clock, Records
from handlers.revisions import (
    OPEN,
    Act,
    NewRevision,
    Revision,
    RevisionId,
    RevisionState,
)
from knowledge.entry import EntryId
from knowledge.entrytext import head_of, version_of
from knowledge.overlay import Locks


@dataclass(frozen=True, slots=True)
class Drafting(Archive):
    """What writers do. Every method is safe to call twice and by two people at once.

    All raise NotFound, NotAllowed, NotPossible and Unreachable.
    """

    clock: Clock

    def begin(self, entry: EntryId, staff: Staff) -> Revision:
        """A draft of what residents get now; one's own open draft again if there is one."""
        require(staff, WRITERS)
        with self.store.write() as records:
            records.revisions.hold()
            if (own := own_draft(records, entry, staff)) is not None:
                return own
            now = self._published(records, entry)
            if now is None:
                raise NotFound
            return self._opened(records, entry, now.text, now.version, staff, Act.OPENED)

    def begin_new(self, text: str, staff: Staff, act: Act = Act.OPENED, base: str = "") -> Revision:
        """A draft of a text; `base` is the version of the published text that it was made from.

        The same text again is the same draft. Without `base` it is a new entry, and raises
        NotPossible where there is one of that id. Raises BadInput("id") for an id that cannot be.
        """
        require(staff, WRITERS)
        given = words(text)
        head = head_of(given)
        if not head.id or not head.topic:
            raise BadInput("id" if not head.id else "topic")
        with self.store.write() as records:
            records.revisions.hold()
            now = self._published(records, head.id)
            if now is None or now.version != version_of(given):
                given = unreviewed(given)
            own = own_draft(records, head.id, staff)
            if own is not None and own.text == given:
                return own
            if now is not None and not base:
                raise NotPossible
            return self._opened(records, head.id, given, base, staff, act)

    def save(self, revision: RevisionId, text: str, saves: int, staff: Staff) -> Revision:
        """Keeps a text, whatever is wrong with it. `saves` is the counter that it was based on.

        Whatever changed since it was begun, nobody has reviewed the new text. Raises StaleSave,
        with the newer revision, if somebody saved since; BadInput("text") if it is too long.
        """
        require(staff, WRITERS)
        given = words(text)
        with self.store.write() as records:
            found = held(records, revision)
            if version_of(given) != found.base:
                given = unreviewed(given)
            if found.state is RevisionState.DRAFT and found.text == given:
                return found
            expect(found, RevisionState.DRAFT)
            if found.saves != saves:
                raise StaleSave(found)
            head, now = head_of(given), self.clock()
            title, topic = head.title or found.title, head.topic or found.topic
            records.revisions.save(revision, given, title, topic, now)
            records.revisions.note(revision, staff, Act.SAVED, now, "")
            return get(records, revision)

    def give_back(self, revision: RevisionId, staff: Staff, remark: str) -> Revision:
        """A submitted revision becomes a draft again, with a remark to its author."""
        require(staff, WRITERS)
        with self.store.write() as records:
            found = held(records, revision)
            if found.state is RevisionState.DRAFT and did_last(
                records, revision, staff, Act.RETURNED, remark
            ):
                return found
            expect(found, RevisionState.SUBMITTED)
            if staff.role not in RELEASERS and staff.id not in writers(records, revision):
                raise NotAllowed
            self._move(records, found, RevisionState.DRAFT, staff, Act.RETURNED, remark)
            return get(records, revision)

    def discard(self, revision: RevisionId, staff: Staff) -> Revision:
        """Puts an open revision aside; `restore` brings it back as a draft."""
        return self._put(revision, staff, OPEN, RevisionState.DISCARDED, Act.DISCARDED)

    def restore(self, revision: RevisionId, staff: Staff) -> Revision:
        """A discarded revision is a draft again."""
        discarded = (RevisionState.DISCARDED,)
        return self._put(revision, staff, discarded, RevisionState.DRAFT, Act.RESTORED)

    def rebase(self, revision: RevisionId, staff: Staff, onto: str = "") -> Revision:
        """Goes on from what residents get now, having looked at the difference; keeps the text.

        `onto` is the version that was looked at. Raises Outdated if it is not that any more.
        """
        require(staff, WRITERS)
        with self.store.write() as records:
            found = held(records, revision)
            expect(found, *OPEN)
            now = self._published(records, found.entry)
            version = now.version if now else ""
            if onto and onto != version:
                raise Outdated(version)
            if found.base == version:
                return found
            over = version_or_none(self.file_text(found.entry))
            records.revisions.rebase(revision, version, over)
            self._move(records, found, RevisionState.DRAFT, staff, Act.REBASED)
            return get(records, revision)

    def _opened(
        self, records: Records, entry: EntryId, text: str, base: str, staff: Staff, act: Act
    ) -> Revision:
        head, at = head_of(text), self.clock()
        over = version_or_none(self.file_text(entry))
        new = NewRevision(entry, head.topic, head.title, text, base, over)
        added = records.revisions.add(new, staff, at)
        records.revisions.note(added.id, staff, act, at, "")
        return added

    def _put(
        self,
        revision: RevisionId,
        staff: Staff,
        expected: Sequence[RevisionState],
        to: RevisionState,
        act: Act,
    ) -> Revision:
        """Its writers, and whoever may release, may put a revision aside and bring it back."""
        require(staff, WRITERS)
        with self.store.write() as records:
            found = held(records, revision)
            if staff.role not in RELEASERS and staff.id not in writers(records, revision):
                raise NotAllowed
            if found.state is to:
                return found
            expect(found, *expected)
            self._move(records, found, to, staff, act)
            return get(records, revision)

    def _move(
        self,
        records: Records,
        found: Revision,
        to: RevisionState,
        staff: Staff,
        act: Act,
        remark: str = "",
        locks: Locks | None = None,
    ) -> None:
        at = self.clock()
        records.revisions.move(found.id, to, at, locks or Locks())
        records.revisions.note(found.id, staff, act, at, remark)
