"""What is kept, row by row as plain values, for files that people and programs read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from bot.storage.revision_tables import revision_events, revisions
from bot.storage.tables import (
    attachments,
    consultation_events,
    consultations,
    deliveries,
    messages,
    residents,
    staff,
)
from handlers.cases import Author

Record = dict[str, Any]

ROWS_AT_ONCE = 500
"""Fetched in one go, so that ten million rows pass through a constant amount of memory."""


class Direction(StrEnum):
    """Which way a message went."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Exports:
    """Generators over one look at the store, oldest first; use them before it ends.

    Times are ISO 8601 in the zone asked for.
    """

    connection: Connection

    def messages(self, *, outbound: bool = False, zone: tzinfo = UTC) -> Iterator[Record]:
        """What residents said, each with its reply; with `outbound` what we said as well."""
        chosen = _said() if outbound else _said().where(messages.c.author == Author.RESIDENT)
        for row in self._stream(chosen):
            yield _message(row, zone)

    def consultations(self, zone: tzinfo = UTC) -> Iterator[Record]:
        """The cases by number, with who holds them."""
        for row in self._stream(_cases()):
            yield _consultation(row, zone)

    def deliveries(self, zone: tzinfo = UTC) -> Iterator[Record]:
        """The outbox by id."""
        for row in self._stream(_outbox()):
            yield _delivery(row, zone)

    def counts(self) -> dict[str, int]:
        """Rows of each kind; `messages` are inbound as in their export, `replies` the others."""
        inbound = messages.c.author == Author.RESIDENT
        counted = {
            "residents": select(func.count()).select_from(residents),
            "messages": select(func.count()).select_from(messages).where(inbound),
            "replies": select(func.count()).select_from(messages).where(~inbound),
            "consultations": select(func.count()).select_from(consultations),
            "consultation_events": select(func.count()).select_from(consultation_events),
            "deliveries": select(func.count()).select_from(deliveries),
            "attachments": select(func.count()).select_from(attachments),
            "staff": select(func.count()).select_from(staff),
            "revisions": select(func.count()).select_from(revisions),
            "revision_events": select(func.count()).select_from(revision_events),
        }
        return {
            name: self.connection.execute(query).scalar_one() for name, query in counted.items()
        }

    def _stream(self, query: Select[Any]) -> Iterator[Row[Any]]:
        yield from self.connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE))


def _said() -> Select[Any]:
    reply = messages.alias("reply")
    return (
        select(
            messages,
            residents.c.channel,
            residents.c.name,
            reply.c.text.label("reply"),
            func.coalesce(reply.c.notice, messages.c.notice).label("given"),
            func.coalesce(reply.c.decision, messages.c.decision).label("decided"),
        )
        .join(residents, messages.c.resident == residents.c.id)
        .outerjoin(reply, reply.c.reply_to == messages.c.id)
        .order_by(messages.c.id)
    )


def _cases() -> Select[Any]:
    return (
        select(consultations, residents.c.channel, residents.c.name, staff.c.name.label("holder"))
        .join(residents, consultations.c.resident == residents.c.id)
        .outerjoin(staff, consultations.c.claimed_by == staff.c.id)
        .order_by(consultations.c.number)
    )


def _outbox() -> Select[Any]:
    return (
        select(deliveries, residents.c.channel, residents.c.name)
        .join(residents, deliveries.c.resident == residents.c.id)
        .order_by(deliveries.c.id)
    )


def _message(row: Row[Any], zone: tzinfo) -> Record:
    return {
        "MsgId": _platform_id(row),
        "channel": str(row.channel),
        "resident": row.name,
        "direction": str(Direction.IN if row.author is Author.RESIDENT else Direction.OUT),
        "author": str(row.author),
        "type": _plain(row.kind) or "text",
        "text": row.text,
        "received_at": _iso(row.at, zone),
        "decision": _plain(row.decided),
        "consultation": row.consultation,
        "reply": row.reply,
        "notice": row.given,
    }


def _platform_id(row: Row[Any]) -> str:
    """The platform's MsgId; for events and chat our own key, for what we said our own id."""
    if row.key is None:
        return f"out:{row.id}"
    return str(row.key).removeprefix("m:")


def _consultation(row: Row[Any], zone: tzinfo) -> Record:
    return {
        "number": row.number,
        "state": str(row.state),
        "topic": row.topic,
        "priority": str(row.priority),
        "channel": str(row.channel),
        "resident": row.name,
        "opened_at": _iso(row.opened_at, zone),
        "reason": row.reason,
        "question": row.question,
        "claimed_by": row.holder,
        "claimed_at": _iso(row.claimed_at, zone),
        "answered_at": _iso(row.answered_at, zone),
        "closed_at": _iso(row.closed_at, zone),
    }


def _delivery(row: Row[Any], zone: tzinfo) -> Record:
    return {
        "id": row.id,
        "consultation": row.consultation,
        "channel": str(row.channel),
        "resident": row.name,
        "state": str(row.state),
        "attempts": row.attempts,
        "route": _plain(row.route),
        "held_reason": row.held_reason,
        "due_at": _iso(row.due_at, zone),
        "settled_at": _iso(row.settled_at, zone),
        "text": row.text,
    }


def _plain(code: StrEnum | None) -> str | None:
    return None if code is None else str(code)


def _iso(at: datetime | None, zone: tzinfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat()
