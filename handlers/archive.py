"""What is on record of the edited entries, to look at; and what every step asks first."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.cases import Role, Staff, StaffId
from handlers.errors import BadInput, NotAllowed, NotFound, NotPossible
from handlers.ports import Records, Store
from handlers.revisions import (
    OPEN,
    WROTE,
    Act,
    FileText,
    Published,
    Revision,
    RevisionEvent,
    RevisionId,
    RevisionState,
)
from knowledge.entry import EntryId
from knowledge.entrytext import cleaned, version_of, with_field
from knowledge.overlay import lies_over

MOST_SIGNS = 60_000
"""Of one text: ten times the longest entry."""

WRITERS = frozenset({Role.ADMIN, Role.LAWYER, Role.MEDIATOR})
RELEASERS = frozenset({Role.ADMIN, Role.LAWYER})


@dataclass(frozen=True, slots=True)
class Archive:
    """What was written, released and done. Raises Unreachable."""

    store: Store
    file_text: FileText

    def revision(self, revision: RevisionId) -> Revision:
        """By id."""
        with self.store.read() as records:
            return get(records, revision)

    def published(self, entry: EntryId) -> Published:
        """What residents get of an entry."""
        with self.store.read() as records:
            found = self._published(records, entry)
        if found is None:
            raise NotFound
        return found

    def newest(self) -> Sequence[Revision]:
        """The newest released revision of every entry that has one."""
        with self.store.read() as records:
            return records.revisions.newest()

    def open_revisions(
        self, entry: EntryId | None = None, author: Staff | None = None
    ) -> Sequence[Revision]:
        """Drafts and submitted ones, what was saved last first."""
        with self.store.read() as records:
            return records.revisions.listed(OPEN, entry, author)

    def history(self, entry: EntryId) -> Sequence[Revision]:
        """Everything that was released of an entry, the newest first."""
        with self.store.read() as records:
            return records.revisions.listed((RevisionState.RELEASED,), entry)

    def events(self, revision: RevisionId) -> Sequence[RevisionEvent]:
        """What was done to a revision, oldest first."""
        with self.store.read() as records:
            return records.revisions.events(revision)

    def number(self) -> int:
        """The number of the last publication; processes say which one they answer with."""
        with self.store.read() as records:
            return records.revisions.number()

    def _published(self, records: Records, entry: EntryId) -> Published | None:
        """What residents get of an entry; None if there never was one."""
        file = self.file_text(entry)
        version, newest = version_or_none(file), records.revisions.published(entry)
        if newest is None or not lies_over(
            newest.text, {newest.over, *newest.earlier}, file, absorbed=newest.absorbed
        ):
            return Published(entry, file, version) if file else None
        return Published(
            entry,
            newest.text,
            version_of(newest.text),
            newest,
            both_changed=version not in ("", newest.over),
        )


def version_or_none(text: str) -> str:
    """The version of a text; empty for none."""
    return version_of(text) if text else ""


def require(staff: Staff, roles: frozenset[Role]) -> None:
    """Raises NotAllowed unless the role is one of these."""
    if staff.role not in roles or not staff.active:
        raise NotAllowed


def expect(found: Revision, *states: RevisionState) -> None:
    """Raises NotPossible unless the revision stands in one of these."""
    if found.state not in states:
        raise NotPossible


def get(records: Records, revision: RevisionId) -> Revision:
    """By id. Raises NotFound."""
    found = records.revisions.get(revision)
    if found is None:
        raise NotFound
    return found


def held(records: Records, revision: RevisionId) -> Revision:
    """As `get`, and nobody edits anything else until the unit of work ends."""
    records.revisions.hold()
    return get(records, revision)


def own_draft(records: Records, entry: EntryId, staff: Staff) -> Revision | None:
    """The draft of an entry that somebody began and saved last."""
    drafts = records.revisions.listed((RevisionState.DRAFT,), entry, staff)
    return drafts[0] if drafts else None


def writers(records: Records, revision: RevisionId) -> frozenset[StaffId]:
    """Everybody who had a hand in a text."""
    events = records.revisions.events(revision)
    return frozenset(event.staff.id for event in events if event.act in WROTE)


def did_last(records: Records, revision: RevisionId, staff: Staff, act: Act, remark: str) -> bool:
    """Whether that was the last thing done: the same click came twice."""
    *_, last = records.revisions.events(revision)
    return (last.staff.id, last.act, last.remark) == (staff.id, act, remark)


def words(text: str) -> str:
    """A text as it is kept. Raises BadInput("text") if there is none, or far too much of it."""
    given = cleaned(text)
    if not given.strip() or len(given) > MOST_SIGNS:
        raise BadInput("text")
    return given


def unreviewed(text: str) -> str:
    """The text without the name of whoever reviewed another one."""
    return with_reviewer(text, "")


def with_reviewer(text: str, name: str) -> str:
    """The text with this name as its reviewer's; a text without a head stays as it is."""
    try:
        return with_field(text, "reviewed_by", name)
    except ValueError:
        return text
