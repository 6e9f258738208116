"""An engine for a URL, set up so that nothing is lost and nobody waits long."""

import os
import random
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.storage.documents import written
from handlers.errors import Unreachable

CONNECT_SECONDS = 3
"""For a connection, new or from the pool. A passive reply leaves within three seconds."""

LOCK_SECONDS = 4
"""For somebody else's transaction. WeChat hangs up after five and sends the message again."""

PAUSE_SECONDS = (0.000_1, 0.000_4)
"""Between two tries for SQLite's write lock: about as long as a unit of work takes,
and never the same twice, so that nobody keeps missing the moment."""

SILENT_SECONDS = 8
"""A server whose machine went away is given up after this long without an acknowledgement."""

_LOOKING = "only looking"
"""What is remembered with a connection of SQLite: whether it may write."""

CONNECTIONS = 16
MORE_CONNECTIONS = 8
"""Kept open and opened on demand, for each process; a web process has sixteen threads or so."""

_LIBPQ: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "tcp_user_timeout": SILENT_SECONDS * 1000,
    "keepalives_idle": SILENT_SECONDS,
    "options": f"-c lock_timeout={LOCK_SECONDS}s",
}


def make_engine(url: str | URL) -> Engine:
    """The engine for `sqlite:///FILE` or `postgresql://…`. Connects to nothing yet.

    Statements in errors come without their parameters: those are residents' words. A child
    process made by fork starts with no connections of its parent's.
    """
    target = _with_driver(make_url(url))
    on_sqlite = target.get_backend_name() == "sqlite"
    engine = create_engine(
        target,
        connect_args={"check_same_thread": False} if on_sqlite else _LIBPQ,
        pool_size=CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=not on_sqlite,
        hide_parameters=True,
        json_serializer=written,
    )
    if on_sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    _forget_connections_after_fork(engine)
    return engine


def readers(engine: Engine) -> Engine:
    """The same engine for looking only: one moment's view, no waiting for writers, no writing."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(readonly=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def reachable() -> Iterator[None]:
    """Turns the library's "no answer" into Unreachable; other errors pass as they are."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, sqlite3.OperationalError) as error:
        cause = getattr(error, "orig", error)
        # SQLite calls a missing table an operational error, too: that is a fault of ours.
        if _basic_code(cause) == sqlite3.SQLITE_ERROR:
            raise
        name = type(cause).__name__
        raise Unreachable(f"database: {name}") from error


def _basic_code(error: BaseException) -> int | None:
    """SQLite's result code without the bits that say more; None if another library raised."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _with_driver(url: URL) -> URL:
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _set_up_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    """Durable against power loss, readers beside one writer, and BEGIN left to us.

    The driver's own BEGIN is deferred: two processes that read before they write then lose
    changes or fail as "locked" (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html).
    """
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What was erased is overwritten, not only left out: some builds of SQLite do so, some not.
    connection.execute("PRAGMA secure_delete = ON")
    # What a savepoint may have to undo needs no file: it never outlives its transaction.
    connection.execute("PRAGMA temp_store = MEMORY")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the only write lock at once; a reader takes none and cannot write."""
    options = connection.get_execution_options()
    looking = options.get("readonly", False)
    _only_look(connection, looking=looking)
    if looking:
        connection.exec_driver_sql("BEGIN")
        return
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    _take_write_lock(driver, options.get("patience", LOCK_SECONDS))


def _only_look(connection: Connection, *, looking: bool) -> None:
    """Sets whether writing fails, only where it changes: SQLite then compiles all anew."""
    if connection.info.get(_LOOKING) is not looking:
        connection.info.pop(_LOOKING, None)
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if looking else 'OFF'}")
        connection.info[_LOOKING] = looking


def _take_write_lock(driver: sqlite3.Connection, patience: float) -> None:
    """Tries often. SQLite's own waiting sleeps ever longer, and starves whoever waits longest."""
    until = monotonic() + patience
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while not _begins(driver):
            if monotonic() >= until:
                raise Unreachable("database: locked")
            sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311  a pause is no secret
    finally:
        driver.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")


def _begins(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if _basic_code(error) == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


def _forget_connections_after_fork(engine: Engine) -> None:
    alive = weakref.ref(engine)

    def forget() -> None:
        if (ours := alive()) is not None:
            ours.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
