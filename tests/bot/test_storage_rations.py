"""The ration: 48 hours and five places after each message, booked before a push begins."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier

import pytest

from bot.commands.purge import PUSHES_DAYS
from bot.storage.deliveries import PUSH_WINDOW, PUSHES_IN_WINDOW
from bot.storage.store import SqlRecords, SqlStore
from handlers.cases import Delivery
from handlers.model import Kind, ResidentId
from tests.bot.storage_examples import HOUR, MINUTE, NOON, SECOND, exchange, outgoing, says
from tests.bot.test_storage_races import in_processes, in_threads

LEASE = MINUTE


@pytest.fixture
def records(store: SqlStore) -> Iterator[SqlRecords]:
    with store.write() as records:
        yield records


def claimed(records: SqlRecords, delivery: Delivery) -> Delivery:
    taken = records.deliveries.claim(delivery.id, NOON, NOON + LEASE)
    assert taken is not None
    return taken


def heard(records: SqlRecords) -> ResidentId:
    resident, _ = exchange(records, says(at=NOON))
    return resident.id


def begin(records: SqlRecords) -> Delivery:
    """A push on its way."""
    taken = claimed(records, outgoing(records))
    records.deliveries.take_place(taken, NOON + LEASE)
    return taken


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.VOICE, Kind.MEDIA])
def test_a_message_opens_the_window_for_48_hours(records: SqlRecords, kind: Kind) -> None:
    resident, _ = exchange(records, says("", kind=kind, at=NOON))
    left = records.deliveries.ration_left
    assert left(resident.id, NOON) == PUSHES_IN_WINDOW
    assert left(resident.id, NOON + PUSH_WINDOW - SECOND) == PUSHES_IN_WINDOW
    assert left(resident.id, NOON + PUSH_WINDOW) == 0


@pytest.mark.parametrize("kind", [Kind.FOLLOW, Kind.EVENT])
def test_a_follow_or_a_tap_opens_no_window(records: SqlRecords, kind: Kind) -> None:
    resident, _ = exchange(records, says("", kind=kind, at=NOON))
    assert records.deliveries.ration_left(resident.id, NOON) == 0


def test_an_unknown_resident_has_no_ration(records: SqlRecords) -> None:
    assert records.deliveries.ration_left(ResidentId(99), NOON) == 0


def test_a_push_takes_its_place_before_it_has_arrived(records: SqlRecords) -> None:
    resident = heard(records)
    for left in range(PUSHES_IN_WINDOW, 0, -1):
        assert records.deliveries.ration_left(resident, NOON) == left
        begin(records)
    assert records.deliveries.ration_left(resident, NOON) == 0


def test_a_place_that_was_given_back_is_there_again_once(records: SqlRecords) -> None:
    resident = heard(records)
    taken = begin(records)
    records.deliveries.give_place_back(taken)
    records.deliveries.give_place_back(taken)
    assert records.deliveries.ration_left(resident, NOON) == PUSHES_IN_WINDOW


def test_a_dead_couriers_place_stays_taken_and_its_follower_takes_another(
    records: SqlRecords,
) -> None:
    resident = heard(records)
    first = begin(records)
    second = records.deliveries.claim(first.id, NOON + LEASE, NOON + 2 * LEASE)
    assert second is not None
    records.deliveries.take_place(second, NOON + 2 * LEASE)
    assert records.deliveries.ration_left(resident, NOON) == PUSHES_IN_WINDOW - 2
    records.deliveries.give_place_back(second)
    assert records.deliveries.ration_left(resident, NOON) == PUSHES_IN_WINDOW - 1


def test_the_next_message_brings_a_whole_ration(records: SqlRecords) -> None:
    resident = heard(records)
    for _ in range(PUSHES_IN_WINDOW):
        records.deliveries.use_place(begin(records), NOON + MINUTE)
    exchange(records, says(at=NOON + HOUR))
    assert records.deliveries.ration_left(resident, NOON + HOUR) == PUSHES_IN_WINDOW


def test_a_push_on_its_way_when_the_resident_writes_counts_against_the_new_ration(
    records: SqlRecords,
) -> None:
    """The platform counts it when it arrives, and that may be after the message."""
    resident = heard(records)
    taken = begin(records)
    exchange(records, says(at=NOON + SECOND))
    left = records.deliveries.ration_left
    assert left(resident, NOON + SECOND) == PUSHES_IN_WINDOW - 1
    records.deliveries.use_place(taken, NOON + MINUTE)
    assert left(resident, NOON + MINUTE) == PUSHES_IN_WINDOW - 1


def test_a_push_that_arrived_before_the_resident_wrote_does_not(records: SqlRecords) -> None:
    resident = heard(records)
    records.deliveries.use_place(begin(records), NOON + SECOND)
    exchange(records, says(at=NOON + 2 * SECOND))
    assert records.deliveries.ration_left(resident, NOON + MINUTE) == PUSHES_IN_WINDOW


def test_a_message_that_comes_late_does_not_turn_the_clock_back(records: SqlRecords) -> None:
    heard(records)
    resident, _ = exchange(records, says(at=NOON - PUSH_WINDOW))
    assert records.deliveries.ration_left(resident.id, NOON + HOUR) == PUSHES_IN_WINDOW


def test_a_delivery_has_a_place_by_an_earlier_attempt_of_this_window(records: SqlRecords) -> None:
    heard(records)
    taken = claimed(records, outgoing(records))
    assert not records.deliveries.has_place(taken, NOON)
    records.deliveries.take_place(taken, NOON + LEASE)
    assert records.deliveries.has_place(taken, NOON)
    assert not records.deliveries.has_place(taken, NOON + PUSH_WINDOW)
    exchange(records, says(at=NOON + HOUR))
    assert not records.deliveries.has_place(taken, NOON + HOUR)


def _begin_pushes(store: SqlStore) -> int:
    """As a courier does it, with four threads; the places that this process got."""
    with store.read() as records:
        waiting = list(records.deliveries.ready(NOON, 100))

    def work() -> int:
        got = 0
        for delivery in waiting:
            with store.write() as records:
                taken = records.deliveries.claim(delivery, NOON, NOON + LEASE)
                if taken and records.deliveries.ration_left(taken.to.id, NOON):
                    records.deliveries.take_place(taken, NOON + LEASE)
                    got += 1
        return got

    return sum(in_threads(4, work))


def test_couriers_at_once_never_take_more_places_than_there_are(
    database_url: str, store: SqlStore
) -> None:
    with store.write() as records:
        resident = heard(records)
        for _ in range(4 * PUSHES_IN_WINDOW):
            outgoing(records)
    assert sum(in_processes(2, _begin_pushes, database_url)) == PUSHES_IN_WINDOW
    with store.read() as records:
        assert records.deliveries.ration_left(resident, NOON) == 0


def test_two_couriers_that_have_both_claimed_still_take_one_last_place(store: SqlStore) -> None:
    """The moment between looking at the ration and taking a place belongs to one of them."""
    with store.write() as records:
        heard(records)
        for _ in range(PUSHES_IN_WINDOW - 1):
            begin(records)
        last = [outgoing(records).id for _ in range(2)]
    point = Barrier(2)
    numbers = iter(last)

    def one() -> int:
        delivery = next(numbers)
        point.wait(10)
        with store.write() as records:
            taken = records.deliveries.claim(delivery, NOON, NOON + LEASE)
            assert taken is not None
            left = records.deliveries.ration_left(taken.to.id, NOON)
            if left:
                records.deliveries.take_place(taken, NOON + LEASE)
            return left

    assert sorted(in_threads(2, one)) == [0, 1]


def test_a_place_is_kept_for_longer_than_any_ration_lasts() -> None:
    assert timedelta(days=PUSHES_DAYS) > 2 * PUSH_WINDOW
