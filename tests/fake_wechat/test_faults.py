"""Faults do what they say, as a client over HTTP meets them."""

import json
import time
from collections.abc import Iterator

import pytest
import requests

from tests.fake_wechat import (
    SEND,
    FakePlatform,
    Fault,
    Touch,
    bad_gateway,
    busy,
    hang,
    html_page,
    lost_answer,
    refusing,
    reset,
    slow,
)

LI, WANG = "oLi", "oWang"


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as running:
        running.touch(LI, Touch.MESSAGE)
        running.touch(WANG, Touch.MESSAGE)
        yield running


@pytest.fixture
def client() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def send(client: requests.Session, platform: FakePlatform, to: str = LI) -> requests.Response:
    token, _ = platform.state.tokens.stable(force=False)
    message = {"touser": to, "msgtype": "text", "text": {"content": "ok"}}
    url, params = platform.url + SEND, {"access_token": token}
    return client.post(url, params=params, data=json.dumps(message), timeout=0.5)


def test_busy_twice_then_it_works(client: requests.Session, platform: FakePlatform) -> None:
    platform.fault(SEND, busy(2))
    assert [send(client, platform).json()["errcode"] for _ in range(3)] == [-1, -1, 0]
    assert len(platform.messages(LI)) == 1


@pytest.mark.parametrize(("fault", "status"), [(bad_gateway(), 502), (html_page(), 200)])
def test_a_page_comes_instead_of_an_answer(
    client: requests.Session, platform: FakePlatform, fault: Fault, status: int
) -> None:
    platform.fault(SEND, fault)
    answer = send(client, platform)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert b"<html>" in answer.content
    assert platform.messages(LI) == ()


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (reset(), requests.ConnectionError, 0),
        (hang(30), requests.ReadTimeout, 0),
        (slow(30), requests.ReadTimeout, 1),
        (lost_answer(), requests.ConnectionError, 1),
    ],
)
def test_without_an_answer_only_some_messages_have_arrived(
    client: requests.Session,
    platform: FakePlatform,
    fault: Fault,
    error: type[Exception],
    arrived: int,
) -> None:
    platform.fault(SEND, fault)
    with pytest.raises(error):
        send(client, platform)
    assert len(platform.messages(LI)) == arrived
    assert platform.requests(SEND)[-1].fault == fault.kind
    assert send(client, platform).json()["errcode"] == 0


def test_a_reset_is_a_reset_and_not_an_orderly_end(
    client: requests.Session, platform: FakePlatform
) -> None:
    platform.fault(SEND, reset())
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        send(client, platform)


def test_a_fault_for_one_resident_leaves_the_others_alone(
    client: requests.Session, platform: FakePlatform
) -> None:
    waiting = refusing(45009, times=None)
    platform.fault(SEND, Fault(waiting.kind, None, errcode=45009, openid=LI))
    codes = [send(client, platform, to).json()["errcode"] for to in (LI, WANG, LI)]
    assert codes == [45009, 0, 45009]
    platform.clear_faults(SEND)
    assert send(client, platform).json()["errcode"] == 0


def test_a_stopped_platform_cuts_kept_connections_and_comes_back_at_the_same_address(
    client: requests.Session, platform: FakePlatform
) -> None:
    platform.fault(SEND, hang(30))
    with requests.Session() as other, pytest.raises(requests.ReadTimeout):
        send(other, platform)
    assert send(client, platform).json()["errcode"] == 0
    began = time.monotonic()
    platform.stop()
    assert time.monotonic() - began < 2
    with pytest.raises(requests.ConnectionError):
        send(client, platform)
    platform.start()
    assert send(client, platform).json()["errcode"] == 0
    assert len(platform.messages(LI)) == 2
