"""The curator: what reaches residents, and what they get no more; both halves of editing."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.archive import (
    RELEASERS,
    WRITERS,
    expect,
    get,
    require,
    version_or_none,
    with_reviewer,
    writers,
)
from handlers.cases import Role, Staff
from handlers.drafting import Drafting
from handlers.errors import (
    NotAllowed,
    NotASecondPerson,
    NotFound,
    NotPossible,
    Outdated,
    StaleSave,
    Unfit,
)
from handlers.ports import Records
from handlers.revisions import (
    Act,
    NewRevision,
    Proof,
    Published,
    Revision,
    RevisionId,
    RevisionState,
)
from knowledge.entry import EntryId, Status, TopicId
from knowledge.entrytext import digest_of, head_of, with_field
from knowledge.overlay import Locks

MOST_PROOFS = 3
"""Of one text, while others release: then somebody has to try again by hand."""


@dataclass(frozen=True, slots=True)
class Curator(Drafting):
    """What staff can do to entries. Every method is safe to call twice and by two at once.

    All raise NotFound, NotAllowed and NotPossible, and Unreachable. Nothing reaches residents
    that only one person wrote, except a withdrawal or what two people agreed to before.
    """

    proof: Proof

    def submit(self, revision: RevisionId, staff: Staff, remark: str = "") -> Revision:
        """Hands a draft to a second person. Raises Unfit, Outdated."""
        require(staff, WRITERS)

        def submitted(records: Records, found: Revision, locks: Locks) -> None:
            to = RevisionState.SUBMITTED
            self._move(records, found, to, staff, Act.SUBMITTED, remark, locks)

        return self._proven(
            revision,
            lambda found: found.state is RevisionState.SUBMITTED,
            lambda _, found: expect(found, RevisionState.DRAFT),
            lambda found: found.text,
            submitted,
        )

    def release(
        self,
        revision: RevisionId,
        staff: Staff,
        reviewed: bool,  # noqa: FBT001  whoever releases has to say it
        remark: str = "",
        seen: str = "",
    ) -> Revision:
        """Gives a submitted revision to residents. Raises NotASecondPerson, Unfit, Outdated.

        `reviewed`: a lawyer held every sentence against its article; only a LAWYER may say so.
        `seen` is the digest of the text that was looked at: raises StaleSave if it is another
        by now, taken back, changed and submitted anew.
        """
        require(staff, RELEASERS)
        if reviewed and staff.role is not Role.LAWYER:
            raise NotAllowed

        def expected(records: Records, found: Revision) -> None:
            expect(found, RevisionState.SUBMITTED)
            if staff.id in writers(records, revision):
                raise NotASecondPerson
            if seen not in ("", digest_of(found.text)):
                raise StaleSave(found)

        def text_of(found: Revision) -> str:
            return with_reviewer(found.text, staff.name) if reviewed else found.text

        def released(records: Records, found: Revision, locks: Locks) -> None:
            now = self.clock()
            records.revisions.release(revision, text_of(found), locks, staff, now)
            if reviewed:
                records.revisions.note(revision, staff, Act.REVIEWED, now, "")
            records.revisions.note(revision, staff, Act.RELEASED, now, remark)

        return self._proven(revision, _released_by(staff), expected, text_of, released)

    def withdraw(self, entry: EntryId, staff: Staff, remark: str) -> Revision:
        """Residents do not get an entry any more, at once and by one person."""
        require(staff, RELEASERS)
        with self.store.write() as records:
            records.revisions.hold()
            now = self._published(records, entry)
            if now is None:
                raise NotFound
            try:
                text = with_field(now.text, "status", str(Status.WITHDRAWN))
            except ValueError:  # a file that nobody can read answers nobody
                raise NotPossible from None
            if text == now.text:
                if now.revision is None:
                    raise NotPossible
                return now.revision
            return self._at_once(records, now, text, Locks(), staff, Act.WITHDRAWN, remark)

    def roll_back(
        self, entry: EntryId, to: RevisionId | None, staff: Staff, remark: str
    ) -> Revision:
        """Residents get an earlier released text again, or the file's (None); by one person.

        Raises Unfit where that text would not pass today's checks.
        """
        require(staff, RELEASERS)
        for _ in range(MOST_PROOFS):
            with self.store.read() as records:
                number = records.revisions.number()
                text = self._earlier(records, entry, to)
            locks = self._locks(text, entry)
            with self.store.write() as records:
                if records.revisions.hold() != number:
                    continue
                now = self._published(records, entry)
                if now is None:
                    raise NotFound
                if now.text == text:
                    if now.revision is None:
                        raise NotPossible
                    return now.revision
                return self._at_once(records, now, text, locks, staff, Act.ROLLED_BACK, remark)
        raise NotPossible

    def _proven(
        self,
        revision: RevisionId,
        is_done: Callable[[Revision], bool],
        expected: Callable[[Records, Revision], None],
        text_of: Callable[[Revision], str],
        carry_out: Callable[[Records, Revision, Locks], None],
    ) -> Revision:
        """Carries a step out with what a proof found, if nothing was released in the meantime."""
        for _ in range(MOST_PROOFS):
            with self.store.read() as records:
                number, found = records.revisions.number(), get(records, revision)
                if is_done(found):
                    return found
                expected(records, found)
                self._require_base(records, found)
            locks = self._locks(text_of(found), found.entry)
            with self.store.write() as records:
                last = records.revisions.hold()
                now = get(records, revision)
                if is_done(now):
                    return now
                expected(records, now)
                if last != number or now.text != found.text:
                    continue
                self._require_base(records, now)
                carry_out(records, now, locks)
                return get(records, revision)
        raise NotPossible

    def _locks(self, text: str, entry: EntryId) -> Locks:
        """What was read for a text that residents may get. Raises Unfit."""
        locks = self.proof.locks(text)
        if faults := (*self.proof.faults(text, entry), *locks.faults):
            raise Unfit(faults)
        return locks

    def _require_base(self, records: Records, found: Revision) -> None:
        now = self._published(records, found.entry)
        version = now.version if now else ""
        if found.base != version:
            raise Outdated(version)

    def _earlier(self, records: Records, entry: EntryId, to: RevisionId | None) -> str:
        """A text that residents got before, or that of the file."""
        if to is None:
            if not (text := self.file_text(entry)):
                raise NotFound
            return text
        found = get(records, to)
        if found.entry != entry or found.state is not RevisionState.RELEASED:
            raise NotPossible
        return found.text

    def _at_once(
        self,
        records: Records,
        now: Published,
        text: str,
        locks: Locks,
        staff: Staff,
        act: Act,
        remark: str,
    ) -> Revision:
        """Releases a text that needs no second person; whether the file moved on stays told."""
        over = now.revision.over if now.revision else version_or_none(self.file_text(now.entry))
        head, at = head_of(text), self.clock()
        topic, title = head.topic or TopicId(""), head.title
        new = NewRevision(now.entry, topic, title, text, now.version, over)
        added = records.revisions.add(new, staff, at)
        records.revisions.release(added.id, text, locks, staff, at)
        records.revisions.note(added.id, staff, act, at, remark)
        return get(records, added.id)


def _released_by(staff: Staff) -> Callable[[Revision], bool]:
    """A second click of the same person changes nothing; another person is told."""

    def is_done(found: Revision) -> bool:
        by = found.released_by
        return found.state is RevisionState.RELEASED and by is not None and by.id == staff.id

    return is_done
