"""Each web process on a processor of its own, where there is one for each."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.running import ROOT, free_port

PROCESSORS = os.sched_getaffinity(0)
WITHIN = 30.0


@contextmanager
def serving(processes: int) -> Iterator[int]:
    """The id of a server's first process, which has so many children."""
    line = [
        *(sys.executable, "-m", "gunicorn", "wsgiref.simple_server:demo_app"),
        *("--worker-class", "bot.web.serving.PunctualWorker", "--workers", str(processes)),
        *("--bind", f"127.0.0.1:{free_port()}", "--no-control-socket", "--log-level", "error"),
    ]
    server = subprocess.Popen(line, cwd=ROOT)
    try:
        yield server.pid
    finally:
        server.terminate()
        server.wait(20)


def where_settled(server: int, processes: int) -> dict[int, set[int]]:
    """The processors of each child, once all are there and have been for a moment."""
    until = time.monotonic() + WITHIN
    before: dict[int, set[int]] = {}
    while True:
        written = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        found = {int(child): os.sched_getaffinity(int(child)) for child in written}
        if len(found) == processes and found == before:
            return found
        assert time.monotonic() < until, found
        before = found
        time.sleep(0.5)


@pytest.mark.skipif(len(PROCESSORS) < 2, reason="needs two processors")
def test_each_has_its_own_and_who_takes_a_place_goes_where_nobody_is() -> None:
    with serving(len(PROCESSORS)) as server:
        at_first = where_settled(server, len(PROCESSORS))
        assert sorted(map(tuple, at_first.values())) == [(one,) for one in sorted(PROCESSORS)]
        for died in list(at_first):
            os.kill(died, signal.SIGKILL)
            while died in (later := where_settled(server, len(PROCESSORS))):
                pass
            assert sorted(map(tuple, later.values())) == [(one,) for one in sorted(PROCESSORS)]


@pytest.mark.parametrize("processes", [1, len(PROCESSORS) + 1])
def test_with_more_or_fewer_the_system_decides(processes: int) -> None:
    with serving(processes) as server:
        assert set(map(frozenset, where_settled(server, processes).values())) == {
            frozenset(PROCESSORS)
        }
