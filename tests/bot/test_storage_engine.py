"""How we connect: durable, impatient, and open about a database that does not answer."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from bot.storage import engine as storage_engine
from bot.storage.engine import LOCK_SECONDS, make_engine
from bot.storage.migrate import is_current
from bot.storage.store import SqlStore
from handlers.errors import Unreachable
from tests.bot.storage_examples import case, exchange, says

PROJECT = Path(__file__).parents[2]

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Iterator[SqlStore]:
    """A store that waits for nobody's lock."""
    monkeypatch.setattr(storage_engine, "LOCK_SECONDS", 0)
    engine = make_engine(sqlite_url)
    yield SqlStore(engine)
    engine.dispose()


def test_a_unit_that_raises_keeps_nothing(store: SqlStore) -> None:
    def stumble() -> None:
        with store.write() as records:
            exchange(records)
            case(records)
            raise KeyError

    with pytest.raises(KeyError):
        stumble()
    with store.read() as records:
        assert set(records.exports.counts().values()) == {0}


def test_a_look_cannot_write(store: SqlStore) -> None:
    with pytest.raises((DBAPIError, Unreachable)), store.read() as records:
        exchange(records)
    with store.write() as records:
        assert records.exports.counts()["messages"] == 0
        exchange(records)


@on_sqlite
def test_sqlite_survives_a_power_cut_and_checks_its_references(store: SqlStore) -> None:
    with store.engine.connect() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2  # FULL
        assert pragma("foreign_keys") == 1
        assert pragma("busy_timeout") == LOCK_SECONDS * 1000


@on_postgresql
def test_postgresql_keeps_its_own_idea_of_durability(store: SqlStore) -> None:
    with store.engine.connect() as connection:

        def setting(name: str) -> tuple[str, str]:
            asked = text("SELECT setting, source FROM pg_settings WHERE name = :name")
            value, source = connection.execute(asked, {"name": name}).one()
            return value, source

        assert setting("synchronous_commit")[1] != "client"
        assert setting("transaction_isolation")[0] == "read committed"
        assert setting("lock_timeout")[0] == str(LOCK_SECONDS * 1000)


def test_a_server_that_is_not_there_is_unreachable_at_once() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    began = monotonic()
    with pytest.raises(Unreachable), SqlStore(engine).write():
        pytest.fail("there is no server")
    with pytest.raises(Unreachable), SqlStore(engine).read():
        pytest.fail("there is no server")
    with pytest.raises(Unreachable):
        is_current(engine)
    assert monotonic() - began < 3
    engine.dispose()


def test_a_file_that_cannot_be_opened_is_unreachable(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/nowhere/faxiaomei.db")
    with pytest.raises(Unreachable), SqlStore(engine).read():
        pytest.fail("there is no such folder")
    engine.dispose()


def test_a_lock_that_is_not_given_up_is_unreachable(impatient: SqlStore, sqlite_url: str) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unreachable), impatient.write():
        pytest.fail("somebody else has the lock")
    with impatient.read() as records:
        assert records.exports.counts()["messages"] == 0
    other.close()
    with impatient.write() as records:
        exchange(records)


def cut_connections(url: URL) -> None:
    """Ends every connection to a database but our own, as a restart of the server would."""
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    surgeon = make_engine(url)
    with surgeon.connect() as connection:
        connection.execute(cut)
    surgeon.dispose()


@on_postgresql
def test_a_lost_connection_costs_one_unit_and_no_more(store: SqlStore) -> None:
    def lose_it() -> None:
        with store.write() as records:
            exchange(records)
            cut_connections(store.engine.url)
            exchange(records)

    with pytest.raises(Unreachable):
        lose_it()
    with store.write() as records:
        exchange(records)
    cut_connections(store.engine.url)
    with store.write() as records:
        assert records.exports.counts()["messages"] == 1


def test_a_table_that_is_missing_is_our_fault_and_not_unreachable(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    with (
        pytest.raises((OperationalError, ProgrammingError)),
        SqlStore(engine).write() as records,
    ):
        exchange(records)
    engine.dispose()


def test_what_is_raised_says_nothing_of_what_was_said(store: SqlStore) -> None:
    with store.write() as records:
        exchange(records, says("我丈夫打我", key="m:1"))
    with pytest.raises(IntegrityError) as raised, store.write() as records:
        exchange(records, says("我丈夫打我", key="m:1"))
    assert "丈夫" not in str(raised.value)


def test_a_forked_child_takes_none_of_its_parents_connections(sqlite_url: str) -> None:
    """Two processes on one connection would each roll back or commit the other's work."""
    script = f"""
import os, sys
from bot.storage.engine import make_engine
engine = make_engine({sqlite_url!r})
engine.connect().close()
assert engine.pool.checkedin() == 1
child = os.fork()
if child == 0:
    os._exit(engine.pool.checkedin())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=False)
    assert ran.returncode == 0


WRITE_ON = """
from itertools import count
from sys import argv
from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from tests.bot.storage_examples import exchange, says
store = SqlStore(make_engine(argv[1]))
for number in count():
    with store.write() as records:
        exchange(records, says(key=f"m:{number}"))
    print(number, flush=True)
"""


def test_what_was_confirmed_survives_a_kill(store: SqlStore, database_url: str) -> None:
    command = [sys.executable, "-c", WRITE_ON, database_url]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(30):
            writer.stdout.readline()
        writer.kill()
        confirmed = 30 + len(writer.stdout.readlines())
    with store.write() as records:
        counts = records.exports.counts()
        keys = {message["MsgId"] for message in records.exports.messages()}
    assert {str(number) for number in range(confirmed)} <= keys
    assert counts["messages"] == counts["replies"]
