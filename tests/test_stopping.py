"""A service that is told to stop finishes what it began."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.bot.site import UNANSWERABLE, Visitor
from tests.fake_wechat import SEND, FakePlatform, Mode, Resident, slow
from tests.running import Running
from tests.waiting import PATIENCE

WECHAT_TOKEN = "token4tests"
HOW = pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
"""systemd, Ctrl-C, and a terminal that is closed."""

SLOW = 2.0
"""Seconds that what was begun takes after the signal came."""


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        yield platform


@pytest.fixture(autouse=True)
def heeded_hang_up() -> Iterator[None]:
    """What is started here inherits what we ignore: whoever runs tests by `nohup` ignores some."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def service(platform: FakePlatform, tmp_path: Path) -> Iterator[Running]:
    service = Running(tmp_path, platform.settings() | {"WECHAT_TOKEN": WECHAT_TOKEN})
    service.start()
    yield service
    if service.process is not None and service.process.poll() is None:
        service.kill()


def tell_the_group_to_stop(service: Running, how: signal.Signals) -> None:
    """Supervisor, gunicorn's master and workers, and the courier all hear it."""
    assert service.process is not None
    os.killpg(service.process.pid, how)


def state_of_the_answer(service: Running) -> str:
    """Straight from the file: a command would take as long as what it looks at."""
    with closing(sqlite3.connect(database_of(service))) as database:
        return str(database.execute("SELECT state FROM deliveries").fetchone()[0])


def database_of(service: Running) -> Path:
    return service.folder / "var" / "faxiaomei.sqlite3"


def status(service: Running) -> int:
    assert service.process is not None
    return service.process.wait(PATIENCE)


@HOW
def test_a_message_on_its_way_in_is_kept_and_answered(
    service: Running, how: signal.Signals
) -> None:
    visitor = Visitor(service.url)
    visitor.open()
    with ThreadPoolExecutor(1) as pool:
        other = sqlite3.connect(database_of(service), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        asked = pool.submit(visitor.say, UNANSWERABLE)
        time.sleep(1.0)
        tell_the_group_to_stop(service, how)
        time.sleep(SLOW)
        assert not asked.done()
        other.execute("COMMIT")
        other.close()
        assert "编号" in asked.result(PATIENCE)["text"]
    assert status(service) == 0
    with pytest.raises(requests.ConnectionError):
        visitor.open()
    assert UNANSWERABLE in service.flask("export", "messages")


@HOW
def test_an_answer_on_its_way_out_is_sent_once_and_noted(
    service: Running, platform: FakePlatform, how: signal.Signals
) -> None:
    webhook = platform.webhook(f"{service.url}/wechat", WECHAT_TOKEN, Mode.PLAIN)
    resident = Resident(webhook, platform)
    resident.send_text(UNANSWERABLE)
    platform.fault(SEND, slow(SLOW))
    latest = ("--resident", resident.openid)
    service.flask("consultation", "answer", *latest, "--text", "先找村委会。")
    resident.wait_for("先找村委会")
    assert state_of_the_answer(service) == "sending"
    tell_the_group_to_stop(service, how)
    assert status(service) == 0
    assert state_of_the_answer(service) == "sent"
    assert len([text for text in resident.seen if "先找村委会" in text]) == 1
