"""The service as it really runs: `bot.run` in a process group of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from click.testing import Result

from bot.app import create_app
from bot.bootstrap import build
from bot.services import Services
from config.settings import Settings

ROOT = Path(__file__).parent.parent
READY_WITHIN = 90.0
STOPS_WITHIN = 60.0
_SETTINGS = frozenset(Settings.model_fields)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


@dataclass
class Running:
    """One service over one data folder; it may be killed and started again.

    With a `part` ("web" or "worker") only that one, as systemd runs it; `checkout` is the folder
    whose code runs.
    """

    folder: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    part: str = ""
    checkout: Path = ROOT
    _said_before: int = 0
    _services: Services | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    def start(self, until: str = "/readyz") -> float:
        """Starts it; the seconds until it was ready, or alive with `/healthz`."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._said_before = log.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.run", *self.part.split()],
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() - began < READY_WITHIN:
            if self.is_ready(until):
                return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        if self.process.poll() is None:
            self.kill()
        raise RuntimeError(self.log.read_text("utf-8")[-3_000:])

    def is_ready(self, path: str = "/readyz") -> bool:
        """The answer of the web part; a worker alone has only its log to say so."""
        if self.part == "worker":
            return b"worker_started" in self.log.read_bytes()[self._said_before :]
        try:
            return requests.get(f"{self.url}{path}", timeout=1).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """kill -9 of the whole process group."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, as a terminal or systemd would; the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def flask(self, *arguments: str) -> str:
        """What a `flask` command prints on stdout."""
        done = self.flask_whatever(*arguments)
        done.check_returncode()
        return done.stdout

    def flask_whatever(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `flask` command with whatever status it ends."""
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def flask_here(self, *arguments: str) -> str:
        """As `flask`, in this process: for what a command tells, not for how it is started."""
        done = self.flask_here_whatever(*arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    def flask_here_whatever(self, *arguments: str) -> Result:
        """As `flask_whatever`, in this process; an error that no command foresaw is raised."""
        if self._services is None:
            given = {name.lower(): value for name, value in self._environment().items()}
            ours: dict[str, Any] = {name: given[name] for name in given.keys() & _SETTINGS}
            ours["_env_file"] = self.folder / ".env"
            self._services = build(Settings(**ours))
        try:
            done = create_app(self._services).test_cli_runner().invoke(args=arguments)
        finally:
            self._services.store.engine.dispose()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    def _environment(self) -> dict[str, str]:
        ours = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self.checkout),
            "PORT": str(self.port),
            "DATA_DIR": str(self.folder / "var"),
            "LOG_LEVEL": "INFO",
            "LANG": "C.UTF-8",
        }
        return ours | dict(self.environment)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Running]:
    """A started service, stopped at the end whatever happens."""
    service = Running(folder, settings)
    service.start()
    try:
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.stop()
