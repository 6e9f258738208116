"""How full the desk and the outbox are, for those who watch the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from bot.storage.engine import reachable, readers
from bot.storage.revisions import SqlRevisions
from bot.storage.tables import consultations, deliveries
from handlers.cases import DeliveryState, Priority, State


@dataclass(frozen=True, slots=True)
class Queue:
    """Consultations that nobody has taken; `since` when the oldest was opened."""

    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """One moment's view, with an entry for every priority and state."""

    waiting: Mapping[Priority, Queue]
    deliveries: Mapping[DeliveryState, int]
    publication: int
    """The number of what staff released last."""


def backlog(engine: Engine) -> Backlog:
    """Counts by index, without reading a row. Raises Unreachable."""
    queued = (
        select(consultations.c.priority, func.count(), func.min(consultations.c.opened_at))
        .where(consultations.c.state == State.WAITING)
        .group_by(consultations.c.priority)
    )
    outbox = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    with reachable(), readers(engine).begin() as connection:
        waiting = {row[0]: Queue(row[1], row[2]) for row in connection.execute(queued)}
        publication = SqlRevisions(connection).number()
        states = {row[0]: row[1] for row in connection.execute(outbox)}
    return Backlog(
        {priority: waiting.get(priority, Queue()) for priority in Priority},
        {state: states.get(state, 0) for state in DeliveryState},
        publication,
    )
