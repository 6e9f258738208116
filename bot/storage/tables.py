"""The tables: what is kept, what is unique, and an index for every question the ports ask."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Named,
    Table,
    TypedColumns,
    UniqueConstraint,
)

import bot.storage.revision_tables  # noqa: F401  metadata is whole only with them
from bot.storage.columns import DOCUMENT, NUMBER, RANK, TIME, WORDS, codes, rows_with
from bot.storage.schema import metadata as metadata  # noqa: PLC0414  handed on, whole
from handlers.cases import (
    AttachmentId,
    Author,
    DeliveryId,
    DeliveryState,
    Keeping,
    Priority,
    Role,
    Route,
    StaffId,
    State,
)
from handlers.model import (
    AttachmentKind,
    ChannelName,
    ConsultationNumber,
    DecisionName,
    Kind,
    MessageId,
    ResidentId,
)

FIRST_NUMBER = 10_001
"""Five digits from the first case on: easy to read out on the telephone, and not a count."""


class Step(StrEnum):
    """What happened to a consultation."""

    OPENED = "opened"
    MOVED = "moved"
    RAISED = "raised"


class _Residents(TypedColumns):
    id: Named[ResidentId] = Column(NUMBER, Identity(), primary_key=True)
    channel: Named[ChannelName] = Column(codes(ChannelName))
    name: Named[str] = Column(WORDS)
    first_seen_at: Named[datetime] = Column(TIME)
    last_heard_at: Named[datetime | None] = Column(TIME)
    """The last message that opens the platform's window for pushes."""
    departed_at: Named[datetime | None] = Column(TIME)
    """Since when the name is a random one that leads to nobody (docs/adr/0007-erasure.md)."""
    notice: Named[str | None] = Column(WORDS)
    """The version of the notice given last; which reply gave it stands with the reply."""
    minute_from: Named[datetime | None] = Column(TIME)
    in_minute: Named[int] = Column(Integer, server_default="0")
    day_from: Named[datetime | None] = Column(TIME)
    in_day: Named[int] = Column(Integer, server_default="0")
    limited_at: Named[datetime | None] = Column(TIME)


class _Staff(TypedColumns):
    id: Named[StaffId] = Column(NUMBER, Identity(), primary_key=True)
    name: Named[str] = Column(WORDS)
    role: Named[Role] = Column(codes(Role))
    password_hash: Named[str] = Column(WORDS)
    active: Named[bool] = Column(Boolean)
    failed_logins: Named[int] = Column(Integer)
    locked_until: Named[datetime | None] = Column(TIME)
    session_epoch: Named[int] = Column(Integer)
    """Goes up when every session of this person must end."""


class _Consultations(TypedColumns):
    number: Named[ConsultationNumber] = Column(
        NUMBER, Identity(start=FIRST_NUMBER), primary_key=True
    )
    resident: Named[ResidentId] = Column(NUMBER, ForeignKey("residents.id"))
    state: Named[State] = Column(codes(State))
    priority: Named[Priority] = Column(RANK)
    reason: Named[str] = Column(WORDS)
    topic: Named[str] = Column(WORDS)
    question: Named[str] = Column(WORDS)
    opened_at: Named[datetime] = Column(TIME)
    claimed_by: Named[StaffId | None] = Column(NUMBER, ForeignKey("staff.id"))
    claimed_at: Named[datetime | None] = Column(TIME)
    answered_at: Named[datetime | None] = Column(TIME)
    closed_at: Named[datetime | None] = Column(TIME)


class _Events(TypedColumns):
    id: Named[int] = Column(NUMBER, Identity(), primary_key=True)
    consultation: Named[ConsultationNumber] = Column(NUMBER, ForeignKey("consultations.number"))
    at: Named[datetime] = Column(TIME)
    staff: Named[StaffId | None] = Column(NUMBER, ForeignKey("staff.id"))
    what: Named[Step] = Column(codes(Step))
    from_state: Named[State | None] = Column(codes(State))
    to_state: Named[State | None] = Column(codes(State))


class _Messages(TypedColumns):
    """What came in has a key and a kind; what went out has a decision or a member of staff."""

    id: Named[MessageId] = Column(NUMBER, Identity(), primary_key=True)
    resident: Named[ResidentId] = Column(NUMBER, ForeignKey("residents.id"))
    author: Named[Author] = Column(codes(Author))
    at: Named[datetime] = Column(TIME)
    text: Named[str] = Column(WORDS)
    key: Named[str | None] = Column(WORDS)
    kind: Named[Kind | None] = Column(codes(Kind))
    reply_to: Named[MessageId | None] = Column(NUMBER, ForeignKey("messages.id"))
    decision: Named[DecisionName | None] = Column(codes(DecisionName))
    offer: Named[Any | None] = Column(DOCUMENT)
    basis: Named[Any | None] = Column(DOCUMENT)
    consultation: Named[ConsultationNumber | None] = Column(
        NUMBER, ForeignKey("consultations.number")
    )
    staff: Named[StaffId | None] = Column(NUMBER, ForeignKey("staff.id"))
    notice: Named[str | None] = Column(WORDS)
    """The version of the notice that this reply gave."""


class _Deliveries(TypedColumns):
    id: Named[DeliveryId] = Column(NUMBER, Identity(), primary_key=True)
    consultation: Named[ConsultationNumber] = Column(NUMBER, ForeignKey("consultations.number"))
    resident: Named[ResidentId] = Column(NUMBER, ForeignKey("residents.id"))
    message: Named[MessageId] = Column(NUMBER, ForeignKey("messages.id"))
    text: Named[str] = Column(WORDS)
    state: Named[DeliveryState] = Column(codes(DeliveryState))
    attempts: Named[int] = Column(Integer)
    due_at: Named[datetime] = Column(TIME)
    wake_at: Named[datetime | None] = Column(TIME)
    """When somebody may take it: its time while DUE, the end of the lease while SENDING."""
    route: Named[Route | None] = Column(codes(Route))
    held_reason: Named[str] = Column(WORDS)
    settled_at: Named[datetime | None] = Column(TIME)


class _Attachments(TypedColumns):
    """Goes with its message: whoever erases that leaves nothing of this behind."""

    id: Named[AttachmentId] = Column(NUMBER, Identity(), primary_key=True)
    message: Named[MessageId] = Column(NUMBER, ForeignKey("messages.id", ondelete="CASCADE"))
    resident: Named[ResidentId] = Column(NUMBER, ForeignKey("residents.id"))
    consultation: Named[ConsultationNumber | None] = Column(
        NUMBER, ForeignKey("consultations.number")
    )
    kind: Named[AttachmentKind] = Column(codes(AttachmentKind))
    title: Named[str] = Column(WORDS)
    reference: Named[str] = Column(WORDS)
    format: Named[str] = Column(WORDS)
    link: Named[str] = Column(WORDS)
    latitude: Named[float | None] = Column(Double)
    longitude: Named[float | None] = Column(Double)
    state: Named[Keeping] = Column(codes(Keeping))
    attempts: Named[int] = Column(Integer)
    came_at: Named[datetime] = Column(TIME)
    wake_at: Named[datetime | None] = Column(TIME)
    """When somebody may fetch it while WANTED: its time, or the end of a lease."""
    reason: Named[str] = Column(WORDS)
    asked_at: Named[datetime | None] = Column(TIME)
    """When the resident was asked to send it again."""
    media_type: Named[str] = Column(WORDS)
    size: Named[int] = Column(Integer)
    digest: Named[str] = Column(WORDS)


class _Contents(TypedColumns):
    """Apart from all else, so that no list ever loads a film."""

    attachment: Named[AttachmentId] = Column(
        NUMBER, ForeignKey("attachments.id", ondelete="CASCADE"), primary_key=True
    )
    sealed: Named[bytes] = Column(LargeBinary)


class _Pushes(TypedColumns):
    """Places of the ration, taken by pushes that the channel may have counted; some without a
    delivery (bot/storage/places.py)."""

    id: Named[int] = Column(NUMBER, Identity(), primary_key=True)
    delivery: Named[DeliveryId | None] = Column(
        NUMBER, ForeignKey("deliveries.id", ondelete="CASCADE")
    )
    attempt: Named[int | None] = Column(Integer)
    resident: Named[ResidentId] = Column(NUMBER, ForeignKey("residents.id", ondelete="CASCADE"))
    counted_at: Named[datetime] = Column(TIME)
    """The latest moment at which the channel may have counted it."""


class _PlatformTokens(TypedColumns):
    """One row for each account: its token, who may fetch the next, and until when to be quiet."""

    account: Named[str] = Column(WORDS, primary_key=True)
    sealed: Named[str] = Column(WORDS)
    renew_at: Named[datetime | None] = Column(TIME)
    ends_at: Named[datetime | None] = Column(TIME)
    lease: Named[int] = Column(Integer)
    """Counts those who fetched, and fences them."""
    lease_until: Named[datetime | None] = Column(TIME)
    forced: Named[int] = Column(Integer)
    """Forced refreshes since `forced_since`."""
    forced_since: Named[datetime | None] = Column(TIME)
    forced_at: Named[datetime | None] = Column(TIME)
    quiet_until: Named[datetime | None] = Column(TIME)
    quiet_for: Named[str] = Column(WORDS)


# AUTOINCREMENT everywhere on SQLite: an id that was deleted never comes back, as on PostgreSQL.
residents = Table(
    "residents",
    metadata,
    _Residents,
    UniqueConstraint("channel", "name"),
    sqlite_autoincrement=True,
)
staff = Table("staff", metadata, _Staff, UniqueConstraint("name"), sqlite_autoincrement=True)
consultations = Table(
    "consultations",
    metadata,
    _Consultations,
    Index("ix_consultations_queue", "state", "priority", "opened_at", "number"),
    Index("ix_consultations_held", "claimed_by", "state", "priority", "opened_at", "number"),
    Index("ix_consultations_resident", "resident", "number"),
    sqlite_autoincrement=True,
)
consultation_events = Table(
    "consultation_events",
    metadata,
    _Events,
    Index("ix_consultation_events_consultation", "consultation", "id"),
    sqlite_autoincrement=True,
)
messages = Table(
    "messages",
    metadata,
    _Messages,
    Index("ix_messages_resident", "resident", "id"),
    sqlite_autoincrement=True,
)
deliveries = Table(
    "deliveries",
    metadata,
    _Deliveries,
    Index("ix_deliveries_resident", "resident", "state", "id"),
    Index("ix_deliveries_consultation", "consultation", "id"),
    Index("ix_deliveries_message", "message"),
    sqlite_autoincrement=True,
)
pushes = Table(
    "pushes",
    metadata,
    _Pushes,
    UniqueConstraint("delivery", "attempt"),
    Index("ix_pushes_resident", "resident", "counted_at"),
    Index("ix_pushes_counted_at", "counted_at"),
    sqlite_autoincrement=True,
)
platform_tokens = Table("platform_tokens", metadata, _PlatformTokens)
attachments = Table(
    "attachments",
    metadata,
    _Attachments,
    UniqueConstraint("message"),
    Index("ix_attachments_resident", "resident", "came_at"),
    sqlite_autoincrement=True,
)
attachment_contents = Table("attachment_contents", metadata, _Contents)

Index("uq_messages_key", messages.c.resident, messages.c.key, unique=True, **rows_with("key"))
Index("uq_messages_reply_to", messages.c.reply_to, unique=True, **rows_with("reply_to"))
Index("ix_messages_consultation", messages.c.consultation, **rows_with("consultation"))
Index("ix_attachments_wake_at", attachments.c.wake_at, **rows_with("wake_at"))
Index("ix_attachments_consultation", attachments.c.consultation, **rows_with("consultation"))
Index("ix_deliveries_wake_at", deliveries.c.wake_at, **rows_with("wake_at"))
Index("ix_residents_departed_at", residents.c.departed_at, **rows_with("departed_at"))
