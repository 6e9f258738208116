"""The web server's worker: nobody who is slow or unreadable keeps others from being heard."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import requests
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from bot.run import web_command
from bot.web.serving import ARRIVES_WITHIN, MOST_LET_PASS, PunctualWorker
from config.settings import Settings
from tests.hostile.table import exchange
from tests.running import ROOT, free_port
from tests.waiting import PATIENCE, until

MARKER = "zqxj7"
BUSY = 10.0
"""Seconds that a busy machine may lose; whoever is not cut off drips for sixty."""
START = b"POST /wechat?signature=0 HTTP/1.1\r\nHost: x\r\n"


class HastyWorker(PunctualWorker):
    """As the service's own, and gives up sooner."""

    arrives_within = ARRIVES_WITHIN / 4


OURS, HASTY = (f"{kind.__module__}.{kind.__name__}" for kind in (PunctualWorker, HastyWorker))


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """One worker with two threads, on a database nobody prepared: no request gets that far."""
    port = free_port()
    command = web_command(Settings(port=port, web_workers=1, web_threads=2))
    line = [HASTY if word == OURS else word for word in command]
    assert HASTY in line
    folder = tmp_path_factory.mktemp("serving")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(folder),
        "SECRET_KEY": "a secret of tests, long enough for anybody",
        "WECHAT_TOKEN": "token4tests",
    }
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *line], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_alive(port)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_until_alive(port: int) -> None:
    def alive() -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=1).ok
        except requests.RequestException:
            return False

    until(alive, "the server did not start")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (f"{MARKER}\r\n\r\n", 400),
        (f"GET /wechat HTTP/9.9{MARKER}\r\n\r\n", 400),
        (f"G<{MARKER}> /wechat HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (f"GET /wechat HTTP/1.1\r\nHost: x\r\nX {MARKER}: 1\r\n\r\n", 400),
        (f"GET /wechat?nonce=\xff{MARKER} HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (f"GET /wechat?{MARKER * 2_000} HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (f"GET /wechat HTTP/1.1\r\nHost: x\r\nX: {MARKER * 20_000}\r\n\r\n", 431),
        (f"POST /wechat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {MARKER}\r\n\r\n", 400),
        (f"POST /wechat HTTP/1.1\r\nHost: x\r\nExpect: {MARKER}\r\n\r\n", 417),
    ],
)
def test_what_cannot_be_read_is_refused_without_repeating_it(
    port: int, request_: str, status: int
) -> None:
    given, body = exchange(port, request_.encode("latin-1"))
    assert given == status
    assert MARKER.encode() not in body


def test_slow_senders_do_not_keep_others_waiting(port: int) -> None:
    ways = [
        START,
        START + b"Content-Length: 500\r\n\r\n<xml>",
        START + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<xm",
    ]
    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(_drop_by_drop, port, sent) for sent in ways]
        time.sleep(1)
        began = time.monotonic()
        alive = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60)
        waited = time.monotonic() - began
        seconds = [one.result() for one in slow]
    assert alive.ok
    # Three of them share two threads: the last is cut off after the first two.
    assert waited < HastyWorker.arrives_within + BUSY
    assert max(seconds) < 2 * (HastyWorker.arrives_within + BUSY)


def test_who_says_nothing_takes_no_place(port: int) -> None:
    """Ten times as many as there are threads."""
    with ExitStack() as silent:
        for _ in range(20):
            silent.enter_context(socket.create_connection(("127.0.0.1", port), 60))
        began = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=60).ok
        assert time.monotonic() - began < 1.0


def test_who_says_nothing_at_first_is_heard_later_and_who_never_does_is_let_go(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as late:
        time.sleep(0.5)
        late.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert late.recv(1_000).startswith(b"HTTP/1.1 200")
    with socket.create_connection(("127.0.0.1", port), 10) as silent:
        assert silent.recv(1_000) == b""


def _drop_by_drop(port: int, start: bytes) -> float:
    """A byte every half second until the server has had enough; the seconds that took."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), 60) as wire:
        wire.sendall(start)
        wire.settimeout(0.5)
        while time.monotonic() - began < 60:
            try:
                if wire.recv(1_000) is not None:
                    break
            except TimeoutError:
                wire.sendall(b"a")
    return time.monotonic() - began


ROUNDS = 40


class Accepting(PunctualWorker):
    """A worker that has some connections and notes how many it has then."""

    def __init__(self, connections: int) -> None:
        self.nr_conns = connections
        self.cfg = Config()

    def enqueue_req(self, conn: TConn) -> None:
        conn.close()


def test_a_process_with_connections_lets_one_without_go_first() -> None:
    """They stay where they came to: else one process answers all and the other none."""
    taken_by_idle = 0
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(2) as pool:
        listener.settimeout(0)
        for _ in range(ROUNDS):
            busy, idle = Accepting(MOST_LET_PASS), Accepting(0)
            with socket.create_connection(listener.getsockname()):
                both = [pool.submit(worker.accept, listener) for worker in (busy, idle)]
                for accepted in both:
                    accepted.result()
            assert busy.nr_conns + idle.nr_conns == MOST_LET_PASS + 1
            taken_by_idle += idle.nr_conns
    assert taken_by_idle > ROUNDS / 2
