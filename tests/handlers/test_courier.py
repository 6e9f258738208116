"""Answers find their way back, or wait, or fail in the open."""

from datetime import timedelta

import pytest

from handlers.cases import Delivery, DeliveryState, Route
from handlers.courier import LEASE, PAUSES
from handlers.ports import GiveUp, TryLater, WaitForResident
from tests.handlers.conftest import House


@pytest.fixture
def delivery(house: House) -> Delivery:
    """An answer that has just been written."""
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.desk.claim(number, house.lawyer)
    return house.desk.answer(number, house.lawyer, "先找村委会调解。")


def now_is(house: House, delivery: Delivery) -> Delivery:
    with house.store.read() as records:
        [same] = records.deliveries.for_consultation(delivery.consultation)
    return same


def test_an_answer_is_pushed_with_its_number(house: House, delivery: Delivery) -> None:
    assert house.courier.deliver_one(delivery.id) is None
    [text] = house.channel.pushed
    assert "先找村委会调解。" in text
    assert str(delivery.consultation) in text
    settled = now_is(house, delivery)
    assert (settled.state, settled.route) == (DeliveryState.SENT, Route.PUSH)


def test_a_settled_delivery_is_not_pushed_again(house: House, delivery: Delivery) -> None:
    house.courier.deliver_one(delivery.id)
    house.courier.deliver_one(delivery.id)
    assert len(house.channel.pushed) == 1


def test_a_failed_push_is_tried_after_one_three_and_nine_seconds(
    house: House, delivery: Delivery
) -> None:
    house.channel.outcomes = [TryLater("-1")] * 3
    pauses = []
    for _ in range(3):
        again = house.courier.deliver_one(delivery.id)
        assert again is not None
        pauses.append((again - house.clock()).total_seconds())
        house.clock.time = again
    assert pauses == [1, 3, 9]
    house.courier.deliver_one(delivery.id)
    assert now_is(house, delivery).state is DeliveryState.SENT


def test_before_its_time_a_delivery_is_left_alone(house: House, delivery: Delivery) -> None:
    house.channel.outcomes = [TryLater("-1")]
    house.courier.deliver_one(delivery.id)
    assert house.courier.deliver_one(delivery.id) is None
    assert len(house.channel.pushed) == 1


def test_after_the_last_try_the_answer_waits_for_the_resident(
    house: House, delivery: Delivery
) -> None:
    house.channel.outcomes = [TryLater("-1")] * (len(PAUSES) + 1)
    again = house.courier.deliver_one(delivery.id)
    while again is not None:
        house.clock.time = again
        again = house.courier.deliver_one(delivery.id)
    assert len(house.channel.pushed) == len(PAUSES) + 1
    assert now_is(house, delivery).state is DeliveryState.HELD


def test_a_closed_window_holds_the_answer(house: House, delivery: Delivery) -> None:
    house.channel.outcomes = [WaitForResident("45015")]
    house.courier.deliver_one(delivery.id)
    held = now_is(house, delivery)
    assert (held.state, held.held_reason) == (DeliveryState.HELD, "45015")


def test_an_unknown_address_fails_in_the_open(house: House, delivery: Delivery) -> None:
    house.channel.outcomes = [GiveUp("40003")]
    house.courier.deliver_one(delivery.id)
    assert now_is(house, delivery).state is DeliveryState.FAILED


def test_a_courier_that_died_with_a_delivery_is_followed_by_another(
    house: House, delivery: Delivery
) -> None:
    with house.store.write() as records:
        records.deliveries.claim(delivery.id, house.clock(), house.clock() + LEASE)
    assert house.courier.deliver_one(delivery.id) is None
    assert house.channel.pushed == []
    house.clock.time += LEASE + timedelta(seconds=1)
    assert house.courier.overdue() == [delivery.id]
    house.courier.deliver_one(delivery.id)
    assert now_is(house, delivery).state is DeliveryState.SENT


def test_the_sixth_answer_since_the_resident_wrote_waits(house: House, delivery: Delivery) -> None:
    house.courier.deliver_one(delivery.id)
    for n in range(5):
        more = house.desk.answer(delivery.consultation, house.lawyer, f"补充第{n}点。")
        house.courier.deliver_one(more.id)
    assert len(house.channel.pushed) == 5
    house.hear("谢谢")
    assert house.courier.overdue() == []
