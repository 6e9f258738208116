"""Whoever leaves is erased at once; their cases stay as files, and nothing leads back."""

from dataclasses import replace

import pytest

from handlers.cases import UNFOLLOWED, AttachmentId, DeliveryState, Priority, Route
from handlers.desk import View
from handlers.model import Address, AttachmentKind, ChannelName, ConsultationNumber, Kind
from handlers.ports import TryLater, WaitForResident
from tests.handlers.conftest import GRANNY, HandChannel, House

IN_DANGER = "救命，他现在拿刀砍我"
VISITOR = replace(GRANNY, channel=ChannelName.CHAT)
OTHER = replace(GRANNY, resident="somebody-else")


def leave(house: House, who: Address = GRANNY, key: str = "") -> None:
    assert house.hear("", kind=Kind.LEAVE, who=who, key=key).text == ""


def open_case(house: House, who: Address = GRANNY) -> ConsultationNumber:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了", who=who).consultation
    assert number is not None
    return number


def everything(house: House) -> str:
    """All that the exports show."""
    with house.store.read() as records:
        exports = records.exports
        rows = [*exports.messages(outbound=True), *exports.consultations(), *exports.deliveries()]
        return repr(rows)


@pytest.mark.parametrize("who", [GRANNY, VISITOR])
def test_name_and_words_are_gone_and_the_counts_stay(house: House, who: Address) -> None:
    house.hear("房东不退押金的私房话", who=who)
    with house.store.read() as records:
        before = records.exports.counts()
    leave(house, who)
    assert "私房话" not in everything(house)
    assert who.resident not in everything(house)
    with house.store.read() as records:
        after = records.exports.counts()
        assert records.conversations.known(who) is None
    assert after["residents"] == before["residents"]
    assert after["messages"] == before["messages"] + 1


def test_a_case_stays_as_a_file_with_what_belongs_to_it(house: House) -> None:
    house.hear("闲聊的私房话")
    number = open_case(house)
    leave(house)
    case = house.desk.case(number)
    assert case.consultation.question == "地里的界石被人挪了"
    assert case.consultation.resident.departed
    assert GRANNY.resident not in repr(case)
    assert any(said.text == "地里的界石被人挪了" for said in case.thread)


def test_an_urgent_case_stays_in_the_queue_and_says_that_nobody_can_be_reached(
    house: House,
) -> None:
    number = house.hear(IN_DANGER).consultation
    leave(house)
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert (case.number, case.priority) == (number, Priority.URGENT)
    assert case.resident.departed


def test_following_again_is_somebody_new_who_sees_nothing_of_before(house: House) -> None:
    number = open_case(house)
    leave(house)
    assert "【说明】" in house.hear("", kind=Kind.FOLLOW).text
    assert "没有查到" in house.hear(str(number)).text
    with house.store.read() as records:
        assert records.exports.counts()["residents"] == 2


def test_a_retried_departure_and_one_of_a_stranger_keep_and_change_nothing(house: House) -> None:
    house.hear("你好")
    leave(house, key="e:1")
    before = everything(house)
    leave(house, key="e:1")
    leave(house, replace(GRANNY, resident="stranger"))
    assert everything(house) == before


def test_answers_due_and_held_fail_in_the_open(house: House) -> None:
    number = open_case(house)
    house.desk.claim(number, house.lawyer)
    held = house.desk.answer(number, house.lawyer, "先找村委会调解。")
    house.channel.outcomes = [WaitForResident("45015")]
    house.courier.deliver_one(held.id)
    house.desk.answer(number, house.lawyer, "再找司法所。")
    leave(house)
    deliveries = house.desk.case(number).deliveries
    assert [(d.state, d.held_reason) for d in deliveries] == [
        (DeliveryState.FAILED, UNFOLLOWED)
    ] * 2
    for delivery in deliveries:
        assert house.courier.deliver_one(delivery.id) is None
    assert len(house.channel.pushed) == 1


def test_an_answer_written_after_the_departure_fails_and_is_never_pushed(house: House) -> None:
    number = open_case(house)
    house.desk.claim(number, house.lawyer)
    leave(house)
    delivery = house.desk.answer(number, house.lawyer, "先找村委会调解。")
    assert house.courier.deliver_one(delivery.id) is None
    [failed] = house.desk.case(number).deliveries
    assert (failed.state, failed.held_reason) == (DeliveryState.FAILED, UNFOLLOWED)
    assert house.channel.pushed == []


class LeavesMeanwhile(HandChannel):
    """The resident leaves while the push is under way."""

    house: House

    def push(self, to: Address, text: str):  # type: ignore[no-untyped-def]
        leave(self.house)
        return super().push(to, text)


@pytest.mark.parametrize(
    ("outcome", "becomes", "route"),
    [
        ([], DeliveryState.SENT, Route.PUSH),
        ([WaitForResident("43004")], DeliveryState.FAILED, None),
        ([TryLater("-1")], DeliveryState.FAILED, None),
    ],
)
def test_a_push_under_way_is_sent_if_it_arrived_and_failed_if_not(
    house: House, outcome: list[object], becomes: DeliveryState, route: Route | None
) -> None:
    number = open_case(house)
    house.desk.claim(number, house.lawyer)
    delivery = house.desk.answer(number, house.lawyer, "先找村委会调解。")
    channel = LeavesMeanwhile(outcomes=list(outcome))  # type: ignore[arg-type]
    channel.house = house
    courier = replace(house.courier, channels={ChannelName.WECHAT: channel})
    courier.deliver_one(delivery.id)
    [settled] = house.desk.case(number).deliveries
    assert (settled.state, settled.route) == (becomes, route)


def test_a_message_repeated_after_the_departure_brings_nobody_back(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了", key="m:7").consultation
    house.hear("你好", key="m:8")
    leave(house)
    again = house.hear("地里的界石被人挪了", key="m:7")
    assert again.consultation == number
    assert house.hear("你好", key="m:8").text == ""
    with house.store.read() as records:
        assert records.conversations.known(GRANNY) is None
        assert records.exports.counts()["consultations"] == 1


def test_a_new_message_after_the_departure_is_answered_as_of_somebody_new(house: House) -> None:
    house.hear("你好", key="m:7")
    leave(house)
    assert "【说明】" in house.hear("你好", key="m:9").text
    danger = house.hear(IN_DANGER, key="m:10")
    assert "110" in danger.text


def test_an_hour_later_the_same_key_is_a_new_message(house: House) -> None:
    house.hear("你好", key="m:7")
    leave(house)
    house.clock.pass_by(hours=1)
    assert house.hear("你好", key="m:7").text


def test_on_the_page_a_key_is_no_proof_of_a_repeat(house: House) -> None:
    house.hear("你好", key="c:message-1", who=VISITOR)
    leave(house, VISITOR)
    newcomer = replace(VISITOR, resident="newcomer")
    assert house.hear("你好", key="c:message-1", who=newcomer).text


def test_pictures_outside_cases_are_gone_and_those_of_a_case_stay(house: House) -> None:
    house.receive(AttachmentKind.PICTURE, who=OTHER)
    open_case(house)
    house.receive(AttachmentKind.PICTURE)
    house.receive(AttachmentKind.PICTURE, who=VISITOR)
    leave(house, VISITOR)
    leave(house)
    with house.store.read() as records:
        kept = [records.attachments.get(AttachmentId(number)) for number in (1, 2, 3)]
    assert [one is not None for one in kept] == [True, True, False]
    assert kept[1] is not None
    assert kept[1].owner.departed


def test_whoever_left_is_not_asked_to_send_a_picture_again(house: House) -> None:
    open_case(house)
    house.receive(AttachmentKind.PICTURE)
    leave(house)
    with house.store.write() as records:
        assert records.attachments.ask_again(AttachmentId(1), house.clock()) is None
