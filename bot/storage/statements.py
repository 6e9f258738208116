"""The statements that every message runs, built and compiled once."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.storage.columns import TIME
from bot.storage.prepared import Prepared
from bot.storage.tables import deliveries, messages, residents
from handlers.cases import Author, DeliveryState

STANDING_COLUMNS = (
    residents.c.id,
    residents.c.notice,
    residents.c.minute_from,
    residents.c.in_minute,
    residents.c.day_from,
    residents.c.in_day,
    residents.c.limited_at,
)
"""The columns of a Standing."""

NEW_MESSAGE = insert(messages).returning(messages.c.id)
"""Takes the columns of one message."""

CHANGED_STANDING = update(residents).where(residents.c.id == bindparam("whose"))
"""Takes `whose` and the columns that change."""


def _latest(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """Messages may come late and out of order: the time never goes back."""
    earlier = or_(residents.c.last_heard_at.is_(None), residents.c.last_heard_at < at)
    return case((earlier, at), else_=residents.c.last_heard_at)


HEARD_STANDING = CHANGED_STANDING.values(last_heard_at=_latest(bindparam("heard_at", type_=TIME)))
"""The same, and takes `heard_at`, when the resident wrote."""

PACE_COLUMNS = ("minute_from", "in_minute", "day_from", "in_day", "limited_at")

HEARD = Prepared(HEARD_STANDING, PACE_COLUMNS)
"""Takes `whose`, `heard_at` and the columns of a pace."""

CAME = Prepared(NEW_MESSAGE, ("resident", "author", "at", "text", "key", "kind", "consultation"))
"""Takes what comes from a resident; its id."""

SAID = Prepared(
    insert(messages),
    (
        *("resident", "author", "at", "text", "reply_to", "decision"),
        *("offer", "basis", "consultation", "notice"),
    ),
)
"""Takes what the machine replies."""

AT_ADDRESS = (
    residents.c.channel == bindparam("channel"),
    residents.c.name == bindparam("resident"),
)
"""The row of the resident at an address, if there is one."""

_STANDING = select(*STANDING_COLUMNS).where(*AT_ADDRESS)
STANDING = Prepared(_STANDING)
STANDING_HELD = Prepared(_STANDING.with_for_update(key_share=True))
"""The same, and nobody else changes that resident until the unit of work ends."""


def _last_reply() -> ColumnElement[Any]:
    """The id of what the machine said last to a `resident`; 0 before its first words."""
    last = select(func.max(messages.c.id)).where(
        messages.c.resident == bindparam("resident"),
        messages.c.author == Author.MACHINE,
        messages.c.reply_to.is_not(None),
        messages.c.text != "",
    )
    return func.coalesce(last.scalar_subquery(), 0)


_SAID_SINCE = (
    messages.c.resident == bindparam("resident"),
    messages.c.id >= _last_reply(),
    messages.c.author != Author.RESIDENT,
    messages.c.text != "",
)

OFFERS = Prepared(select(messages.c.offer).where(*_SAID_SINCE).order_by(messages.c.id.desc()))
"""What stood open for a `resident` since the machine's last reply, the newest first."""

_WAITING = (
    deliveries.c.resident == bindparam("resident"),
    deliveries.c.state == DeliveryState.HELD,
)

PRIOR = Prepared(
    select(
        exists().where(
            messages.c.resident == bindparam("resident"), messages.c.key == bindparam("key")
        ),
        exists().where(*_SAID_SINCE, messages.c.offer.is_not(None)),
        exists().where(*_WAITING),
    )
)
"""Whether there is anything to look for: a message with this `key`, offers, answers that wait."""


def _reply_to() -> Select[Any]:
    came = messages.alias()
    return (
        select(messages)
        .join(came, messages.c.reply_to == came.c.id)
        .where(came.c.resident == bindparam("resident"), came.c.key == bindparam("key"))
    )


REPLY_TO = _reply_to()
"""The reply to the message of a `resident` with a `key`."""


def _reply_to_departed() -> Select[Any]:
    came = messages.alias()
    return (
        select(messages)
        .join(came, messages.c.reply_to == came.c.id)
        .join(residents, came.c.resident == residents.c.id)
        .where(
            residents.c.departed_at >= bindparam("since"),
            residents.c.channel == bindparam("channel"),
            came.c.key == bindparam("key"),
        )
        .limit(1)
    )


REPLY_TO_DEPARTED = _reply_to_departed()
"""The reply to a message with a `key` of anybody of a `channel` who left `since` then."""

OUTBOX = select(deliveries, residents.c.channel, residents.c.name, residents.c.departed_at).join(
    residents, deliveries.c.resident == residents.c.id
)
"""Deliveries with whom they are for."""

HELD = OUTBOX.where(*_WAITING).order_by(deliveries.c.id)
"""What waits for a `resident` to write again."""
