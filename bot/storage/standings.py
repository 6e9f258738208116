"""How residents stand: the notice they were given, their pace, and that they left."""

from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, null, update

from bot.storage.prepared import Row
from bot.storage.statements import CHANGED_STANDING, HEARD, HEARD_STANDING
from bot.storage.tables import messages, residents
from handlers.model import Address, Message, Reply, Resident, ResidentId
from handlers.pace import COUNTED, Pace, Standing

TOMBSTONE = "departed:"
"""How the random names begin that residents have who left; no channel names anybody like that."""


def to_standing(row: Row, address: Address) -> Standing:
    """A row of STANDING_COLUMNS."""
    resident, notice, *pace = row
    return Standing(Resident(ResidentId(resident), address), notice or "", Pace(*pace))


def note(
    connection: Connection,
    resident: ResidentId,
    message: Message,
    reply: Reply,
    pace: Pace | None,
) -> None:
    """What a message and its reply change of the standing, in one statement or none."""
    heard = {"whose": resident, "heard_at": message.received_at}
    if message.kind in COUNTED and pace is not None and not reply.notice:
        HEARD.run(connection, heard | _columns(pace))
        return
    changes: dict[str, Any] = {}
    if pace is not None:
        changes |= _columns(pace)
    if reply.notice:
        changes["notice"] = reply.notice
    if message.kind in COUNTED:
        connection.execute(HEARD_STANDING, heard | changes)
    elif changes:
        connection.execute(CHANGED_STANDING, {"whose": resident} | changes)


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


def _columns(pace: Pace) -> dict[str, Any]:
    return {
        "minute_from": pace.minute_from,
        "in_minute": pace.in_minute,
        "day_from": pace.day_from,
        "in_day": pace.in_day,
        "limited_at": pace.limited_at,
    }
