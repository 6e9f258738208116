"""The platform's API as seen by our client: tokens, faults, time limits, secrets."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import now
from bot.wechat.client import Platform, PlatformError
from bot.wechat.push import PushChannel
from handlers.model import Address, ChannelName
from handlers.ports import Delivered, GiveUp, Outcome, TryLater, WaitForResident
from tests.fake_wechat import (
    PLAIN_TOKEN,
    SEND,
    STABLE_TOKEN,
    FakePlatform,
    Fault,
    Touch,
    bad_gateway,
    busy,
    html_page,
    refusing,
    reset,
)

WANG = "o" + "w" * 27


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        platform.touch(WANG, Touch.MESSAGE)
        yield platform


@pytest.fixture
def client(platform: FakePlatform) -> Platform:
    account = platform.account
    return Platform(platform.url, account.app_id, account.app_secret, platform.now)


def push(client: Platform, openid: str = WANG) -> Outcome:
    return PushChannel(client).push(Address(ChannelName.WECHAT, openid), "工资条例第三十条")


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


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (busy(), TryLater("-1")),
        (bad_gateway(), TryLater("http_502")),
        (html_page(), TryLater("not_json")),
        (reset(), TryLater("ConnectionError")),
        (refusing(45009), TryLater("45009")),
        (refusing(45015), WaitForResident("45015")),
        (refusing(45047), WaitForResident("45047")),
        (refusing(48001), WaitForResident("48001")),
        (refusing(43019), GiveUp("43019")),
    ],
)
def test_every_answer_means_something(
    client: Platform, platform: FakePlatform, fault: Fault, outcome: Outcome
) -> None:
    platform.fault(SEND, fault)
    assert push(client) == outcome
    assert platform.messages(WANG) == ()


def test_the_48_hours_and_the_five_messages_are_the_platforms(
    client: Platform, platform: FakePlatform
) -> None:
    assert [push(client) for _ in range(5)] == [Delivered()] * 5
    assert push(client) == WaitForResident("45047")
    platform.shift(timedelta(hours=49))
    assert push(client) == WaitForResident("45015")


def test_a_stranger_cannot_be_reached(client: Platform) -> None:
    assert push(client, "o" + "x" * 27) == GiveUp("40003")


def test_a_wrong_secret_is_told_without_the_secret(platform: FakePlatform) -> None:
    client = Platform(platform.url, platform.account.app_id, "swordfish", now)
    with pytest.raises(PlatformError) as refused:
        client.send_text(WANG, "工资")
    assert refused.value.code == "40125"
    assert "swordfish" not in repr(client) + repr(refused.value) + str(refused.value)
