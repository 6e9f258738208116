"""A load generator: signed pushes prepared before, sent over kept-alive connections."""

import http.client
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.fake_wechat import Resident, Webhook, wrap


@dataclass(frozen=True, slots=True)
class Request:
    """One push as it goes over the wire."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run showed: requests a second, and seconds at some shares of all requests."""

    rate: float
    p50: float
    p95: float
    p99: float
    failed: int

    def line(self) -> str:
        """For a table."""
        figures = " ".join(f"{1000 * p:8.1f}" for p in (self.p50, self.p95, self.p99))
        return f"{self.rate:9.0f} {figures} {self.failed:7d}"


def prepared(webhook: Webhook, count: int, residents: int, text: str) -> list[Request]:
    """Pushes of many residents, each with an id of its own and its `{number}` in the text."""
    people = [Resident(webhook) for _ in range(residents)]
    texts = (text.format(number=n) for n in range(count))
    pushes = (
        people[n % residents].compose("text", {"Content": content})
        for n, content in enumerate(texts)
    )
    parcels = (wrap(webhook, push, people[0].clock()) for push in pushes)
    return [Request(f"/wechat?{urlencode(parcel.query)}", parcel.body) for parcel in parcels]


def fire(port: int, requests: Sequence[Request], clients: int, rate: float = 0.0) -> Measured:
    """Sends all of them from `clients` threads; with a `rate`, at so many a second in all.

    Whoever is free takes the next one: with shares dealt out before, those whose server is the
    quicker one would be done early and leave the rest of the machine idle.
    """
    load = _Load(port, rate, deque(enumerate(requests)))
    threads = [threading.Thread(target=load.send) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - load.began
    seconds = sorted(load.seconds)
    p50, p95, p99 = (seconds[int(len(seconds) * share)] for share in (0.5, 0.95, 0.99))
    return Measured(len(seconds) / lasted, p50, p95, p99, load.failed)


@dataclass(slots=True)
class _Load:
    """What is still to be sent, and how long each request took."""

    port: int
    rate: float
    waiting: deque[tuple[int, Request]]
    began: float = field(default_factory=time.perf_counter)
    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self) -> None:
        """One client: sends what waits over one connection, until nothing does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        mine: list[float] = []
        bad = 0
        with suppress(IndexError):
            while True:
                place, request = self.waiting.popleft()
                if self.rate:
                    due = self.began + place / self.rate
                    time.sleep(max(0.0, due - time.perf_counter()))
                start = time.perf_counter()
                connection.request("POST", request.path, request.body, {"Content-Type": "text/xml"})
                response = connection.getresponse()
                body = response.read()
                mine.append(time.perf_counter() - start)
                bad += response.status != http.client.OK or b"<xml>" not in body
        connection.close()
        with self.lock:
            self.seconds.extend(mine)
            self.failed += bad
