"""The tables of edited entries: revisions, what was done to them, the number of publications."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Named,
    Table,
    TypedColumns,
    UniqueConstraint,
)

from bot.storage.columns import DOCUMENT, NUMBER, TIME, WORDS, codes
from bot.storage.schema import metadata
from handlers.cases import StaffId
from handlers.revisions import Act, RevisionId, RevisionState
from knowledge.entry import EntryId, TopicId


class _Revisions(TypedColumns):
    """A row that was released never changes, but for being `absorbed_at`."""

    id: Named[RevisionId] = Column(NUMBER, Identity(), primary_key=True)
    entry: Named[EntryId] = Column(WORDS)
    topic: Named[TopicId] = Column(WORDS)
    title: Named[str] = Column(WORDS)
    text: Named[str] = Column(WORDS)
    base: Named[str] = Column(WORDS)
    over: Named[str] = Column(WORDS)
    state: Named[RevisionState] = Column(codes(RevisionState))
    author: Named[StaffId] = Column(NUMBER, ForeignKey("staff.id"))
    begun_at: Named[datetime] = Column(TIME)
    saved_at: Named[datetime] = Column(TIME)
    saves: Named[int] = Column(Integer)
    submitted_at: Named[datetime | None] = Column(TIME)
    released_at: Named[datetime | None] = Column(TIME)
    released_by: Named[StaffId | None] = Column(NUMBER, ForeignKey("staff.id"))
    publication: Named[int | None] = Column(Integer)
    locks: Named[Any | None] = Column(DOCUMENT)
    """Rows as in citations.lock."""
    absorbed_at: Named[datetime | None] = Column(TIME)
    """Since when its text is that of the file."""


class _RevisionEvents(TypedColumns):
    id: Named[int] = Column(NUMBER, Identity(), primary_key=True)
    revision: Named[RevisionId] = Column(NUMBER, ForeignKey("revisions.id"))
    at: Named[datetime] = Column(TIME)
    staff: Named[StaffId] = Column(NUMBER, ForeignKey("staff.id"))
    act: Named[Act] = Column(codes(Act))
    remark: Named[str] = Column(WORDS)


class _Publications(TypedColumns):
    """One row: how often something was released. Whoever edits anything holds it."""

    what: Named[str] = Column(WORDS, primary_key=True)
    number: Named[int] = Column(Integer)


revisions = Table(
    "revisions",
    metadata,
    _Revisions,
    UniqueConstraint("publication"),
    Index("ix_revisions_entry", "entry", "publication"),
    Index("ix_revisions_state", "state", "saved_at"),
    sqlite_autoincrement=True,
)
revision_events = Table(
    "revision_events",
    metadata,
    _RevisionEvents,
    Index("ix_revision_events_revision", "revision", "id"),
    sqlite_autoincrement=True,
)
publications = Table("publications", metadata, _Publications)
