"""The whole way through /wechat, against a platform that enforces its rules."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from tests.bot.account import AES_KEY, TOKEN, UNANSWERABLE, case_number
from tests.fake_wechat import (
    SEND,
    FakePlatform,
    Mode,
    Resident,
    busy,
)
from tests.running import Running
from tests.waiting import until

PROMISE = 5.0
"""Seconds until somebody is told what a person answered."""
TRIES = ("一、", "二、", "三、")
"""A machine that has other things to do may be late once."""


@pytest.fixture(params=[Mode.PLAIN, Mode.SAFE])
def resident(request: pytest.FixtureRequest, platform: FakePlatform, service: Running) -> Resident:
    """Somebody new; the mode between these two has its turn in the conformance table."""
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, request.param, AES_KEY)
    return Resident(webhook, platform)


def rows(service: Running, what: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in service.flask_here("export", what).splitlines()]


def test_the_address_is_verified(resident: Resident) -> None:
    resident.verify_address()


def test_a_question_gets_its_answer_with_the_law(resident: Resident) -> None:
    outcome = resident.send_text("房东不退押金怎么办")
    assert outcome.text is not None
    assert "《住房租赁条例》" in outcome.text
    assert len(outcome.text.encode()) <= 2_048


def test_a_persons_answer_is_pushed_within_five_seconds(
    resident: Resident, service: Running
) -> None:
    number = case_number(resident.send_text(UNANSWERABLE).text)
    for attempt in TRIES:
        text = f"{attempt}先找村委会调解，不收费。"
        service.flask("consultation", "answer", "--id", number, "--text", text)
        told = time.monotonic()
        shown = resident.wait_for(text)
        assert number in shown.text
        if time.monotonic() - told < PROMISE:
            return
    pytest.fail("late every time")


def test_an_answer_survives_a_busy_platform(
    resident: Resident, service: Running, platform: FakePlatform
) -> None:
    number = case_number(resident.send_text(UNANSWERABLE).text)
    platform.fault(SEND, replace(busy(), times=2))
    service.flask_here("consultation", "answer", "--id", number, "--text", "带上承包证去乡里。")
    resident.wait_for("带上承包证去乡里")


def test_an_answer_survives_a_token_that_somebody_else_replaced(
    resident: Resident, service: Running, platform: FakePlatform
) -> None:
    number = case_number(resident.send_text(UNANSWERABLE).text)
    platform.revoke_tokens()
    service.flask_here("consultation", "answer", "--id", number, "--text", "找司法所也行。")
    resident.wait_for("找司法所也行")


def test_danger_is_answered_with_110_and_an_urgent_case(
    resident: Resident, service: Running
) -> None:
    text = resident.send_text("救命，他现在拿刀砍我").text
    assert text is not None
    assert "110" in text.splitlines()[0]
    urgent = [case for case in rows(service, "consultations") if case["priority"] == "urgent"]
    assert case_number(text) in {str(case["number"]) for case in urgent}


def test_three_copies_at_once_to_two_processes_are_one_message_and_one_reply(
    resident: Resident, service: Running
) -> None:
    push = resident.compose("text", {"Content": UNANSWERABLE})
    replies = {resident.read(answer) for answer in resident.fire(push, 3)}
    assert len(replies) == 1
    ours = [row for row in rows(service, "messages") if row["resident"] == resident.openid]
    assert len(ours) == 1


def test_after_48_hours_the_answer_waits_and_comes_with_the_next_message(
    resident: Resident, service: Running, platform: FakePlatform
) -> None:
    number = case_number(resident.send_text(UNANSWERABLE).text)
    platform.shift(timedelta(hours=49))
    try:
        service.flask_here("consultation", "answer", "--id", number, "--text", "可以申请承包仲裁。")
        until(lambda: _state(service, number) == "held")
        assert not any("承包仲裁" in text for text in resident.seen)
        text = resident.send_text("你好").text
        assert text is not None
        assert "可以申请承包仲裁" in text
        again = resident.send_text(number).text
        assert again is not None
        assert "可以申请承包仲裁" in again
    finally:
        platform.shift(timedelta(hours=-49))


def test_follow_is_welcomed_and_unfollow_acknowledged(resident: Resident) -> None:
    text = resident.follow().text
    assert text is not None
    assert "机器" in text
    assert resident.unfollow().text is None


def test_a_forged_signature_is_refused(platform: FakePlatform, service: Running) -> None:
    webhook = platform.webhook(f"{service.url}/wechat", "another0token", Mode.PLAIN)
    forger = Resident(webhook, platform)
    push = forger.compose("text", {"Content": "房东不退押金"})
    assert forger.attempt(push).status == 403


def test_too_much_is_refused_before_it_is_read(platform: FakePlatform, service: Running) -> None:
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.PLAIN)
    resident = Resident(webhook, platform)
    push = resident.compose("text", {"Content": "字" * 400_000})
    assert resident.attempt(push).status == 413


def test_other_methods_are_refused(service: Running) -> None:
    assert requests.put(f"{service.url}/wechat", timeout=5).status_code == 405


def test_many_residents_at_once_each_get_their_own_reply(
    platform: FakePlatform, service: Running
) -> None:
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.SAFE, AES_KEY)
    residents = [Resident(webhook, platform) for _ in range(24)]
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda one: one.send_text(UNANSWERABLE), residents))
    numbers = [case_number(outcome.text) for outcome in outcomes]
    assert len(set(numbers)) == 24


def test_no_words_and_no_openids_reach_the_log(service: Running) -> None:
    log = service.log.read_text("utf-8")
    assert "界石" not in log
    for row in rows(service, "messages"):
        assert str(row["resident"]) not in log


def _state(service: Running, number: str) -> object:
    [delivery] = [row for row in rows(service, "deliveries") if str(row["consultation"]) == number]
    return delivery["state"]
