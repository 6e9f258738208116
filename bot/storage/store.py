"""The store: one unit of work is one transaction on one connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from bot.storage.attachments import SqlAttachments
from bot.storage.consultations import SqlConsultations
from bot.storage.conversations import SqlConversations
from bot.storage.deliveries import SqlDeliveries
from bot.storage.engine import reachable, readers
from bot.storage.exports import Exports
from bot.storage.holding import Holding
from bot.storage.personnel import SqlPersonnel
from bot.storage.revisions import SqlRevisions
from bot.storage.turns import Turns
from handlers.ports import Records


@dataclass(frozen=True, slots=True)
class SqlRecords(Records):
    """ports.Records, and what the console and the commands need besides."""

    conversations: SqlConversations
    consultations: SqlConsultations
    deliveries: SqlDeliveries
    personnel: SqlPersonnel
    attachments: SqlAttachments
    revisions: SqlRevisions
    exports: Exports


@dataclass(frozen=True, slots=True)
class SqlStore:
    """ports.Store over SQLite or PostgreSQL. Threads may share it."""

    engine: Engine
    _turns: Turns = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_turns", Turns(self.engine))

    @contextmanager
    def write(self) -> Iterator[SqlRecords]:
        """As ports.Store. On SQLite the block has the only write lock: keep slow work outside."""
        on_sqlite = self.engine.dialect.name == "sqlite"
        unit = self._turns.unit() if on_sqlite else self.engine.begin()
        with reachable(), unit as connection:
            yield _records(connection, Holding(connection, possible=not on_sqlite))

    @contextmanager
    def read(self) -> Iterator[SqlRecords]:
        """As ports.Store. All that is read belongs to one moment; writing fails."""
        with reachable(), readers(self.engine).begin() as connection:
            yield _records(connection, Holding(connection, possible=False))


def _records(connection: Connection, holding: Holding) -> SqlRecords:
    return SqlRecords(
        conversations=SqlConversations(connection, holding),
        consultations=SqlConsultations(connection, holding),
        deliveries=SqlDeliveries(connection, holding),
        personnel=SqlPersonnel(connection),
        attachments=SqlAttachments(connection, holding),
        revisions=SqlRevisions(connection),
        exports=Exports(connection),
    )
