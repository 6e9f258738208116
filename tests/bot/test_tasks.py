"""The task engine over each of its stores: a wake-up reaches the courier within seconds."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from huey.consumer import Consumer
from pydantic import SecretStr

from bot import tasks as tasks_module
from bot.clock import now
from bot.tasks import Tasks
from config.settings import Settings
from handlers.cases import AttachmentId, DeliveryId
from handlers.collector import Collector
from handlers.courier import Courier
from tests.redis_server import NoRedisError, redis_server
from tests.running import free_port
from tests.waiting import PATIENCE, until

PROMISE = timedelta(seconds=5)
"""Until an answer is pushed, and until the platform gives a reply up."""


class HandCourier:
    """Counts what it is asked to deliver; the first try is to be repeated after a second."""

    def __init__(self) -> None:
        self.tried: list[tuple[int, datetime]] = []
        self.late: list[DeliveryId] = []

    def deliver_one(self, delivery: DeliveryId) -> datetime | None:
        self.tried.append((delivery, now()))
        return now() + timedelta(seconds=1) if len(self.tried) == 1 else None

    def overdue(self) -> list[DeliveryId]:
        late, self.late = self.late, []
        return late


class HandCollector:
    """Counts what it is asked to fetch; the first try is to be repeated after a second."""

    def __init__(self, *late: AttachmentId) -> None:
        self.late = list(late)
        self.tried: list[tuple[int, datetime]] = []

    def collect_one(self, attachment: AttachmentId) -> datetime | None:
        self.tried.append((attachment, now()))
        if len(self.tried) > 1:
            self.late.remove(attachment)
            return None
        return now() + timedelta(seconds=1)

    def overdue(self) -> list[AttachmentId]:
        waits = len(self.tried) == 1 and now() - self.tried[0][1] < timedelta(seconds=1)
        return [] if waits else list(self.late)


def engine(
    settings: Settings, courier: HandCourier, collector: HandCollector | None = None
) -> Tasks:
    by_hand = cast("Collector", collector or HandCollector())
    return Tasks(settings, cast("Courier", courier), by_hand, now)


@pytest.fixture
def redis_url() -> Iterator[str]:
    try:
        with redis_server() as server:
            yield server.url
    except NoRedisError as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    match request.param:
        case "postgresql":
            url = SecretStr(request.getfixturevalue("postgres_url"))
            return Settings(data_dir=tmp_path, database_url=url)
        case "redis":
            url = SecretStr(request.getfixturevalue("redis_url"))
            return Settings(data_dir=tmp_path, redis_url=url)
    return Settings(data_dir=tmp_path)


def test_a_wake_up_in_one_process_reaches_the_worker_and_is_repeated_in_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier = HandCourier()
    at_work = engine(settings, courier)
    web = engine(settings, HandCourier())
    stop = _run_in_thread(at_work, monkeypatch)
    try:
        woken = now()
        web.wake(DeliveryId(7))
        until(lambda: len(courier.tried) == 2)
    finally:
        stop()
    (first, at_first), (second, at_second) = courier.tried
    assert first == second == 7
    assert at_first - woken < PROMISE
    assert timedelta(seconds=1) <= at_second - at_first < 2 * PROMISE


def test_a_worker_begins_with_what_was_left_over(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    courier = HandCourier()
    courier.late = [DeliveryId(3)]
    stop = _run_in_thread(engine(settings, courier), monkeypatch)
    try:
        until(lambda: bool(courier.tried))
    finally:
        stop()
    assert courier.tried[0][0] == 3


def test_an_engine_that_is_down_fails_nobody(tmp_path: Path) -> None:
    url = SecretStr(f"redis://127.0.0.1:{free_port()}/0")
    down = engine(Settings(data_dir=tmp_path, redis_url=url), HandCourier())
    down.wake(DeliveryId(1))
    down.gather()


def test_a_redis_that_is_silent_holds_up_no_reply(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = SecretStr(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        engine(Settings(data_dir=tmp_path, redis_url=url), HandCourier()).gather()
        assert time.monotonic() - began < PROMISE.total_seconds()


def test_all_attachments_that_wait_are_fetched_one_after_the_other_and_again_in_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = HandCollector(AttachmentId(5), AttachmentId(6))
    web = engine(settings, HandCourier())
    stop = _run_in_thread(engine(settings, HandCourier(), collector), monkeypatch)
    try:
        web.gather()
        until(lambda: not collector.late)
    finally:
        stop()
    (first, at_first), (again, at_again), (second, _) = collector.tried
    assert (first, again, second) == (5, 5, 6)
    assert timedelta(seconds=1) <= at_again - at_first < 2 * PROMISE


def _run_in_thread(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a worker in this process: signals cannot be set outside the main thread."""
    consumers = []

    class ThreadConsumer(Consumer):  # type: ignore[misc]
        def _set_signal_handlers(self) -> None:
            consumers.append(self)

    monkeypatch.setattr(tasks_module, "_Workers", ThreadConsumer)
    thread = threading.Thread(target=tasks.run)
    thread.start()
    until(lambda: bool(consumers))

    def stop() -> None:
        consumers[0]._received_signal = True
        consumers[0].stop(graceful=True)
        thread.join(PATIENCE)
        assert not thread.is_alive()

    return stop
