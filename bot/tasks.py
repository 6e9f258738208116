"""The task engine: wakes courier and collector at once, in time, and each minute for the lost.

Tasks hold only ids and may be lost or doubled freely: outbox and attachments are the truth
(docs/adr/0003-outbox-and-huey.md, docs/adr/0008-attachments.md).
"""

import logging
import signal
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore, Lock
from time import sleep
from typing import Any

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.settings import Settings
from handlers.cases import DeliveryId
from handlers.collector import Collector
from handlers.courier import Courier
from handlers.errors import Unreachable
from handlers.ports import Clock

log = logging.getLogger(__name__)

COURIERS = 4
"""Threads of one worker. A push waits for the network, not for the processor."""
COLLECTORS = 2
"""Of those threads, how many may fetch attachments at once: a slow film must not delay answers."""
_REDIS_SECONDS = {"socket_connect_timeout": 1, "socket_timeout": 2}
"""A message that was kept must not wait for a silent Redis; huey itself asks for a second."""
_SLOWEST_POLL = 0.5
"""Seconds between looks into an idle queue: the push promise is five seconds in all."""

_START_AGAIN = 2.0
"""Seconds before the engine is tried once more."""


class Tasks:
    """The engine and its tasks. Connects when first used, not before."""

    def __init__(
        self, settings: Settings, courier: Courier, collector: Collector, clock: Clock
    ) -> None:
        self._settings = settings
        self._courier = courier
        self._collector = collector
        self._collecting = BoundedSemaphore(COLLECTORS)
        self._clock = clock
        self._lock = Lock()
        self._engine: _Engine | None = None

    def wake(self, delivery: DeliveryId) -> None:
        """Asks a worker to try a delivery now. Never raises: the sweep finds what was lost."""
        try:
            self._started().deliver(int(delivery))
        except Exception:  # an engine that is down must not fail the answer that was kept
            log.exception("wake_failed", extra={"delivery": delivery})

    def gather(self) -> None:
        """Asks a worker to look for attachments now. Never raises: the sweep finds them, too."""
        try:
            self._started().gather()
        except Exception:  # an engine that is down must not fail the message that was kept
            log.exception("gather_failed")

    def run(self) -> None:
        """Works until the process is told to stop; what has begun is finished first."""
        engine = self._started_at_last()
        try:
            self.sweep()
        except Unreachable:  # it must be there when the database comes back
            log.warning("sweep_put_off")
        _Workers(
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
        self.gather()

    def _started(self) -> "_Engine":
        with self._lock:
            if self._engine is None:
                huey = _huey(self._settings)
                huey.periodic_task(crontab(minute="*"), name="sweep")(self.sweep)
                self._engine = _Engine(
                    huey,
                    deliver=huey.task(name="deliver")(self._deliver),
                    gather=huey.task(name="gather")(self._gather),
                )
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
            self._started().deliver.schedule((delivery,), delay=self._seconds_until(again))

    def _gather(self) -> None:
        """Fetches one attachment and goes on as long as there are more, without holding up a stop.

        Where all collectors are busy one of them goes on with it.
        """
        if not self._collecting.acquire(blocking=False):
            return
        try:
            overdue = self._collector.overdue()
            again = self._collector.collect_one(overdue[0]) if overdue else None
        finally:
            self._collecting.release()
        if again is not None:
            self._started().gather.schedule(delay=self._seconds_until(again))
        if self._collector.overdue():
            self.gather()

    def _seconds_until(self, then: datetime) -> float:
        return max(0.0, (then - self._clock()).total_seconds())


class _Workers(Consumer):  # type: ignore[misc]  # huey ships no types
    """huey's threads. Where a terminal is closed, who started us tells us to stop."""

    def _set_signal_handlers(self) -> None:
        super()._set_signal_handlers()
        # huey would start itself anew, by a command line that is not ours.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


@dataclass(frozen=True, slots=True)
class _Engine:
    """A huey with our tasks registered; they are huey's wrappers, which have no types."""

    huey: Huey
    deliver: Any
    gather: Any


def _huey(settings: Settings) -> Huey:
    """Redis if there is one, else the database's own kind."""
    if settings.redis_url is not None:
        url = settings.redis_url.get_secret_value()
        pool = ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0), **_REDIS_SECONDS)
        return RedisHuey("faxiaomei", connection_pool=pool, results=False)
    if settings.database.startswith("postgresql"):
        dsn = settings.database.replace("postgresql+psycopg:", "postgresql:", 1)
        return PostgresHuey("faxiaomei", dsn=dsn, results=False)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("faxiaomei", filename=str(settings.data_dir / "tasks.sqlite3"), results=False)
