"""`/metrics`: what the processes of this host counted, and how full the desk and outbox are now."""

import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bot import figures
from bot.services import Services
from bot.storage.backlog import Backlog, backlog
from bot.web.access import open_to_all
from handlers.errors import Unreachable


def metrics_pages(services: Services) -> Blueprint:
    """`/metrics`: 404 without METRICS_TOKEN, 401 without the token as bearer."""
    pages = Blueprint("metrics", __name__)

    @pages.get("/metrics")
    @open_to_all
    def metrics() -> Response:
        _require_token(services)
        shown = CollectorRegistry()
        shown.register(_Everything(services))
        return Response(generate_latest(shown), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return pages


def _require_token(services: Services) -> None:
    secret = services.settings.metrics_token
    if secret is None:
        abort(404)
    expected = f"Bearer {secret.get_secret_value()}"
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        refused = Response(status=401)
        refused.headers["WWW-Authenticate"] = "Bearer"
        abort(refused)


@dataclass(frozen=True, slots=True, eq=False)
class _Everything(Collector):
    """What was counted, then what stands in the database."""

    services: Services

    def collect(self) -> Iterator[Metric]:
        yield from self._counted()
        yield self._edition()
        yield from self._standing()

    def _counted(self) -> Iterator[Metric]:
        if figures.MULTIPROCESS not in os.environ:
            yield from figures.registry.collect()
            return
        folder = self.services.settings.data_dir / figures.FOLDER
        yield from MultiProcessCollector.merge(  # type: ignore[no-untyped-call]
            figures.counting_files(folder)
        )

    def _edition(self) -> Metric:
        edition = GaugeMetricFamily(
            "faxiaomei_edition", "Number of the publication that this process answers with."
        )
        edition.add_metric((), self.services.editions.current.number)
        return edition

    def _standing(self) -> Iterator[Metric]:
        reached = GaugeMetricFamily("faxiaomei_database_up", "1 if the database answers.")
        try:
            found = backlog(self.services.store.engine)
        except Unreachable:
            reached.add_metric((), 0)
            yield reached
            return
        reached.add_metric((), 1)
        yield reached
        published = GaugeMetricFamily(
            "faxiaomei_publication", "Number of the last publication of staff."
        )
        published.add_metric((), found.publication)
        yield published
        yield from self._families(found)

    def _families(self, found: Backlog) -> Iterator[Metric]:
        now = self.services.clock()
        waiting = GaugeMetricFamily(
            "faxiaomei_waiting_consultations",
            "Consultations that nobody has taken.",
            labels=("priority",),
        )
        oldest = GaugeMetricFamily(
            "faxiaomei_oldest_waiting_seconds",
            "Age of the oldest of them; 0 if there is none.",
            labels=("priority",),
        )
        for priority, queue in found.waiting.items():
            age = 0.0 if queue.since is None else (now - queue.since).total_seconds()
            waiting.add_metric((str(priority),), queue.count)
            oldest.add_metric((str(priority),), max(0.0, age))
        outbox = GaugeMetricFamily(
            "faxiaomei_deliveries", "Answers on their way back.", labels=("state",)
        )
        for state, count in found.deliveries.items():
            outbox.add_metric((str(state),), count)
        yield from (waiting, oldest, outbox)
