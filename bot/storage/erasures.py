"""Who erased a resident on request, and when: it stands with the departure, which has no words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from bot.storage.store import SqlRecords
from bot.storage.tables import consultations, messages, residents, staff
from handlers.cases import StaffId
from handlers.model import ChannelName, Kind, Message, ResidentId


@dataclass(frozen=True, slots=True)
class Erasure:
    """One resident erased on request. Whom it was nobody can tell any more."""

    at: datetime
    staff: str
    channel: ChannelName


def sign(records: SqlRecords, resident: ResidentId, departure: Message, by: StaffId) -> None:
    """Notes under a departure that was just kept who brought it about."""
    kept = messages.c.resident == resident, messages.c.key == departure.key
    signed = update(messages).where(*kept).values(staff=by)
    records.conversations.connection.execute(signed)


def erasures(records: SqlRecords) -> Iterator[Erasure]:
    """All of them, oldest first."""
    signed = (
        select(messages.c.at, staff.c.name, residents.c.channel)
        .join(staff, messages.c.staff == staff.c.id)
        .join(residents, messages.c.resident == residents.c.id)
        .where(messages.c.kind == Kind.LEAVE)
        .order_by(messages.c.id)
    )
    for row in records.conversations.connection.execute(signed):
        yield Erasure(row.at, row.name, row.channel)


def files_left(records: SqlRecords, resident: ResidentId) -> int:
    """Cases that stay as files, without a name."""
    counted = select(func.count()).where(consultations.c.resident == resident)
    return records.conversations.connection.execute(counted).scalar_one()
