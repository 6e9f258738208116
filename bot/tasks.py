"""The task engine: wakes the courier at once, at a chosen time, and every minute for what was lost.

Tasks hold only delivery ids and may be lost or doubled freely: the outbox is the truth
(docs/adr/0003-outbox-and-huey.md).
"""

import logging
from dataclasses import dataclass
from threading import Lock
from time import sleep
from typing import Any

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from config.settings import Settings
from handlers.cases import DeliveryId
from handlers.courier import Courier
from handlers.errors import Unreachable
from handlers.ports import Clock

log = logging.getLogger(__name__)

COURIERS = 4
"""Threads of one worker. A push waits for the network, not for the processor."""
_SLOWEST_POLL = 0.5
"""Seconds between looks into an idle queue: the push promise is five seconds in all."""

_START_AGAIN = 2.0
"""Seconds before the engine is tried once more."""


class Tasks:
    """The engine and its two tasks. Connects when first used, not before."""

    def __init__(self, settings: Settings, courier: Courier, clock: Clock) -> None:
        self._settings = settings
        self._courier = courier
        self._clock = clock
        self._lock = Lock()
        self._engine: _Engine | None = None

    def wake(self, delivery: DeliveryId) -> None:
        """Asks a worker to try a delivery now. Never raises: the sweep finds what was lost."""
        try:
            self._started().deliver(int(delivery))
        except Exception:  # an engine that is down must not fail the answer that was kept
            log.exception("wake_failed", extra={"delivery": delivery})

    def run(self) -> None:
        """Works until the process is told to stop; what has begun is finished first."""
        engine = self._started_at_last()
        try:
            self.sweep()
        except Unreachable:  # it must be there when the database comes back
            log.warning("sweep_put_off")
        Consumer(
            engine.huey,
            workers=COURIERS,
            max_delay=_SLOWEST_POLL,
            scheduler_interval=1,
            graceful_signal="TERM",
        ).run()

    def sweep(self) -> None:
        """Wakes everything that should have been tried by now. Any number may do so at once."""
        for delivery in self._courier.overdue():
            self.wake(delivery)

    def _started(self) -> "_Engine":
        with self._lock:
            if self._engine is None:
                huey = _huey(self._settings)
                huey.periodic_task(crontab(minute="*"), name="sweep")(self.sweep)
                self._engine = _Engine(huey, huey.task(name="deliver")(self._deliver))
            return self._engine

    def _started_at_last(self) -> "_Engine":
        """The engine, however long its own store is away."""
        while True:
            try:
                return self._started()
            except Exception:  # each store has errors of its own
                log.exception("engine_not_ready")
                sleep(_START_AGAIN)

    def _deliver(self, delivery: int) -> None:
        again = self._courier.deliver_one(DeliveryId(delivery))
        if again is not None:
            pause = max(0.0, (again - self._clock()).total_seconds())
            self._started().deliver.schedule((delivery,), delay=pause)


@dataclass(frozen=True, slots=True)
class _Engine:
    """A huey with our tasks registered; `deliver` is huey's wrapper, which has no types."""

    huey: Huey
    deliver: Any


def _huey(settings: Settings) -> Huey:
    """Redis if there is one, else the database's own kind."""
    if settings.redis_url is not None:
        return RedisHuey("faxiaomei", url=settings.redis_url.get_secret_value(), results=False)
    if settings.database.startswith("postgresql"):
        dsn = settings.database.replace("postgresql+psycopg:", "postgresql:", 1)
        return PostgresHuey("faxiaomei", dsn=dsn, results=False)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("faxiaomei", filename=str(settings.data_dir / "tasks.sqlite3"), results=False)
