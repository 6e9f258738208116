"""Whoever writes too fast is kept, asked to rest once, and never left alone in danger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.desk import View
from handlers.model import DecisionName, Kind
from handlers.pace import PER_DAY, PER_MINUTE, SUPPLEMENTS_A_DAY, Limit, Pace
from tests.handlers.conftest import DEPOSIT, GRANNY, LATE_HOUSE, House

IN_DANGER = "救命，他现在拿刀砍我"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def kept(house: House) -> int:
    with house.store.read() as records:
        return records.exports.counts()["messages"]


def flood(house: House, count: int = PER_MINUTE) -> None:
    for _ in range(count):
        assert house.hear("你好").text


def test_the_first_message_too_many_is_kept_and_told_when_to_go_on(house: House) -> None:
    flood(house)
    reply = house.hear("房东不退押金")
    assert "存下" in reply.text
    assert "一分钟" in reply.text
    assert "12348" in reply.text
    assert reply.decision is DecisionName.SMALLTALK
    assert kept(house) == PER_MINUTE + 1


def test_a_burst_is_told_once_and_then_met_with_silence(house: House) -> None:
    flood(house)
    texts = [house.hear("房东不退押金").text for _ in range(5)]
    assert texts[0]
    assert texts[1:] == [""] * 4
    assert kept(house) == PER_MINUTE + 5


def test_a_burst_of_minutes_is_told_once(house: House) -> None:
    told = 0
    for _ in range(5 * 60):
        told += "一分钟" in house.hear("你好").text
        house.clock.pass_by(seconds=1)
    assert told == 1


def test_after_a_minutes_rest_there_are_answers_again(house: House) -> None:
    flood(house, PER_MINUTE)
    house.hear("房东不退押金")
    house.clock.pass_by(seconds=60)
    assert house.hear("房东不退押金").decision is DecisionName.ANSWER


def test_after_a_rest_a_second_burst_is_told_again(house: House) -> None:
    for _ in range(2):
        flood(house)
        assert "一分钟" in house.hear("你好").text
        house.clock.pass_by(minutes=2)


def test_the_days_limit_says_tomorrow_and_ends_at_midnight_here(house: House) -> None:
    for _ in range(PER_DAY):
        house.hear("你好")
        house.clock.pass_by(seconds=5)
    assert "明天" in house.hear("你好").text
    house.clock.pass_by(hours=8)
    assert "明天" in house.hear("你好").text
    house.clock.time = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert "法小梅" in house.hear("你好").text


def test_danger_is_answered_whatever_the_limit(house: House) -> None:
    flood(house)
    house.hear("你好")
    house.hear("你好")
    for _ in range(3):
        danger = house.hear(IN_DANGER)
        assert danger.decision is DecisionName.EMERGENCY
        assert "110" in danger.text.splitlines()[0]
    assert house.hear("你好").text == ""


def test_danger_over_the_limit_does_not_stand_for_the_sentence_about_it(house: House) -> None:
    flood(house)
    house.hear(IN_DANGER)
    assert "一分钟" in house.hear("你好").text


def test_the_same_push_again_counts_once_and_gets_the_same_reply(house: House) -> None:
    for _ in range(2 * PER_MINUTE):
        first = house.hear("房东不退押金", key="m:7")
    assert first.decision is DecisionName.ANSWER
    flood(house, PER_MINUTE - 1)
    limited = house.hear("你好", key="m:8")
    assert house.hear("你好", key="m:8") == limited


def test_others_are_not_limited(house: House) -> None:
    flood(house, PER_MINUTE + 1)
    assert house.hear("房东不退押金", who=replace(GRANNY, resident="farmer")).text


def test_events_are_no_messages_and_are_not_counted(house: House) -> None:
    for _ in range(3 * PER_MINUTE):
        house.hear("", kind=Kind.EVENT)
    assert house.hear("房东不退押金").decision is DecisionName.ANSWER


def test_choices_that_were_open_stay_open_over_a_limited_message(house: House) -> None:
    flood(house, PER_MINUTE - 1)
    house.finder.finds = {DEPOSIT: 0.5, LATE_HOUSE: 0.45}
    house.hear("房子的事")
    for _ in range(3):
        house.hear("房子的事")
    house.clock.pass_by(minutes=2)
    picked = house.hear("2")
    assert picked.basis is not None
    assert picked.basis.entry == LATE_HOUSE


def test_a_limited_message_opens_and_moves_no_case(house: House) -> None:
    flood(house)
    house.unanswerable()
    house.hear("地里的界石被人挪了")
    assert house.desk.queue(View.WAITING, house.lawyer).counts[View.WAITING] == 0


def test_a_case_is_not_flooded_and_tomorrow_takes_up_more(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    for _ in range(SUPPLEMENTS_A_DAY - 1):
        house.clock.pass_by(seconds=30)
        assert house.hear("又想起来一点").consultation == number
    house.desk.claim(number, house.lawyer)
    house.desk.answer(number, house.lawyer, "先找村委会调解。")
    enough = house.hear("再说一点")
    assert enough.consultation is None
    assert "明天" in enough.text
    assert str(number) in enough.text
    assert house.desk.case(number).consultation.state == "answered"
    assert any(said.text == "再说一点" for said in house.desk.case(number).thread)
    house.clock.pass_by(days=1)
    assert house.hear("又有新情况").consultation == number
    assert house.desk.case(number).consultation.state == "waiting"


def test_danger_moves_a_case_that_has_enough(house: House) -> None:
    house.unanswerable()
    number = house.hear("地里的界石被人挪了").consultation
    assert number is not None
    for _ in range(SUPPLEMENTS_A_DAY):
        house.clock.pass_by(seconds=30)
        house.hear("又想起来一点")
    assert house.hear(IN_DANGER).consultation == number
    assert house.desk.case(number).consultation.priority == "urgent"


@pytest.mark.parametrize("jump", [timedelta(days=3), timedelta(days=-3)])
def test_a_clock_that_jumps_leaves_nobody_limited(jump: timedelta) -> None:
    pace = Pace()
    for _ in range(PER_DAY + 1):
        pace = pace.one_more(NOON, MIDNIGHT)
    assert pace.limit is Limit.DAY
    assert pace.one_more(NOON + jump, MIDNIGHT + jump).limit is None
    assert not pace.bursts(NOON + jump)
