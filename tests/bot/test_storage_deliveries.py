"""The outbox: one courier at a time, nothing forgotten, the platform's window kept."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.storage.store import SqlRecords, SqlStore
from handlers.cases import Delivery, DeliveryId, DeliveryState, Route
from handlers.model import Offer
from tests.bot.storage_examples import (
    FARMER,
    GRANNY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    lawyer,
    outgoing,
)

LEASE = MINUTE


@pytest.fixture
def records(store: SqlStore) -> Iterator[SqlRecords]:
    with store.write() as records:
        yield records


def claimed(records: SqlRecords, delivery: Delivery) -> Delivery:
    taken = records.deliveries.claim(delivery.id, NOON, NOON + LEASE)
    assert taken is not None
    return taken


def now(records: SqlRecords, delivery: Delivery) -> Delivery:
    (found,) = records.deliveries.for_consultation(delivery.consultation)
    return found


def test_an_answer_enters_the_outbox_due(records: SqlRecords) -> None:
    put = outgoing(records, who=GRANNY, text="请带上合同。", due_at=NOON)
    assert (put.state, put.attempts, put.due_at) == (DeliveryState.DUE, 0, NOON)
    assert (put.to.address, put.text) == (GRANNY, "请带上合同。")
    assert (put.route, put.held_reason, put.settled_at) == (None, "", None)
    assert now(records, put) == put


def test_a_claim_makes_it_ours_and_counts(records: SqlRecords) -> None:
    taken = claimed(records, outgoing(records))
    assert (taken.state, taken.attempts) == (DeliveryState.SENDING, 1)


def test_nobody_claims_before_its_time(records: SqlRecords) -> None:
    put = outgoing(records, due_at=NOON + SECOND)
    assert records.deliveries.claim(put.id, NOON, NOON + LEASE) is None
    assert records.deliveries.claim(put.id, NOON + SECOND, NOON + LEASE) is not None


def test_what_another_has_cannot_be_claimed_until_the_lease_runs_out(
    records: SqlRecords,
) -> None:
    put = outgoing(records)
    claimed(records, put)
    before_the_end = NOON + LEASE - timedelta(microseconds=1)
    assert records.deliveries.claim(put.id, before_the_end, NOON + HOUR) is None
    again = records.deliveries.claim(put.id, NOON + LEASE, NOON + HOUR)
    assert again is not None
    assert again.attempts == 2


def test_a_delivery_that_does_not_exist_cannot_be_claimed(records: SqlRecords) -> None:
    assert records.deliveries.claim(DeliveryId(99), NOON, NOON + LEASE) is None


LEAVING: dict[str, Callable[[SqlRecords, Delivery], bool]] = {
    "settle": lambda records, delivery: records.deliveries.settle(delivery, Route.PUSH, NOON),
    "hold": lambda records, delivery: records.deliveries.hold(delivery, "45015"),
    "postpone": lambda records, delivery: records.deliveries.postpone(delivery, NOON, "timeout"),
    "put_back": lambda records, delivery: records.deliveries.put_back(delivery, NOON, "45009"),
    "fail": lambda records, delivery: records.deliveries.fail(delivery, "43019", NOON),
}


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING.keys())
def test_a_stale_attempt_changes_nothing(
    records: SqlRecords, leave: Callable[[SqlRecords, Delivery], bool]
) -> None:
    put = outgoing(records)
    stale = claimed(records, put)
    fresh = records.deliveries.claim(put.id, NOON + LEASE, NOON + HOUR)
    assert fresh is not None
    assert not leave(records, stale)
    assert now(records, put) == fresh
    assert leave(records, fresh)
    assert now(records, put).state is not DeliveryState.SENDING


def test_settled_is_settled(records: SqlRecords) -> None:
    put = outgoing(records)
    assert records.deliveries.settle(claimed(records, put), Route.PUSH, NOON + SECOND)
    sent = now(records, put)
    assert (sent.state, sent.route, sent.settled_at) == (
        DeliveryState.SENT,
        Route.PUSH,
        NOON + SECOND,
    )
    assert records.deliveries.claim(put.id, NOON + HOUR, NOON + HOUR) is None
    assert not records.deliveries.settle(sent, Route.REPLY, NOON + HOUR)


def test_what_is_held_waits_for_its_resident_oldest_first(records: SqlRecords) -> None:
    first, second = outgoing(records), outgoing(records)
    others = outgoing(records, who=FARMER)
    for put in (second, first, others):
        assert records.deliveries.hold(claimed(records, put), "45015")
    held = records.deliveries.held_for(first.to.id)
    assert [d.id for d in held] == [first.id, second.id]
    assert {(d.state, d.held_reason) for d in held} == {(DeliveryState.HELD, "45015")}
    assert records.deliveries.ready(NOON + HOUR, 10) == []


def test_what_is_held_goes_along_with_a_reply_once(records: SqlRecords) -> None:
    put = outgoing(records)
    records.deliveries.hold(claimed(records, put), "45015")
    (held,) = records.deliveries.held_for(put.to.id)
    assert records.deliveries.settle(held, Route.REPLY, NOON + HOUR)
    assert not records.deliveries.settle(held, Route.REPLY, NOON + HOUR)
    assert now(records, put).route is Route.REPLY
    assert records.deliveries.held_for(put.to.id) == []


def test_what_is_put_off_is_due_again_later(records: SqlRecords) -> None:
    put = outgoing(records)
    assert records.deliveries.postpone(claimed(records, put), NOON + HOUR, "timeout")
    later = now(records, put)
    assert (later.state, later.due_at, later.attempts) == (DeliveryState.DUE, NOON + HOUR, 1)
    assert records.deliveries.claim(put.id, NOON + MINUTE, NOON + HOUR) is None
    assert records.deliveries.claim(put.id, NOON + HOUR, NOON + 2 * HOUR) is not None


def test_a_failure_says_why_and_since_when(records: SqlRecords) -> None:
    put = outgoing(records)
    assert records.deliveries.fail(claimed(records, put), "43019", NOON + SECOND)
    failed = now(records, put)
    assert (failed.state, failed.held_reason, failed.settled_at) == (
        DeliveryState.FAILED,
        "43019",
        NOON + SECOND,
    )
    assert records.deliveries.ready(NOON + HOUR, 10) == []


def test_a_sweep_wakes_the_late_and_the_forgotten_longest_first(records: SqlRecords) -> None:
    late = outgoing(records, due_at=NOON - MINUTE)
    forgotten = outgoing(records, due_at=NOON - HOUR)
    records.deliveries.claim(forgotten.id, NOON - HOUR, NOON - 30 * MINUTE)
    in_hand = outgoing(records, due_at=NOON - HOUR)
    records.deliveries.claim(in_hand.id, NOON, NOON + LEASE)
    outgoing(records, due_at=NOON + SECOND)
    assert records.deliveries.ready(NOON, 10) == [forgotten.id, late.id]
    assert records.deliveries.ready(NOON, 1) == [forgotten.id]


def test_all_answers_of_a_case_oldest_first(records: SqlRecords) -> None:
    staff = lawyer(records)
    first = outgoing(records, staff=staff)
    more = records.conversations.add_answer(first.consultation, staff.id, "补充", Offer(), NOON)
    second = records.deliveries.add(first.consultation, more, "补充", NOON)
    outgoing(records, staff=staff)
    found = records.deliveries.for_consultation(first.consultation)
    assert [d.id for d in found] == [first.id, second.id]


def test_what_was_put_back_was_never_tried(records: SqlRecords) -> None:
    put = outgoing(records)
    assert records.deliveries.put_back(claimed(records, put), NOON + HOUR, "45011")
    later = now(records, put)
    assert (later.state, later.due_at, later.attempts) == (DeliveryState.DUE, NOON + HOUR, 0)
    assert later.held_reason == "45011"
    assert records.deliveries.claim(put.id, NOON + MINUTE, NOON + HOUR) is None
    again = records.deliveries.claim(put.id, NOON + HOUR, NOON + 2 * HOUR)
    assert again is not None
    assert again.attempts == 1
