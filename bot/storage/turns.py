"""SQLite's writers take turns, and those who wait share one commit.

A commit that survives a power cut waits for the disk; the work before it takes a tenth of that.
So a unit of work that others are waiting behind leaves its transaction open for the next one, and
the last of them commits for all. None returns before the commit that holds its work.

Going from thread to thread costs as much again as the work. So a unit that is given as a function
is put in a queue, and whoever has the turn runs all that wait there.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import RootTransaction

from handlers.errors import Unreachable

T = TypeVar("T")
R = TypeVar("R")

MOST_TOGETHER = 16
"""Units in one commit: as many as a process has threads, so that other processes get a turn."""


@dataclass(slots=True)
class _Shared(Generic[R]):
    """A transaction that several units of work share, one after the other."""

    connection: Connection
    transaction: RootTransaction
    records: R
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

    def takes_more(self) -> bool:
        """Whether another unit may join."""
        return self.units < MOST_TOGETHER and self.is_alive()

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


def _closed() -> Lock:
    gate = Lock()
    gate.acquire()
    return gate


@dataclass(slots=True)
class _Job(Generic[R]):
    """A unit of work that waits to be run, by its own thread or another one."""

    unit: Callable[[R], Any]
    context: Context = field(default_factory=copy_context)
    """That of its own thread: what is logged on the way belongs to its own request."""
    gate: Lock = field(default_factory=_closed)
    """Opens once for its thread: the work is done, or it is its turn to run all that wait."""
    leads: bool = False
    result: Any = None
    failure: BaseException | None = None

    def run(self, shared: _Shared[R]) -> None:
        """Raises what the unit raises; what it has changed by then is still there."""
        shared.units += 1
        self.result = self.context.run(self.unit, shared.records)

    def run_apart(self, shared: _Shared[R]) -> None:
        """Never raises: whatever happens is for its own thread, and undone alone."""
        try:
            with shared.piece():
                self.result = self.context.run(self.unit, shared.records)
        except BaseException as error:  # noqa: BLE001  raised again by its own thread
            self.failure = error


class Turns(Generic[R]):
    """The writers of one process; each gets the records of its transaction."""

    def __init__(self, engine: Engine, records: Callable[[Connection], R]) -> None:
        self._engine = engine
        self._records = records
        self._turn = Lock()
        self._counting = Lock()
        self._waiting = 0
        self._open: _Shared[R] | None = None
        self._jobs: deque[_Job[R]] = deque()
        self._led = False
        """Whether a thread has taken it on to see that all jobs are run."""

    @contextmanager
    def unit(self) -> Iterator[R]:
        """One unit of work: kept when this ends, and alone undone if it raises.

        Raises Unreachable if the commit that it shared failed.
        """
        with self._visit() as shared, shared.piece():
            shared.units += 1
            yield shared.records

    def together(self, unit: Callable[[R], T]) -> T:
        """As `unit`, for work given as a function: it may run in another thread."""
        job = _Job(unit)
        with self._counting:
            job.leads = not self._led
            self._led = True
            if not job.leads:
                self._jobs.append(job)
        if not job.leads:
            job.gate.acquire()
        if job.leads:
            self._lead(job)
        if job.failure is not None:
            raise job.failure
        result: T = job.result
        return result

    def _lead(self, first: _Job[R]) -> None:
        """Runs a job and all that wait by then; afterwards somebody else leads, if any waits."""
        done = [first]
        try:
            with self._visit() as shared:
                self._run(done, shared)
        except BaseException as error:  # noqa: BLE001  raised again by every thread concerned
            _fail(done, error)
        self._pass_on()
        for job in done:
            if job is not first:
                job.gate.release()

    def _run(self, done: list[_Job[R]], shared: _Shared[R]) -> None:
        """Runs the last of `done`, and adds the next one as long as there is one.

        One savepoint for all, since nearly all end well. If one fails, all are undone and run
        once more, each in a savepoint of its own.
        """
        try:
            with shared.piece():
                self._run_all(done, shared)
        except BaseException:
            if not shared.is_alive():
                raise
            for job in done:
                job.run_apart(shared)

    def _run_all(self, done: list[_Job[R]], shared: _Shared[R]) -> None:
        job: _Job[R] | None = done[-1]
        while job is not None:
            job.run(shared)
            job = self._next() if shared.takes_more() else None
            if job is not None:
                done.append(job)

    def _next(self) -> _Job[R] | None:
        with self._counting:
            return self._jobs.popleft() if self._jobs else None

    def _pass_on(self) -> None:
        with self._counting:
            if not self._jobs:
                self._led = False
                return
            heir = self._jobs.popleft()
        heir.leads = True
        heir.gate.release()

    @contextmanager
    def _visit(self) -> Iterator[_Shared[R]]:
        """A turn in a transaction that is open, or begun; it is over when that is committed."""
        self._wait_for_turn()
        shared: _Shared[R] | None = None
        try:
            shared = self._open or self._begin()
            yield shared
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

    def _begin(self) -> _Shared[R]:
        connection = self._engine.connect()
        try:
            return _Shared(connection, connection.begin(), self._records(connection))
        except BaseException:
            connection.close()
            raise

    def _leave(self, shared: _Shared[R] | None) -> None:
        """Commits, unless somebody is sure to come who can do it."""
        if shared is None:
            return
        with self._counting:
            others_wait = self._waiting > 0
        if others_wait and shared.takes_more():
            self._open = shared
            return
        self._open = None
        shared.end()


def _fail(jobs: list[_Job[R]], error: BaseException) -> None:
    """The first, whose thread had the turn, is told what happened, and the others what it means."""
    first, *others = jobs
    first.failure = first.failure or error
    for job in others:
        if job.failure is None:
            job.failure = Unreachable("database: commit failed")
            job.failure.__cause__ = error
