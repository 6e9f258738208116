"""A PostgreSQL of one test's own that keeps what it promised, over TCP, and can be killed."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests import postgres
from tests.running import free_port

_STARTS_WITHIN = 60.0


@dataclass
class PostgresAlone:
    """As it comes out of the box: what is committed survives a kill -9 of all its processes."""

    binaries: Path
    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"postgresql://{postgres.ROLE}@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        """Makes the cluster."""
        plain = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._do("initdb", "-D", self._cluster, "-U", postgres.ROLE, *plain)

    def start(self) -> None:
        """Returns when it answers, its recovery included."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        settings = "-c max_connections=200 -c shared_buffers=64MB"
        log = ("-l", self.folder / "log")
        self._do("pg_ctl", "start", "-D", self._cluster, "-W", *log, "-o", f"{options} {settings}")
        deadline = time.monotonic() + _STARTS_WITHIN
        while not self._answers():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()[-2_000:]
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 of the server and of everything it started."""
        first = int((self._cluster / "postmaster.pid").read_text().split()[0])
        everybody = [first, *_children(first)]
        for process in everybody:
            os.kill(process, signal.SIGKILL)
        # Those it left behind keep the shared memory, without which nothing starts.
        while any(Path(f"/proc/{process}").exists() for process in everybody):
            time.sleep(0.02)

    def stop(self) -> None:
        """Whatever state it is in."""
        if (self._cluster / "postmaster.pid").exists():
            self.kill()

    @property
    def _cluster(self) -> Path:
        return self.folder / "db"

    def _do(self, program: str, *arguments: str | Path) -> None:
        postgres._as_somebody(self.binaries / program, *arguments)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _children(parent: int) -> list[int]:
    """The processes that a process started and that are still there."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            # The name of a program may hold blanks; it stands in brackets.
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == parent:
            found.append(int(folder.name))
    return found


@contextmanager
def postgres_alone() -> Iterator[PostgresAlone]:
    """A started server, gone at the end. Raises NoPostgresError."""
    binaries = postgres._binaries()
    if binaries is None:
        raise postgres.NoPostgresError(postgres.HOW_TO_GET_IT.format("no program that runs here"))
    folder = Path(tempfile.mkdtemp(prefix="faxiaomei-pg-"))
    server = PostgresAlone(binaries, folder)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, *postgres._somebody())
        server.prepare()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
