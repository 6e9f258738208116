"""A real Redis for tests, which can be killed and started again on its port."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.running import free_port

HOW_TO_GET_IT = "redis-server is missing: apt install redis-server"
_STARTS_WITHIN = 60.0


class NoRedisError(Exception):
    """There is no server to be had; the text says what to do."""


@dataclass
class RedisServer:
    """Keeps nothing over a kill: it holds only wake-ups."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when it takes connections. Raises NoRedisError."""
        program = shutil.which("redis-server")
        if program is None:
            raise NoRedisError(HOW_TO_GET_IT)
        where = ("--port", str(self.port), "--bind", "127.0.0.1")
        quietly = ("--save", "", "--loglevel", "warning")
        self.process = subprocess.Popen([program, *where, *quietly], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _STARTS_WITHIN
        while not self._listens():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A started server, gone at the end. Raises NoRedisError."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
