"""What residents get: answers, numbers, choices, and safety first."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.cases import Priority, State
from handlers.desk import View
from handlers.model import ChannelName, DecisionName, Kind
from handlers.parts import MESSAGE_BYTES, size
from knowledge.entry import Status
from tests.handlers.conftest import DEPOSIT, GRANNY, LATE_HOUSE, House

IN_DANGER = "救命，他现在拿刀砍我"


def test_an_answer_has_the_law_the_disclaimer_and_what_it_rested_on(house: House) -> None:
    reply = house.hear("房东不退押金")
    assert reply.decision is DecisionName.ANSWER
    assert "依据：《" in reply.text
    assert "不是律师意见" in reply.text
    assert "本条尚未经律师审核" in reply.text
    assert size(reply.text) <= MESSAGE_BYTES
    assert reply.basis is not None
    assert reply.basis.entry == DEPOSIT
    assert reply.basis.entry_version
    assert all(cited.effective_from for cited in reply.basis.law)


def test_more_gives_the_detail_and_then_says_that_it_was_all(house: House) -> None:
    house.hear("房东不退押金")
    detail = house.hear("更多")
    assert "【详细说明】" in detail.text
    for _ in range(5):
        last = house.hear("更多")
    assert last.text.startswith("没有更多内容了")


def test_the_same_message_again_gets_the_same_reply_and_is_kept_once(house: House) -> None:
    house.unanswerable()
    first = house.hear("地里的界石被人挪了", key="m:7")
    again = house.hear("地里的界石被人挪了", key="m:7")
    assert again == first
    with house.store.read() as records:
        counts = records.exports.counts()
    assert counts["messages"] == 1
    assert counts["consultations"] == 1


def test_two_residents_may_use_the_same_key(house: House) -> None:
    house.hear("房东不退押金", key="m:7")
    house.hear("房东不退押金", key="m:7", who=replace(GRANNY, resident="farmer"))
    with house.store.read() as records:
        assert records.exports.counts()["messages"] == 2


def test_what_cannot_be_answered_becomes_a_case_with_a_number(house: House) -> None:
    house.unanswerable()
    reply = house.hear("地里的界石被人挪了")
    assert reply.decision is DecisionName.ESCALATE
    assert str(reply.consultation) in reply.text
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert case.question == "地里的界石被人挪了"
    assert case.number == reply.consultation


def test_what_follows_belongs_to_the_open_case(house: House) -> None:
    house.unanswerable()
    first = house.hear("地里的界石被人挪了")
    second = house.hear("是邻居老赵家挪的")
    assert second.consultation == first.consultation
    assert len(house.desk.queue(View.WAITING, house.lawyer).consultations) == 1


def test_words_that_make_sense_to_people_alone_belong_to_the_open_case(house: House) -> None:
    house.unanswerable()
    first = house.hear("地里的界石被人挪了")
    house.finder.about_law = False
    second = house.hear("是东院老赵家")
    assert second.decision is DecisionName.ESCALATE
    assert second.consultation == first.consultation


def test_a_question_after_the_answer_puts_the_case_back_in_the_queue(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.desk.claim(number, house.lawyer)
    house.desk.answer(number, house.lawyer, "先找村委会调解。")
    house.hear("村委会不管怎么办")
    case = house.desk.case(number).consultation
    assert case.state is State.WAITING
    assert case.claimed_by is None


def test_danger_comes_first_whatever_was_offered_before(house: House) -> None:
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    house.hear("房子的事")
    reply = house.hear(IN_DANGER)
    assert reply.decision is DecisionName.EMERGENCY
    assert "110" in reply.text.splitlines()[0]
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert case.priority is Priority.URGENT


def test_danger_makes_an_open_case_urgent(house: House) -> None:
    house.unanswerable()
    first = house.hear("地里的界石被人挪了")
    second = house.hear(IN_DANGER)
    assert second.consultation == first.consultation
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert case.priority is Priority.URGENT
    assert case.reason == "violence"


def test_danger_is_seen_when_the_matcher_is_broken(house: House) -> None:
    house.finder.broken = True
    assert house.hear(IN_DANGER).decision is DecisionName.EMERGENCY


def test_with_a_broken_matcher_every_question_goes_to_people(house: House) -> None:
    house.finder.broken = True
    reply = house.hear("房东不退押金")
    assert reply.decision is DecisionName.ESCALATE
    assert "维护" in reply.text


def test_a_number_picks_from_the_choices(house: House) -> None:
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    asked = house.hear("房子的事")
    assert asked.decision is DecisionName.CLARIFY
    picked = house.hear("第二个")
    assert picked.basis is not None
    assert picked.basis.entry == LATE_HOUSE
    other = house.hear("1")
    assert other.basis is not None
    assert other.basis.entry == DEPOSIT


@pytest.mark.parametrize("said", ["3", "都不是"])
def test_none_of_the_choices_hands_over_the_first_question(house: House, said: str) -> None:
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    house.hear("房子的事说不清")
    reply = house.hear(said)
    assert reply.decision is DecisionName.ESCALATE
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert case.question == "房子的事说不清"


def test_a_number_without_choices_is_no_choice(house: House) -> None:
    house.finder.finds, house.finder.about_law = {}, False
    assert house.hear("2").decision is DecisionName.SMALLTALK


def test_asking_for_a_person_first_takes_the_next_words_as_the_question(house: House) -> None:
    asked = house.hear("人工")
    assert str(asked.consultation) in asked.text
    house.hear("我家承包地的证丢了")
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert case.question == "我家承包地的证丢了"


def test_asking_for_a_person_with_the_question_needs_no_second_message(house: House) -> None:
    house.hear("人工 我家承包地的证丢了")
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert "承包地" in case.question


def test_a_person_after_an_answer_gets_the_question_that_was_answered(house: House) -> None:
    house.hear("房东不退我押金咋整")
    house.hear("转人工")
    [case] = house.desk.queue(View.WAITING, house.lawyer).consultations
    assert case.question == "房东不退我押金咋整"


def test_twice_not_understood_in_a_row_brings_a_person(house: House) -> None:
    house.finder.finds, house.finder.about_law = {}, False
    assert house.hear("嘎哈呀").decision is DecisionName.SMALLTALK
    assert house.hear("整不明白").decision is DecisionName.ESCALATE


def test_the_number_shows_where_the_case_stands_and_then_the_answer(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    assert "排队" in house.hear(str(number)).text
    house.desk.claim(number, house.lawyer)
    assert "接手" in house.hear(f"查{number}").text
    house.desk.answer(number, house.lawyer, "先找村委会调解。")
    assert "先找村委会调解。" in house.hear(f"编号 {number}").text


def test_nobody_reads_another_residents_case(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    stranger = replace(GRANNY, resident="stranger")
    assert "没有查到" in house.hear(str(number), who=stranger).text


def test_a_waiting_answer_comes_with_the_next_message(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.clock.pass_by(hours=49)
    house.desk.claim(number, house.lawyer)
    delivery = house.desk.answer(number, house.lawyer, "先找村委会调解。")
    assert house.courier.deliver_one(delivery.id) is None
    assert house.channel.pushed == []
    reply = house.hear("你好")
    assert reply.text.index("先找村委会调解。") < reply.text.index("法小梅")
    assert "先找村委会调解。" not in house.hear("你好").text


def test_a_waiting_answer_does_not_push_a_safety_text_aside(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.clock.pass_by(hours=49)
    house.desk.claim(number, house.lawyer)
    delivery = house.desk.answer(number, house.lawyer, "先找村委会调解。")
    house.courier.deliver_one(delivery.id)
    assert "村委会" not in house.hear(IN_DANGER).text
    assert "村委会" in house.hear("你好").text


def test_a_long_waiting_answer_and_the_reply_both_arrive_whole(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    house.clock.pass_by(hours=49)
    house.desk.claim(number, house.lawyer)
    words = "先找村委会调解。" * 120
    house.courier.deliver_one(house.desk.answer(number, house.lawyer, words).id)
    house.finder.finds = {DEPOSIT: 0.95}
    texts = [house.hear("房东不退押金").text]
    while not texts[-1].startswith("没有更多"):
        assert size(texts[-1]) <= MESSAGE_BYTES
        texts.append(house.hear("更多").text)
    assert "".join(texts).count("先找村委会调解。") == 120
    assert "【详细说明】" in "".join(texts)


def test_a_follower_is_welcomed_and_told_that_a_machine_answers(house: House) -> None:
    reply = house.hear("", kind=Kind.FOLLOW)
    assert "机器" in reply.text
    assert "人工" in reply.text


def test_other_events_get_no_words(house: House) -> None:
    assert house.hear("", kind=Kind.EVENT).text == ""


def test_voice_without_words_is_not_met_with_silence(house: House) -> None:
    assert "打字" in house.hear("", kind=Kind.VOICE).text


def test_recognised_voice_is_answered_like_a_text(house: House) -> None:
    assert house.hear("房东不退押金", kind=Kind.VOICE).decision is DecisionName.ANSWER


def test_a_picked_entry_that_was_withdrawn_goes_to_a_person(house: House) -> None:
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    house.hear("房子的事")
    entries = house.reception.dialogue.library.entries
    assert isinstance(entries, dict)
    del entries[DEPOSIT]
    assert house.hear("1").decision is DecisionName.ESCALATE


@pytest.mark.parametrize("over", [{"status": Status.WITHDRAWN}, {"valid_until": date(2026, 11, 1)}])
def test_a_picked_entry_that_answers_no_longer_goes_to_a_person(
    house: House, over: dict[str, Any]
) -> None:
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    house.hear("房子的事")
    entries = house.reception.dialogue.library.entries
    assert isinstance(entries, dict)
    entries[DEPOSIT] = replace(entries[DEPOSIT], **over)
    assert house.hear("1").decision is DecisionName.ESCALATE


def test_the_page_shows_waiting_answers_itself(house: House) -> None:
    house.unanswerable()
    visitor = replace(GRANNY, channel=ChannelName.CHAT)
    number = house.hear("地里的界石被人挪了", who=visitor).consultation
    assert number is not None
    house.desk.claim(number, house.lawyer)
    delivery = house.desk.answer(number, house.lawyer, "先找村委会调解。")
    house.courier.deliver_one(delivery.id)
    assert "村委会" not in house.hear("你好", who=visitor).text
