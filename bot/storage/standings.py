"""How residents stand: the notice they were given, their pace, and that they left."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    literal,
    null,
    or_,
    select,
    update,
)

from bot.storage.columns import TIME
from bot.storage.tables import messages, residents
from handlers.model import Address, Message, Reply, Resident, ResidentId
from handlers.pace import COUNTED, Pace, Standing

TOMBSTONE = "departed:"
"""How the random names begin that residents have who left; no channel names anybody like that."""

STANDING = (
    residents.c.id,
    residents.c.notice,
    residents.c.minute_from,
    residents.c.in_minute,
    residents.c.day_from,
    residents.c.in_day,
    residents.c.limited_at,
)
"""The columns of a Standing."""


def at_address(address: Address) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The row of the resident at an address, if there is one."""
    return residents.c.channel == address.channel, residents.c.name == address.resident


def to_standing(row: Row[*tuple[Any, ...]], address: Address) -> Standing:
    """A row of STANDING."""
    pace = Pace(row.minute_from, row.in_minute, row.day_from, row.in_day, row.limited_at)
    return Standing(Resident(ResidentId(row.id), address), row.notice or "", pace)


def note(
    connection: Connection,
    resident: ResidentId,
    message: Message,
    reply: Reply,
    pace: Pace | None,
) -> None:
    """What a message and its reply change of the standing, in one statement or none."""
    changes: dict[str, Any] = {}
    if message.kind in COUNTED:
        changes["last_heard_at"] = _latest(message.received_at)
    if pace is not None:
        changes |= _columns(pace)
    if reply.notice:
        changes["notice"] = reply.notice
    if changes:
        connection.execute(update(residents).where(residents.c.id == resident).values(changes))


def erase(connection: Connection, resident: ResidentId, at: datetime) -> None:
    """Name, times and words outside cases. Offers go everywhere: they quote what was asked."""
    theirs = messages.c.resident == resident
    unfiled = update(messages).where(theirs, messages.c.consultation.is_(None))
    filed = update(messages).where(theirs, messages.c.consultation.is_not(None))
    connection.execute(unfiled.values(text="", offer=null()))
    connection.execute(filed.values(offer=null()))
    gone = update(residents).where(residents.c.id == resident)
    nobody = {"name": f"{TOMBSTONE}{token_hex(16)}", "departed_at": at, "last_heard_at": None}
    connection.execute(gone.values(nobody | _columns(Pace())))


def reply_to_departed(address_channel: str, key: str, since: datetime) -> Select[Any]:
    """The reply to a message with this key of anybody who left since then."""
    came = messages.alias()
    return (
        select(messages)
        .join(came, messages.c.reply_to == came.c.id)
        .join(residents, came.c.resident == residents.c.id)
        .where(residents.c.departed_at >= since, residents.c.channel == address_channel)
        .where(came.c.key == key)
        .limit(1)
    )


def _columns(pace: Pace) -> dict[str, Any]:
    return {
        "minute_from": pace.minute_from,
        "in_minute": pace.in_minute,
        "day_from": pace.day_from,
        "in_day": pace.in_day,
        "limited_at": pace.limited_at,
    }


def _latest(at: datetime) -> ColumnElement[datetime | None]:
    """Messages may come late and out of order: the time never goes back."""
    earlier = or_(residents.c.last_heard_at.is_(None), residents.c.last_heard_at < at)
    return case((earlier, literal(at, TIME)), else_=residents.c.last_heard_at)
