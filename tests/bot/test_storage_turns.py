"""Writers that wait share a commit, and nothing else."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import pytest
from sqlalchemy import event

from bot.storage.store import SqlStore
from bot.storage.turns import MOST_TOGETHER
from handlers.errors import Unreachable
from handlers.model import DecisionName, Reply
from handlers.ports import Records
from tests.bot.storage_examples import says

WRITERS = 8


class Commits:
    """Counts the commits of a store."""

    def __init__(self, store: SqlStore) -> None:
        self.count = 0
        event.listen(store.engine, "commit", lambda _: self._one_more())

    def _one_more(self) -> None:
        self.count += 1


def keep(store: SqlStore, key: str, *, fail: bool = False) -> None:
    message = says(key=key)
    with store.write() as records:
        resident = records.conversations.resident(message.sender, message.received_at)
        records.conversations.add(resident.id, message, Reply(DecisionName.ANSWER, "答"))
        if fail:
            raise KeyError(key)


def kept(store: SqlStore) -> int:
    with store.read() as records:
        return records.exports.counts()["messages"]


def together(store: SqlStore, keys: list[str], failing: frozenset[str] = frozenset()) -> list[str]:
    """Lets writers queue up behind one that holds its turn; the keys whose unit raised."""
    first_is_in, go_on = threading.Event(), threading.Event()
    raised: list[str] = []

    def hold() -> None:
        with store.write():
            first_is_in.set()
            go_on.wait()

    def one(key: str) -> None:
        try:
            keep(store, key, fail=key in failing)
        except KeyError:
            raised.append(key)

    with ThreadPoolExecutor(len(keys) + 1) as pool:
        waits = [pool.submit(hold)]
        first_is_in.wait()
        waits += [pool.submit(one, key) for key in keys]
        while store._turns._waiting < len(keys):
            pass
        go_on.set()
        for wait in waits:
            wait.result()
    return raised


def test_writers_that_wait_share_one_commit(sqlite_store: SqlStore) -> None:
    commits = Commits(sqlite_store)
    together(sqlite_store, [f"m:{n}" for n in range(WRITERS)])
    assert commits.count == 1
    assert kept(sqlite_store) == WRITERS


def test_no_more_than_a_process_has_threads_share_one(sqlite_store: SqlStore) -> None:
    commits = Commits(sqlite_store)
    together(sqlite_store, [f"m:{n}" for n in range(MOST_TOGETHER + 4)])
    assert commits.count == 2
    assert kept(sqlite_store) == MOST_TOGETHER + 4


def test_a_unit_that_fails_is_undone_alone(sqlite_store: SqlStore) -> None:
    keys = [f"m:{n}" for n in range(WRITERS)]
    assert together(sqlite_store, keys, frozenset({"m:3"})) == ["m:3"]
    assert kept(sqlite_store) == WRITERS - 1
    keep(sqlite_store, "m:3")
    assert kept(sqlite_store) == WRITERS


def test_what_one_kept_the_next_one_sees(sqlite_store: SqlStore) -> None:
    together(sqlite_store, ["m:same"])
    message = says(key="m:same")
    with sqlite_store.write() as records:
        resident = records.conversations.resident(message.sender, message.received_at)
        assert records.conversations.reply_to(resident.id, "m:same") is not None


class Work:
    """Units of work given as functions, which queue up behind one that holds its turn."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.threads: dict[str, int] = {}
        self.raised: dict[str, BaseException] = {}

    def wait_together(self, keys: list[str], failing: frozenset[str] = frozenset()) -> None:
        first_is_in, go_on = threading.Event(), threading.Event()

        def hold(_: Records) -> None:
            first_is_in.set()
            go_on.wait()

        with ThreadPoolExecutor(len(keys) + 1) as pool:
            waits = [pool.submit(self.store.in_turn, hold)]
            first_is_in.wait()
            waits += [pool.submit(self._ask, key, fail=key in failing) for key in keys]
            while len(self.store._turns._jobs) < len(keys):
                pass
            go_on.set()
            for wait in waits:
                wait.result()

    def _ask(self, key: str, *, fail: bool) -> None:
        WHOSE.set(key)
        try:
            assert self.store.in_turn(lambda records: self._unit(records, key, fail=fail)) == key
        except (KeyError, Unreachable) as error:
            self.raised[key] = error

    def _unit(self, records: Records, key: str, *, fail: bool) -> str:
        self.threads[WHOSE.get()] = threading.get_ident()
        message = says(key=key)
        resident = records.conversations.resident(message.sender, message.received_at)
        records.conversations.add(resident.id, message, Reply(DecisionName.ANSWER, "答"))
        if fail:
            raise KeyError(key)
        return key


WHOSE = ContextVar("whose", default="")


def test_one_thread_runs_all_that_wait_and_each_in_its_own_context(sqlite_store: SqlStore) -> None:
    commits, work = Commits(sqlite_store), Work(sqlite_store)
    keys = [f"m:{n}" for n in range(WRITERS)]
    work.wait_together(keys)
    assert commits.count == 1
    assert kept(sqlite_store) == WRITERS
    assert sorted(work.threads) == keys
    assert len(set(work.threads.values())) == 1


def test_more_than_fit_into_one_commit_are_run_by_the_next_who_waits(
    sqlite_store: SqlStore,
) -> None:
    commits, work = Commits(sqlite_store), Work(sqlite_store)
    work.wait_together([f"m:{n}" for n in range(2 * MOST_TOGETHER)])
    assert commits.count == 3
    assert kept(sqlite_store) == 2 * MOST_TOGETHER
    assert len(set(work.threads.values())) == 3


def test_a_unit_that_fails_fails_for_its_own_thread_alone(sqlite_store: SqlStore) -> None:
    work = Work(sqlite_store)
    work.wait_together([f"m:{n}" for n in range(WRITERS)], frozenset({"m:3"}))
    assert list(work.raised) == ["m:3"]
    assert isinstance(work.raised["m:3"], KeyError)
    assert kept(sqlite_store) == WRITERS - 1
    work.wait_together(["m:3"])
    assert kept(sqlite_store) == WRITERS


def test_a_commit_that_fails_fails_for_all_who_waited_with_it(sqlite_store: SqlStore) -> None:
    def refuse(_: object) -> None:
        if work.threads:
            raise sqlite3.OperationalError("disk I/O error")

    work = Work(sqlite_store)
    keys = [f"m:{n}" for n in range(MOST_TOGETHER + WRITERS)]
    event.listen(sqlite_store.engine, "commit", refuse)
    with pytest.raises(Unreachable):
        work.wait_together(keys)
    assert set(work.raised) == set(keys)
    assert all(isinstance(error, Unreachable) for error in work.raised.values())
    event.remove(sqlite_store.engine, "commit", refuse)
    assert kept(sqlite_store) == 0
    Work(sqlite_store).wait_together(keys)
    assert kept(sqlite_store) == len(keys)


def test_units_of_both_kinds_come_to_their_turn(sqlite_store: SqlStore) -> None:
    work = Work(sqlite_store)
    with ThreadPoolExecutor(2 * WRITERS) as pool:
        for n in range(20 * WRITERS):
            pool.submit(work._ask, f"m:function{n}", fail=n % 7 == 0)
            pool.submit(keep, sqlite_store, f"m:block{n}")
    assert kept(sqlite_store) == 40 * WRITERS - len(work.raised)
    assert len(work.raised) == len(range(0, 20 * WRITERS, 7))


def test_a_commit_that_fails_fails_for_all_who_shared_it(sqlite_store: SqlStore) -> None:
    def refuse(_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    event.listen(sqlite_store.engine, "commit", refuse)
    with pytest.raises(Unreachable):
        keep(sqlite_store, "m:1")
    event.remove(sqlite_store.engine, "commit", refuse)
    assert kept(sqlite_store) == 0
    keep(sqlite_store, "m:1")
    assert kept(sqlite_store) == 1


def test_a_transaction_that_sqlite_undid_is_never_taken_for_kept(sqlite_store: SqlStore) -> None:
    with pytest.raises(Unreachable), sqlite_store.write() as records:  # noqa: PT012  a unit
        resident = records.conversations.resident(says().sender, says().received_at)
        records.conversations.add(resident.id, says(), Reply(DecisionName.ANSWER, "答"))
        driver = records.conversations.connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("ROLLBACK")
    assert kept(sqlite_store) == 0


def test_a_full_disk_is_told_and_what_was_kept_stays(sqlite_store: SqlStore) -> None:
    keep(sqlite_store, "m:1")
    with sqlite_store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def small(driver: sqlite3.Connection, _: object) -> None:
        driver.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(sqlite_store.engine, "connect", small)
    sqlite_store.engine.dispose()
    with pytest.raises(Unreachable):  # noqa: PT012  the disk fills up at some point
        for n in range(200):
            keep(sqlite_store, f"m:full{n}")
    assert kept(sqlite_store) >= 1
