"""The statements that every message runs, built and compiled once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

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

REPLY_COLUMNS = (
    messages.c.decision,
    messages.c.text,
    messages.c.offer,
    messages.c.basis,
    messages.c.consultation,
    messages.c.notice,
)
"""The columns of a Reply."""

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

_CAME_COLUMNS = ("resident", "author", "at", "text", "key", "kind", "consultation")
CAME = {
    "sqlite": Prepared(insert(messages), _CAME_COLUMNS),
    "postgresql": Prepared(NEW_MESSAGE, _CAME_COLUMNS),
}
"""Takes what comes from a resident and makes a row, by the name of the dialect."""

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


def _newcomer(insert_into: Callable[[Table], Any]) -> Prepared:
    # Setting a column to itself is what locks the row of a resident we know.
    made_or_found = insert_into(residents).on_conflict_do_update(
        index_elements=["channel", "name"],
        set_={"first_seen_at": residents.c.first_seen_at},
    )
    columns = ("channel", "name", "first_seen_at")
    return Prepared(made_or_found.returning(*STANDING_COLUMNS), columns)


NEWCOMER = {
    "sqlite": _newcomer(sqlite.insert),
    "postgresql": _newcomer(postgresql.insert),
}
"""Makes the row at an address, or finds and holds it, by the name of the dialect."""


def _prior(resident: ColumnElement[Any], *columns: ColumnElement[Any]) -> Select[Any]:
    """The columns, whether a message with this `key` came, whether answers wait, and what stood
    open since the machine's last words: a row for each offer, the newest first, or one without.
    """
    machines = messages.alias()
    last = select(func.max(machines.c.id)).where(
        machines.c.resident == resident,
        machines.c.author == Author.MACHINE,
        machines.c.reply_to.is_not(None),
        machines.c.text != "",
    )
    said_since = and_(
        messages.c.resident == resident,
        messages.c.id >= func.coalesce(last.scalar_subquery(), 0),
        messages.c.author != Author.RESIDENT,
        messages.c.text != "",
    )
    known = messages.alias()
    return (
        select(
            *columns,
            exists().where(known.c.resident == resident, known.c.key == bindparam("key")),
            exists().where(deliveries.c.resident == resident, _IS_HELD),
            messages.c.id,
            messages.c.offer,
        )
        .select_from(residents.outerjoin(messages, said_since))
        .order_by(messages.c.id.desc())
    )


_IS_HELD = deliveries.c.state == DeliveryState.HELD

PRIOR = Prepared(
    _prior(bindparam("resident")).where(residents.c.id == bindparam("resident")),
)
"""What matters of all that was said before to a message with a `key` of a `resident`."""

MET = Prepared(_prior(residents.c.id, *STANDING_COLUMNS).where(*AT_ADDRESS))
"""The same at an address, with the standing: for who needs no lock to keep it as it is."""


_came = messages.alias()

REPLY_TO = Prepared(
    select(*REPLY_COLUMNS)
    .join(_came, messages.c.reply_to == _came.c.id)
    .where(_came.c.resident == bindparam("resident"), _came.c.key == bindparam("key"))
)
"""The reply to the message of a `resident` with a `key`."""

REPLY_TO_DEPARTED = Prepared(
    select(*REPLY_COLUMNS)
    .join(_came, messages.c.reply_to == _came.c.id)
    .join(residents, _came.c.resident == residents.c.id)
    .where(
        residents.c.departed_at >= bindparam("since"),
        residents.c.channel == bindparam("channel"),
        _came.c.key == bindparam("key"),
    )
    .limit(1)
)
"""The reply to a message with a `key` of anybody of a `channel` who left `since` then."""

OUTBOX = select(deliveries, residents.c.channel, residents.c.name, residents.c.departed_at).join(
    residents, deliveries.c.resident == residents.c.id
)
"""Deliveries with whom they are for."""

HELD = OUTBOX.where(deliveries.c.resident == bindparam("resident"), _IS_HELD).order_by(
    deliveries.c.id
)
"""What waits for a `resident` to write again."""
