"""Places of the ration for pushes that belong to no delivery (see bot/storage/deliveries.py)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from bot.storage.store import SqlRecords
from bot.storage.tables import pushes
from handlers.cases import Author
from handlers.courier import may_push
from handlers.model import Address


@dataclass(frozen=True, slots=True)
class Place:
    """One place that was booked."""

    id: int


def book(records: SqlRecords, to: Address, at: datetime, until: datetime) -> Place | None:
    """Takes a place for words of the machine; None if people's answers need the rest.

    `until` is the latest moment at which the push may arrive. Whoever dies leaves it taken.
    """
    standing = records.conversations.take(to)
    if standing is None:
        return None
    resident = standing.resident.id
    if not may_push(records.deliveries.ration_left(resident, at), Author.MACHINE):
        return None
    booked = insert(pushes).values(resident=resident, counted_at=until).returning(pushes.c.id)
    return Place(_connection(records).execute(booked).scalar_one())


def use(records: SqlRecords, place: Place, at: datetime) -> None:
    """The push arrived, or perhaps did, by `at`."""
    used = update(pushes).where(pushes.c.id == place.id).values(counted_at=at)
    _connection(records).execute(used)


def give_back(records: SqlRecords, place: Place) -> None:
    """The push surely did not arrive; a second time changes nothing."""
    _connection(records).execute(delete(pushes).where(pushes.c.id == place.id))


def _connection(records: SqlRecords) -> Connection:
    return records.deliveries.connection
