"""SQLite's writers take turns, and those who wait share one commit.

A commit that survives a power cut waits for the disk; the work before it takes a tenth of that.
So a unit of work that others are waiting behind leaves its transaction open for the next one, and
the last of them commits for all. None returns before the commit that holds its work.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import cast

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import RootTransaction

from handlers.errors import Unreachable

MOST_TOGETHER = 16
"""Units in one commit: as many as a process has threads, so that other processes get a turn."""


@dataclass(slots=True)
class _Shared:
    """A transaction that several units of work share, one after the other."""

    connection: Connection
    transaction: RootTransaction
    units: int = 0
    failure: BaseException | None = None
    over: Event = field(default_factory=Event)

    @contextmanager
    def piece(self) -> Iterator[None]:
        """One unit's part, undone alone if it raises.

        By the driver's hand: the library's own nested transaction costs more than the savepoint.
        """
        driver = self._driver()
        driver.execute("SAVEPOINT unit")
        try:
            yield
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK TO unit")
            raise
        finally:
            if driver.in_transaction:
                driver.execute("RELEASE unit")

    def is_alive(self) -> bool:
        """Whether it can still be committed: a full disk makes SQLite undo a whole transaction."""
        return self._driver().in_transaction

    def _driver(self) -> sqlite3.Connection:
        return cast("sqlite3.Connection", self.connection.connection.driver_connection)

    def end(self) -> None:
        """Commits, or fails if there is nothing left to commit; whoever waits is told."""
        try:
            if not self.is_alive():
                raise Unreachable("database: rolled back")
            self.transaction.commit()
        except BaseException as error:
            self.failure = error
            self.connection.invalidate()  # nobody knows what state it is in
            raise
        finally:
            self.connection.close()
            self.over.set()


class Turns:
    """The writers of one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = Lock()
        self._counting = Lock()
        self._waiting = 0
        self._open: _Shared | None = None

    @contextmanager
    def unit(self) -> Iterator[Connection]:
        """One unit of work: kept when this ends, and alone undone if it raises.

        Raises Unreachable if the commit that it shared failed.
        """
        self._wait_for_turn()
        shared: _Shared | None = None
        try:
            shared = self._open or self._begin()
            with shared.piece():
                yield shared.connection
        finally:
            try:
                self._leave(shared)
            finally:
                self._turn.release()
        shared.over.wait()
        if shared.failure is not None:
            raise Unreachable("database: commit failed") from shared.failure

    def _wait_for_turn(self) -> None:
        with self._counting:
            self._waiting += 1
        self._turn.acquire()
        with self._counting:
            self._waiting -= 1

    def _begin(self) -> _Shared:
        connection = self._engine.connect()
        try:
            return _Shared(connection, connection.begin())
        except BaseException:
            connection.close()
            raise

    def _leave(self, shared: _Shared | None) -> None:
        """Commits, unless somebody is sure to come who can do it."""
        if shared is None:
            return
        shared.units += 1
        with self._counting:
            others_wait = self._waiting > 0
        if others_wait and shared.units < MOST_TOGETHER and shared.is_alive():
            self._open = shared
            return
        self._open = None
        shared.end()
