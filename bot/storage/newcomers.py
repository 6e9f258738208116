"""How many residents came to a channel for the first time lately."""

from datetime import datetime

from sqlalchemy import func, select

from bot.storage.store import SqlRecords
from bot.storage.tables import residents
from handlers.model import ChannelName

_LOOKED_AT = 10_000
"""Rows at most that one count reads, from the newest: no index on a time that every message of a
resident would touch. Beyond it nobody is counted, and more are let in."""


def newcomers(records: SqlRecords, channel: ChannelName, since: datetime, until: datetime) -> int:
    """Residents of a channel who were seen first between two times."""
    newest = select(func.coalesce(func.max(residents.c.id), 0)).scalar_subquery()
    counted = select(func.count()).where(
        residents.c.id > newest - _LOOKED_AT,
        residents.c.channel == channel,
        residents.c.first_seen_at > since,
        residents.c.first_seen_at <= until,
    )
    return records.conversations.connection.execute(counted).scalar_one()
