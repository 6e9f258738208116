"""Customer-service messages over HTTP: windows, quotas, refusals."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from tests.fake_wechat import SEND, STABLE_TOKEN, TYPING, Account, AccountKind, FakePlatform, Touch

LI = "oLi"


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as running:
        yield running


def token(platform: FakePlatform, **changed: object) -> dict[str, object]:
    account = platform.account
    asked = {"grant_type": "client_credential", "appid": account.app_id}
    asked |= {"secret": account.app_secret}
    answer = requests.post(platform.url + STABLE_TOKEN, json={**asked, **changed}, timeout=5)
    return dict(answer.json())


def call(platform: FakePlatform, path: str, body: bytes) -> int:
    params = {"access_token": str(token(platform)["access_token"])}
    answer = requests.post(platform.url + path, params=params, data=body, timeout=5).json()
    assert answer["errmsg"] == "ok" or " rid: " in answer["errmsg"]
    return int(answer["errcode"])


def send(platform: FakePlatform, openid: str, text: str) -> int:
    message = {"touser": openid, "msgtype": "text", "text": {"content": text}}
    return call(platform, SEND, json.dumps(message, ensure_ascii=False).encode())


def test_a_message_allows_five_sends_and_the_next_message_five_more(platform: FakePlatform) -> None:
    platform.touch(LI, Touch.MESSAGE)
    assert [send(platform, LI, f"第{n}条") for n in range(6)] == [0, 0, 0, 0, 0, 45047]
    platform.touch(LI, Touch.MESSAGE)
    assert send(platform, LI, "再来") == 0
    assert [shown.text for shown in platform.messages(LI)][-2:] == ["第4条", "再来"]


def test_the_window_of_a_message_closes_after_forty_eight_hours(platform: FakePlatform) -> None:
    platform.touch(LI, Touch.MESSAGE)
    platform.shift(timedelta(hours=47, minutes=59))
    assert send(platform, LI, "还来得及") == 0
    platform.shift(timedelta(minutes=1))
    assert send(platform, LI, "太晚") == 45015


@pytest.mark.parametrize("touch", [Touch.FOLLOW, Touch.CLICK, Touch.SCAN])
def test_a_follow_or_click_allows_three_sends_in_a_minute(
    platform: FakePlatform, touch: Touch
) -> None:
    platform.touch(LI, touch)
    assert [send(platform, LI, "好") for _ in range(4)] == [0, 0, 0, 45047]
    platform.touch(LI, touch)
    platform.shift(timedelta(minutes=1))
    assert send(platform, LI, "好") == 45015


def test_a_click_uses_its_own_sends_before_those_of_the_message(platform: FakePlatform) -> None:
    platform.touch(LI, Touch.MESSAGE)
    platform.touch(LI, Touch.CLICK)
    assert [send(platform, LI, "好") for _ in range(3)] == [0, 0, 0]
    platform.shift(timedelta(minutes=1))
    assert [send(platform, LI, "好") for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


def test_who_leaves_and_comes_back_starts_anew(platform: FakePlatform) -> None:
    for touch in (Touch.MESSAGE, Touch.UNFOLLOW, Touch.FOLLOW):
        platform.touch(LI, touch)
    assert [send(platform, LI, "好") for _ in range(4)] == [0, 0, 0, 45047]


def test_twenty_sends_at_once_do_not_pass_the_quota(platform: FakePlatform) -> None:
    platform.touch(LI, Touch.MESSAGE)
    with ThreadPoolExecutor(20) as pool:
        codes = sorted(pool.map(lambda _: send(platform, LI, "好"), range(20)))
    assert codes == [0] * 5 + [45047] * 15
    assert len(platform.messages(LI)) == 5


def test_each_bad_send_has_its_own_refusal(platform: FakePlatform) -> None:
    platform.touch(LI, Touch.MESSAGE)
    assert send(platform, "oNobody", "好") == 40003
    assert send(platform, LI, "") == 44004
    assert send(platform, LI, "法" * 682 + "ab") == 0
    assert send(platform, LI, "法" * 683) == 45002
    assert call(platform, SEND, b"touser=oLi") == 47001
    assert call(platform, SEND, b'{"touser": "oLi", "msgtype": "poem"}') == 40008
    platform.touch(LI, Touch.UNFOLLOW)
    assert send(platform, LI, "好") == 43004


def test_escaped_letters_are_shown_as_escapes(platform: FakePlatform) -> None:
    platform.touch(LI, Touch.MESSAGE)
    message = {"touser": LI, "msgtype": "text", "text": {"content": "你\n\\u4f60"}}
    assert call(platform, SEND, json.dumps(message).encode()) == 0
    assert platform.messages(LI)[-1].text == "\\u4f60\n\\u4f60"


def test_typing_needs_a_fresh_touch_and_is_not_repeatable(platform: FakePlatform) -> None:
    typing = json.dumps({"touser": LI, "command": "Typing"}).encode()
    platform.touch(LI, Touch.MESSAGE)
    assert [call(platform, TYPING, typing) for _ in range(2)] == [0, 45081]
    assert send(platform, LI, "好") == 0
    assert call(platform, TYPING, typing) == 0
    platform.shift(timedelta(seconds=31))
    assert call(platform, TYPING, typing) == 45080


def test_an_unverified_account_gets_a_token_and_may_not_send() -> None:
    with FakePlatform(Account(kind=AccountKind.SERVICE)) as platform:
        platform.touch(LI, Touch.MESSAGE)
        assert send(platform, LI, "好") == 48001
        assert platform.messages(LI) == ()


def test_wrong_credentials_are_refused_by_name(platform: FakePlatform) -> None:
    assert token(platform, appid="wx0")["errcode"] == 40013
    assert token(platform, secret="wrong")["errcode"] == 40125
    assert token(platform, grant_type="password")["errcode"] == 40002


def test_the_log_holds_every_request_with_its_outcome(platform: FakePlatform) -> None:
    platform.touch(LI, Touch.MESSAGE)
    send(platform, LI, "好")
    send(platform, "oNobody", "好")
    assert [request.errcode for request in platform.requests(SEND)] == [0, 40003]
    assert [request.path for request in platform.requests()] == [STABLE_TOKEN, SEND] * 2
