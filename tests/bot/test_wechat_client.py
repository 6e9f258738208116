"""The platform's API as seen by our client: tokens, faults, time limits, secrets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.storage.store import SqlStore
from bot.wechat.client import Platform
from bot.wechat.errcodes import CODES
from handlers.ports import Delivered, GiveUp, Outcome, Paused, TryLater, WaitForResident
from tests.bot.platform_examples import WANG, client_of, push
from tests.fake_wechat import (
    PLAIN_TOKEN,
    SEND,
    STABLE_TOKEN,
    FakePlatform,
    Fault,
    Touch,
    bad_gateway,
    hang,
    html_page,
    refusing,
    reset,
)


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        platform.touch(WANG, Touch.MESSAGE)
        yield platform


@pytest.fixture
def client(platform: FakePlatform, sqlite_store: SqlStore) -> Platform:
    return client_of(platform, sqlite_store)


def test_a_text_arrives_as_it_was_written(client: Platform, platform: FakePlatform) -> None:
    assert push(client) == Delivered()
    assert [shown.text for shown in platform.messages(WANG)] == ["工资条例第三十条"]


def test_many_threads_fetch_one_token(client: Platform, platform: FakePlatform) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: push(client), range(5)))
    assert len(platform.requests(STABLE_TOKEN)) == 1
    assert platform.requests(PLAIN_TOKEN) == ()


def test_a_replaced_token_costs_one_more_call_and_no_message(
    client: Platform, platform: FakePlatform
) -> None:
    push(client)
    platform.revoke_tokens()
    assert push(client) == Delivered()
    assert len(platform.messages(WANG)) == 2


def test_a_token_is_renewed_before_it_ends(client: Platform, platform: FakePlatform) -> None:
    push(client)
    platform.shift(timedelta(hours=2))
    assert push(client) == Delivered()


def test_a_standing_refusal_of_the_token_ends(client: Platform, platform: FakePlatform) -> None:
    platform.fault(SEND, replace(refusing(40001), times=None))
    assert push(client) == TryLater("40001")
    assert len(platform.requests(SEND)) == 2
    assert push(client) == TryLater("40001")
    assert len(platform.requests(SEND)) == 2


def test_the_48_hours_and_the_five_messages_are_the_platforms(
    client: Platform, platform: FakePlatform
) -> None:
    assert [push(client) for _ in range(5)] == [Delivered()] * 5
    assert push(client) == WaitForResident("45047")
    platform.shift(timedelta(hours=49))
    assert push(client) == WaitForResident("45015")


def test_a_stranger_cannot_be_reached(client: Platform) -> None:
    assert push(client, "o" + "x" * 27) == GiveUp("40003")


OUTCOMES = {
    -1: TryLater("-1"),
    40003: GiveUp("40003"),
    40007: GiveUp("40007"),
    40200: WaitForResident("40200"),
    43004: WaitForResident("43004"),
    43019: GiveUp("43019"),
    43101: WaitForResident("43101"),
    44004: WaitForResident("44004"),
    45002: WaitForResident("45002"),
    45008: WaitForResident("45008"),
    45015: WaitForResident("45015"),
    45047: WaitForResident("45047"),
    45072: TryLater("45072"),
    45080: TryLater("45080"),
    45081: TryLater("45081"),
    48001: WaitForResident("48001"),
    48004: WaitForResident("48004"),
    87009: GiveUp("87009"),
    87014: GiveUp("87014"),
    99999: TryLater("99999"),
}

PAUSES = {
    40013: 300,
    40125: 300,
    40164: 300,
    61004: 300,
    89503: 300,
    40243: 600,
    45009: 600,
    45011: 60,
}
"""Seconds in which nobody calls."""

ALARMS = {40200, 44004, 45002, 45008, 48001, 48004, 87009, 87014, 99999, *PAUSES}


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.code for r in caplog.records if r.message == "platform_alarm"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("code", "outcome"), OUTCOMES.items())
def test_every_refusal_means_something(
    client: Platform,
    platform: FakePlatform,
    caplog: pytest.LogCaptureFixture,
    code: int,
    outcome: Outcome,
) -> None:
    platform.fault(SEND, refusing(code))
    assert push(client) == outcome
    assert alarms(caplog) == ([str(code)] if code in ALARMS else [])
    assert platform.messages(WANG) == ()
    assert push(client) == Delivered()


@pytest.mark.parametrize(("code", "seconds"), PAUSES.items())
@pytest.mark.parametrize("path", [SEND, STABLE_TOKEN])
def test_some_refusals_rest_the_whole_channel(
    client: Platform,
    platform: FakePlatform,
    caplog: pytest.LogCaptureFixture,
    path: str,
    code: int,
    seconds: int,
) -> None:
    platform.fault(path, refusing(code, times=None))
    began = platform.now()
    first = push(client)
    assert isinstance(first, Paused)
    assert timedelta(seconds=seconds) <= first.until - began < timedelta(seconds=seconds + 5)
    calls = len(platform.requests())
    assert push(client) == first
    assert len(platform.requests()) == calls
    assert alarms(caplog) == [str(code)]
    platform.clear_faults()
    platform.shift(first.until - platform.now())
    assert push(client) == Delivered()


def test_the_table_and_this_test_know_the_same_codes() -> None:
    assert {*OUTCOMES, *PAUSES, 40001, 40014, 42001} == {*CODES, 99999}
    assert {code for code in CODES if CODES[code].alarm} | {99999} == ALARMS


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_refused_token_is_replaced_and_the_message_arrives(
    client: Platform, platform: FakePlatform, code: int
) -> None:
    platform.fault(SEND, refusing(code))
    assert push(client) == Delivered()
    assert len(platform.messages(WANG)) == 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (bad_gateway(), TryLater("http_502", perhaps=True)),
        (html_page(), TryLater("not_json", perhaps=True)),
        (reset(), TryLater("ConnectionError", perhaps=True)),
        (hang(30.0), TryLater("ReadTimeout", perhaps=True)),
    ],
)
def test_no_answer_is_no_success(
    client: Platform, platform: FakePlatform, fault: Fault, outcome: Outcome
) -> None:
    push(client)
    platform.fault(SEND, fault)
    assert push(client) == outcome
    assert len(platform.messages(WANG)) == 1


def test_a_platform_that_is_not_there_has_surely_done_nothing(
    client: Platform, platform: FakePlatform
) -> None:
    push(client)
    platform.stop()
    assert push(client) == TryLater("ConnectionError", perhaps=False)


def test_any_call_can_be_made_with_the_token(client: Platform) -> None:
    assert client.call("/cgi-bin/getcallbackip")["ip_list"]
