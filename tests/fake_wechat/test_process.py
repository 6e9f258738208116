"""The fake platform as a process of its own, with its switches on another port."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from tests.fake_wechat import SEND, STABLE_TOKEN, Account, RemotePlatform, Touch, Via, busy, hang

ROOT = Path(__file__).parents[2]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.fake_wechat", "--port", "0", "--control", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        yield running
        running.kill()


@pytest.fixture
def addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def send(url: str, text: str) -> int:
    account = Account()
    asked = {"grant_type": "client_credential", "appid": account.app_id}
    asked |= {"secret": account.app_secret}
    token = requests.post(url + STABLE_TOKEN, json=asked, timeout=30).json()["access_token"]
    message = {"touser": "oLi", "msgtype": "text", "text": {"content": text}}
    body = json.dumps(message, ensure_ascii=False).encode()
    answer = requests.post(url + SEND, params={"access_token": token}, data=body, timeout=30)
    return int(answer.json()["errcode"])


def test_the_switches_reach_the_other_process(addresses: dict[str, str]) -> None:
    platform, url = RemotePlatform(addresses["control_url"]), addresses["url"]
    platform.touch("oLi", Touch.MESSAGE)
    platform.fault(SEND, busy())
    assert [send(url, "工资"), send(url, "工资")] == [-1, 0]
    platform.show("oLi", Via.PASSIVE, "text", "好")
    assert [(shown.via, shown.text) for shown in platform.seen("oLi")] == [
        (Via.PUSH, "工资"),
        (Via.PASSIVE, "好"),
    ]
    assert [shown.text for shown in platform.messages()] == ["工资"]
    logged = platform.requests(SEND)
    assert [request.errcode for request in logged] == [-1, 0]
    assert json.loads(logged[1].body)["touser"] == "oLi"
    platform.shift(timedelta(hours=47))
    assert send(url, "还来得及") == 0
    platform.shift(timedelta(hours=1))
    assert send(url, "太晚") == 45015


def test_a_wrong_switch_is_refused(addresses: dict[str, str]) -> None:
    wrong = requests.post(addresses["control_url"] + "/touch", json={"openid": "oLi"}, timeout=30)
    unknown = requests.post(addresses["control_url"] + "/nothing", json={}, timeout=30)
    assert (wrong.status_code, unknown.status_code) == (400, 404)


def test_it_ends_on_a_signal_even_with_a_request_hanging(
    process: subprocess.Popen[str], addresses: dict[str, str]
) -> None:
    RemotePlatform(addresses["control_url"]).fault(SEND, hang(60))
    with pytest.raises(requests.Timeout):
        requests.post(addresses["url"] + SEND, data=b"{}", timeout=0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
