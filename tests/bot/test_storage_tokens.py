"""The shelf of tokens: one who fetches, fenced by a lease that runs out by itself."""

from datetime import datetime, timedelta

import pytest

from bot.storage.store import SqlStore
from bot.storage.tokens import FORCED_APART, FORCED_IN_WINDOW, FORCED_WINDOW, KeptToken
from bot.storage.tokens import SqlTokenShelf as Shelf
from tests.bot.storage_examples import HOUR, MINUTE, NOON, SECOND
from tests.bot.test_storage_races import in_processes

OURS = "wx6f1e0c2a9b3d4e57"
LEASE = 10 * SECOND


@pytest.fixture
def shelf(store: SqlStore) -> Shelf:
    return Shelf(store.engine)


def put(shelf: Shelf, sealed: str, at: datetime = NOON) -> None:
    lease = shelf.take(OURS, shelf.look(OURS).sealed, at, at + LEASE)
    assert lease is not None
    assert shelf.keep(OURS, lease, sealed, at + HOUR, at + 2 * HOUR)


def test_an_empty_shelf_says_so(shelf: Shelf) -> None:
    assert shelf.look(OURS) == KeptToken()


def test_a_token_stays_with_its_times(shelf: Shelf) -> None:
    put(shelf, "first")
    assert shelf.look(OURS) == KeptToken("first", NOON + HOUR, NOON + 2 * HOUR)
    assert shelf.look("another account") == KeptToken()


def test_one_has_the_lease_until_it_runs_out(shelf: Shelf) -> None:
    assert shelf.take(OURS, "", NOON, NOON + LEASE) == 1
    assert shelf.look(OURS).lease_until == NOON + LEASE
    assert shelf.take(OURS, "", NOON + LEASE - SECOND, NOON + 2 * LEASE) is None
    assert shelf.take(OURS, "", NOON + LEASE, NOON + 2 * LEASE) == 2


def test_who_saw_an_older_token_need_not_fetch(shelf: Shelf) -> None:
    put(shelf, "first")
    put(shelf, "second")
    assert shelf.take(OURS, "first", NOON, NOON + LEASE) is None
    assert shelf.take(OURS, "second", NOON, NOON + LEASE) is not None


def test_who_looked_before_calls_came_to_rest_does_not_fetch(shelf: Shelf) -> None:
    failed = shelf.take(OURS, "", NOON, NOON + LEASE)
    assert failed is not None
    shelf.quiet(OURS, NOON + MINUTE, "40164")
    assert shelf.leave(OURS, failed, NOON)
    assert shelf.take(OURS, "", NOON + SECOND, NOON + SECOND + LEASE) is None
    assert shelf.take(OURS, "", NOON + MINUTE, NOON + MINUTE + LEASE) is not None
    shelf.quiet(OURS, NOON + 24 * HOUR, "noted before the clock was set back")
    assert shelf.take(OURS, "", NOON + HOUR, NOON + HOUR + LEASE) is not None


def test_a_lease_that_has_passed_on_changes_nothing(shelf: Shelf) -> None:
    slow = shelf.take(OURS, "", NOON, NOON + LEASE)
    quick = shelf.take(OURS, "", NOON + LEASE, NOON + 2 * LEASE)
    assert slow is not None
    assert quick is not None
    assert not shelf.extend(OURS, slow, NOON + HOUR)
    assert not shelf.leave(OURS, slow, NOON)
    assert not shelf.keep(OURS, slow, "slow", NOON + HOUR, NOON + HOUR)
    assert shelf.keep(OURS, quick, "quick", NOON + HOUR, NOON + HOUR)
    assert not shelf.keep(OURS, quick, "twice", NOON + HOUR, NOON + HOUR)
    assert shelf.look(OURS).sealed == "quick"


def test_a_lease_can_be_made_longer_and_left_early(shelf: Shelf) -> None:
    lease = shelf.take(OURS, "", NOON, NOON + LEASE)
    assert lease is not None
    assert shelf.extend(OURS, lease, NOON + MINUTE)
    assert shelf.take(OURS, "", NOON + LEASE, NOON + HOUR) is None
    assert shelf.leave(OURS, lease, NOON + LEASE)
    assert shelf.take(OURS, "", NOON + LEASE, NOON + HOUR) is not None


def test_a_lease_from_before_the_clock_was_set_back_holds_up_nobody(shelf: Shelf) -> None:
    tomorrow = NOON + timedelta(days=1)
    assert shelf.take(OURS, "", tomorrow, tomorrow + LEASE) is not None
    assert shelf.take(OURS, "", NOON, NOON + LEASE) is not None


def test_forced_refreshes_are_thirty_seconds_apart(shelf: Shelf) -> None:
    put(shelf, "first")
    assert shelf.book_forced(OURS, NOON)
    assert not shelf.book_forced(OURS, NOON + FORCED_APART - SECOND)
    assert shelf.book_forced(OURS, NOON + FORCED_APART)


def test_no_day_of_any_clock_sees_more_than_twenty_forced_refreshes(shelf: Shelf) -> None:
    put(shelf, "first")
    minutes = [NOON + n * MINUTE for n in range(3 * 24 * 60)]
    booked = [at for at in minutes[:: FORCED_IN_WINDOW + 3] if shelf.book_forced(OURS, at)]
    assert len(booked) == 3 * FORCED_IN_WINDOW
    for start in booked:
        assert sum(start <= at < start + FORCED_WINDOW for at in booked) <= 20


def test_quiet_is_never_made_shorter(shelf: Shelf) -> None:
    shelf.quiet(OURS, NOON + HOUR, "45009")
    shelf.quiet(OURS, NOON + SECOND, "http_502")
    kept = shelf.look(OURS)
    assert (kept.quiet_until, kept.quiet_for) == (NOON + HOUR, "45009")
    shelf.quiet(OURS, NOON + HOUR + MINUTE, "45011")
    assert shelf.look(OURS).quiet_for == "45011"


def _take(store: SqlStore) -> int | None:
    return Shelf(store.engine).take(OURS, "", NOON, NOON + LEASE)


def test_of_processes_at_once_one_gets_the_lease(database_url: str) -> None:
    leases = in_processes(4, _take, database_url)
    assert sorted(lease is None for lease in leases) == [False, True, True, True]
