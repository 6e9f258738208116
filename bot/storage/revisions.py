"""Revisions of entries, and the number of publications that every web process looks at."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.revision_tables import publications, revision_events, revisions
from bot.storage.tables import staff
from handlers.cases import Staff
from handlers.revisions import (
    Act,
    NewRevision,
    Revision,
    RevisionEvent,
    RevisionId,
    RevisionState,
)
from knowledge.entry import EntryId, TopicId
from knowledge.entrytext import version_of
from knowledge.overlay import Locks, Overlay, Released
from knowledge.statutes.lock import Locked, plain_row, row_of

log = logging.getLogger(__name__)

_ENTRIES = "entries"
"""The one row of publications."""

_NUMBER = select(publications.c.number).where(publications.c.what == _ENTRIES)

_releaser = staff.alias("releaser")


@dataclass(frozen=True, slots=True)
class SqlRevisions:
    """revisions.Revisions over one connection."""

    connection: Connection

    def hold(self) -> int:
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        first = dialect.insert(publications).values(what=_ENTRIES, number=0)
        self.connection.execute(first.on_conflict_do_nothing(index_elements=["what"]))
        return self.connection.execute(_NUMBER.with_for_update()).scalar_one()

    def number(self) -> int:
        return self.connection.execute(_NUMBER).scalar_one_or_none() or 0

    def add(self, new: NewRevision, author: Staff, at: datetime) -> Revision:
        added = insert(revisions).values(
            entry=new.entry,
            topic=new.topic,
            title=new.title,
            text=new.text,
            base=new.base,
            over=new.over,
            state=RevisionState.DRAFT,
            author=author.id,
            begun_at=at,
            saved_at=at,
            saves=1,
        )
        numbered = self.connection.execute(added.returning(revisions.c.id)).scalar_one()
        return self._all(_kept().where(revisions.c.id == numbered))[0]

    def get(self, revision: RevisionId) -> Revision | None:
        found = self._all(_kept().where(revisions.c.id == revision))
        return found[0] if found else None

    def published(self, entry: EntryId) -> Revision | None:
        newest = select(func.max(revisions.c.publication)).where(revisions.c.entry == entry)
        found = self._all(_kept().where(revisions.c.publication == newest.scalar_subquery()))
        if not found or not found[0].absorbed:
            return found[0] if found else None
        return replace(found[0], earlier=self._earlier([entry])[entry])

    def newest(self) -> Sequence[Revision]:
        return self._all(_kept().where(_is_newest()).order_by(revisions.c.entry))

    def listed(
        self,
        states: Sequence[RevisionState],
        entry: EntryId | None = None,
        author: Staff | None = None,
    ) -> Sequence[Revision]:
        chosen = _kept().where(revisions.c.state.in_(states))
        if entry is not None:
            chosen = chosen.where(revisions.c.entry == entry)
        if author is not None:
            chosen = chosen.where(revisions.c.author == author.id)
        last = func.coalesce(revisions.c.publication, 0)
        return self._all(
            chosen.order_by(last.desc(), revisions.c.saved_at.desc(), revisions.c.id.desc())
        )

    def save(
        self, revision: RevisionId, text: str, title: str, topic: TopicId, at: datetime
    ) -> None:
        words = {"text": text, "title": title, "topic": topic}
        self._set(revision, **words, saved_at=at, saves=revisions.c.saves + 1)

    def rebase(self, revision: RevisionId, base: str, over: str) -> None:
        self._set(revision, base=base, over=over)

    def move(self, revision: RevisionId, to: RevisionState, at: datetime, locks: Locks) -> None:
        submitted = to is RevisionState.SUBMITTED
        self._set(
            revision,
            state=to,
            submitted_at=at if submitted else None,
            locks=_plain(locks) if submitted else None,
        )

    def release(
        self, revision: RevisionId, text: str, locks: Locks, staff: Staff, at: datetime
    ) -> None:
        counted = update(publications).where(publications.c.what == _ENTRIES)
        next_one = counted.values(number=publications.c.number + 1)
        number = self.connection.execute(next_one.returning(publications.c.number)).scalar_one()
        self._set(
            revision,
            state=RevisionState.RELEASED,
            text=text,
            locks=_plain(locks),
            released_at=at,
            released_by=staff.id,
            publication=number,
        )

    def note(self, revision: RevisionId, staff: Staff, act: Act, at: datetime, remark: str) -> None:
        event = insert(revision_events).values(
            revision=revision, staff=staff.id, act=act, at=at, remark=remark
        )
        self.connection.execute(event)

    def events(self, revision: RevisionId) -> Sequence[RevisionEvent]:
        done = (
            select(revision_events, *_member(staff, "author"))
            .join(staff, revision_events.c.staff == staff.c.id)
            .where(revision_events.c.revision == revision)
            .order_by(revision_events.c.id)
        )
        rows = self.connection.execute(done)
        return [
            RevisionEvent(row.at, _somebody(row, "author"), row.act, row.remark) for row in rows
        ]

    def overlay(self) -> Overlay:
        number = self.number()
        newest = select(
            revisions.c.entry,
            revisions.c.topic,
            revisions.c.text,
            revisions.c.over,
            revisions.c.publication,
            revisions.c.locks,
            revisions.c.absorbed_at,
        ).where(_is_newest())
        released = [_to_released(row) for row in self.connection.execute(newest)]
        earlier = self._earlier([one.entry for one in released if one.absorbed])
        nothing: frozenset[str] = frozenset()
        return Overlay.of(
            number, (replace(one, earlier=earlier.get(one.entry, nothing)) for one in released)
        )

    def absorb(self, publications: Sequence[int], at: datetime) -> None:
        met = revisions.c.publication.in_(publications), revisions.c.absorbed_at.is_(None)
        self.connection.execute(update(revisions).where(*met).values(absorbed_at=at))

    def _earlier(self, entries: Sequence[EntryId]) -> dict[EntryId, frozenset[str]]:
        """The versions that the releases of entries were, or lay over."""
        found: dict[EntryId, set[str]] = {entry: set() for entry in entries}
        released = select(revisions.c.entry, revisions.c.over, revisions.c.text).where(
            revisions.c.entry.in_(entries), revisions.c.publication.is_not(None)
        )
        for entry, over, text in self.connection.execute(released) if entries else ():
            found[entry] |= {over, version_of(text)}
        return {entry: frozenset(versions) for entry, versions in found.items()}

    def _set(self, revision: RevisionId, **values: object) -> None:
        changed = update(revisions).where(revisions.c.id == revision)
        self.connection.execute(changed.values(values))

    def _all(self, query: Select[Any]) -> list[Revision]:
        return [_to_revision(row) for row in self.connection.execute(query)]


def _kept() -> Select[Any]:
    return (
        select(revisions, *_member(staff, "author"), *_member(_releaser, "releaser"))
        .join(staff, revisions.c.author == staff.c.id)
        .outerjoin(_releaser, revisions.c.released_by == _releaser.c.id)
    )


def _is_newest() -> Any:
    newest = select(func.max(revisions.c.publication)).group_by(revisions.c.entry)
    return revisions.c.publication.in_(newest)


def _member(who: Any, name: str) -> list[Any]:
    columns = (who.c.id, who.c.name, who.c.role, who.c.active)
    return [column.label(f"{name}_{column.name}") for column in columns]


def _somebody(row: Row[Any], name: str) -> Staff:
    given = row._mapping  # noqa: SLF001  the library's public name for it
    return Staff(*(given[f"{name}_{column}"] for column in ("id", "name", "role", "active")))


def _to_revision(row: Row[Any]) -> Revision:
    return Revision(
        id=row.id,
        entry=row.entry,
        topic=row.topic,
        title=row.title,
        text=row.text,
        base=row.base,
        over=row.over,
        state=row.state,
        author=_somebody(row, "author"),
        begun_at=row.begun_at,
        saved_at=row.saved_at,
        saves=row.saves,
        submitted_at=row.submitted_at,
        released_at=row.released_at,
        released_by=None if row.released_by is None else _somebody(row, "releaser"),
        publication=row.publication,
        absorbed=row.absorbed_at is not None,
    )


def _plain(locks: Locks) -> list[dict[str, Any]]:
    return [plain_row(row) for row in locks.rows]


def _rows(row: Row[Any]) -> tuple[Locked, ...]:
    """Rows that cannot be read are none: what they were to prove carries no answer then."""
    try:
        return tuple(row_of(one) for one in row.locks or ())
    except (KeyError, TypeError, ValueError):
        log.exception("lock_rows_unreadable", extra={"publication": row.publication})
        return ()


def _to_released(row: Row[Any]) -> Released:
    return Released(
        entry=row.entry,
        topic=row.topic,
        text=row.text,
        over=row.over,
        publication=row.publication,
        rows=_rows(row),
        absorbed=row.absorbed_at is not None,
    )
