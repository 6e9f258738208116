"""Answers find their way back, or wait, or fail in the open."""

from datetime import timedelta

import pytest

from handlers.cases import Author, Delivery, DeliveryState, Route
from handlers.courier import LEASE, PAUSES, may_push
from handlers.ports import GiveUp, Outcome, Paused, TryLater, WaitForResident
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


def answer_and_push(house: House, delivery: Delivery, *outcomes: Outcome) -> Delivery:
    """One more answer of the same case, tried once."""
    house.channel.outcomes = list(outcomes)
    more = house.desk.answer(delivery.consultation, house.lawyer, "补充一点。")
    house.courier.deliver_one(more.id)
    return more


def ration_left(house: House, delivery: Delivery) -> int:
    with house.store.read() as records:
        return records.deliveries.ration_left(delivery.to.id, house.clock())


def test_the_last_two_places_are_for_people() -> None:
    assert [may_push(left, Author.STAFF) for left in range(4)] == [False, True, True, True]
    assert [may_push(left, Author.MACHINE) for left in range(4)] == [False, False, False, True]


def test_a_place_is_booked_before_the_push_begins(house: House, delivery: Delivery) -> None:
    seen: list[int] = []

    def look_meanwhile(*_: object) -> Outcome:
        seen.append(ration_left(house, delivery))
        return TryLater("-1")

    house.channel.push = look_meanwhile  # type: ignore[method-assign, assignment]
    house.courier.deliver_one(delivery.id)
    assert seen == [4]
    assert ration_left(house, delivery) == 5


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (WaitForResident("45047"), 5),
        (GiveUp("40003"), 5),
        (TryLater("-1"), 5),
        (TryLater("ReadTimeout", perhaps=True), 4),
    ],
)
def test_only_what_surely_did_not_arrive_gives_its_place_back(
    house: House, delivery: Delivery, outcome: Outcome, left: int
) -> None:
    house.channel.outcomes = [outcome]
    house.courier.deliver_one(delivery.id)
    assert ration_left(house, delivery) == left


def test_an_hour_of_bad_gateways_does_not_end_the_tries(house: House, delivery: Delivery) -> None:
    """Nor may others use the places that it perhaps took."""
    house.channel.outcomes = [TryLater("http_502", perhaps=True)] * 7
    for _ in range(7):
        again = house.courier.deliver_one(delivery.id)
        assert again is not None
        house.clock.time = again
    waiting = answer_and_push(house, delivery)
    with house.store.read() as records:
        [first, second] = records.deliveries.for_consultation(delivery.consultation)
    assert second.id == waiting.id
    assert (second.state, second.held_reason) == (DeliveryState.HELD, "window")
    assert first.state is DeliveryState.DUE
    house.courier.deliver_one(delivery.id)
    assert len(house.channel.pushed) == 8


def test_a_paused_channel_takes_the_answer_when_the_pause_ends(
    house: House, delivery: Delivery
) -> None:
    """However often that is: nothing was tried, so no try is used up."""
    for n in range(3 * len(PAUSES)):
        until = house.clock() + timedelta(minutes=10)
        house.channel.outcomes = [Paused("45009", until)]
        assert house.courier.deliver_one(delivery.id) == until
        assert house.courier.deliver_one(delivery.id) is None
        due = now_is(house, delivery)
        assert (due.state, due.attempts, due.due_at) == (DeliveryState.DUE, 0, until)
        assert due.held_reason == "45009"
        house.clock.time = until
        assert len(house.channel.pushed) == n + 1
    assert ration_left(house, delivery) == 5
    house.courier.deliver_one(delivery.id)
    assert now_is(house, delivery).state is DeliveryState.SENT


def test_a_channel_without_ration_books_nothing(house: House, delivery: Delivery) -> None:
    house.channel.rationed = False
    house.courier.deliver_one(delivery.id)
    assert now_is(house, delivery).state is DeliveryState.SENT
    assert ration_left(house, delivery) == 5


def test_a_courier_that_comes_late_settles_nothing_and_frees_only_its_own_place(
    house: House, delivery: Delivery
) -> None:
    """Its lease ran out while it pushed: another has the delivery and a place of its own."""

    def be_overtaken(*_: object) -> Outcome:
        house.clock.time += LEASE
        with house.store.write() as records:
            now = house.clock()
            other = records.deliveries.claim(delivery.id, now, now + LEASE)
            assert other is not None
            records.deliveries.take_place(other, now + LEASE)
        return TryLater("-1")

    house.channel.push = be_overtaken  # type: ignore[method-assign, assignment]
    house.courier.deliver_one(delivery.id)
    assert now_is(house, delivery).state is DeliveryState.SENDING
    assert ration_left(house, delivery) == 4
