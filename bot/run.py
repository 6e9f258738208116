"""`make run`: web and worker side by side in one process group, or one of them alone.

Prepares a first start, starts both, says where to go, and stops both when told to. A child that
dies is started again; the database is the truth, so nothing is lost with it. One part by
itself (`python -m bot.run web`) is for systemd and containers, which watch over it.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import requests

from bot.figures import FOLDER, MULTIPROCESS
from bot.first_start import (
    ADMINISTRATOR,
    note_prepared,
    prepare_database,
    was_prepared,
    write_secrets,
)
from bot.speech import say
from bot.spool import Spool
from bot.storage.migrate import upgrade
from config.logs import start_logging
from config.settings import Settings, SettingsError, read_settings
from handlers.errors import Unreachable

STOP_WITHIN = 20.0
"""Seconds that children get to finish what they began."""
HASTY = 5.0
"""A child that lives for fewer seconds did not start properly."""
MOST_HASTY_ENDS = 3
_LOOK_EVERY = 0.2
_STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Told to, by Ctrl-C, or because the terminal was closed."""


@dataclass(slots=True)
class Child:
    """One of the processes, started again when it dies."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    started: float
    hasty_ends: int = 0

    @classmethod
    def start(cls, name: str, settings: Settings) -> "Child":
        """Starts it in our process group."""
        line, environment = command_of(name, settings), environment_of(name, settings)
        process = subprocess.Popen(line, env=environment)  # noqa: S603  our own line
        return cls(name, line, environment, process, time.monotonic())

    def stays_up(self) -> bool:
        """Starts it again if it is dead; False if that was in vain too often."""
        if self.process.poll() is None:
            return True
        hasty = time.monotonic() - self.started < HASTY
        self.hasty_ends = self.hasty_ends + 1 if hasty else 0
        if self.hasty_ends >= MOST_HASTY_ENDS:
            return False
        self.process = subprocess.Popen(self.command, env=self.environment)  # noqa: S603
        self.started = time.monotonic()
        return True


def main(asked: Sequence[str]) -> int:
    """Runs until told to stop; the exit status."""
    if asked:
        return _become(asked[0])
    if write_secrets(Path(".env")):
        _tell(say("secrets_written"))
    try:
        settings = read_settings()
    except SettingsError as error:
        _tell(say("bad_settings", faults=error))
        return 2
    if _port_is_taken(settings):
        _tell(say("port_taken", port=settings.port))
        return 2
    start_logging(settings.log_level)
    _tell_of_the_spool(settings)
    _tell(say("preparing"))
    password = None
    try:
        password = prepare_database(settings.database)
        note_prepared(settings.data_dir)
    except Unreachable:
        _tell(say("no_database"))
        if not was_prepared(settings.data_dir):
            return 2
        _tell(say("started_without_database"))
    return _supervise(settings, password)


def _become(part: str) -> int:
    """Turns this process into one part; returns only in vain. The web part migrates first."""
    if part not in PARTS:
        _tell(say("no_such_part", part=part))
        return 2
    try:
        settings = read_settings()
    except SettingsError as error:
        _tell(say("bad_settings", faults=error))
        return 2
    if part == "web":
        try:
            upgrade(settings.database)
            note_prepared(settings.data_dir)
        except Unreachable:
            _tell(say("no_database"))
            if not was_prepared(settings.data_dir):
                return 2
    else:
        _tell_of_the_spool(settings)
    line = command_of(part, settings)
    return os.execve(line[0], line, environment_of(part, settings))  # noqa: S606  our own line


def _tell_of_the_spool(settings: Settings) -> None:
    """Messages that nobody can open must not wait unseen: the right key brings them back."""
    spool = Spool.under(settings.data_dir, settings.personal_data_key)
    if not spool.is_ours():
        _tell(say("spool_locked_out", folder=spool.path))
    if closed := spool.closed():
        _tell(say("spool_closed", folder=spool.path, files=closed))


def command_of(part: str, settings: Settings) -> list[str]:
    """The command line of a part."""
    return [sys.executable, "-m", *PARTS[part](settings)]


def environment_of(part: str, settings: Settings) -> dict[str, str]:
    """The environment of a part, with an empty folder where its processes count."""
    folder = settings.data_dir.resolve() / FOLDER / part
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)
    return os.environ | {MULTIPROCESS: str(folder)}


def web_command(settings: Settings) -> tuple[str, ...]:
    """Gunicorn as this machine runs it: loaded once, then forked, so that memory is shared."""
    return (
        *("gunicorn", "wsgi:serving()", "--preload", "--no-control-socket"),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--worker-class", "bot.web.serving.PunctualWorker"),
        *("--workers", str(settings.web_workers)),
        *("--threads", str(settings.web_threads)),
        *("--graceful-timeout", "15", "--log-level", "warning"),
    )


def worker_command(_: Settings) -> tuple[str, ...]:
    """The process that delivers."""
    return ("flask", "--app", "wsgi", "worker")


PARTS: Mapping[str, Callable[[Settings], tuple[str, ...]]] = {
    "web": web_command,
    "worker": worker_command,
}


def _supervise(settings: Settings, password: str | None) -> int:
    told_to_stop = Event()
    for number in _STOPS:
        # Who started us by `nohup` wants us to outlive the terminal, and nothing more.
        ignored = number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN
        if not ignored:
            signal.signal(number, lambda *_: told_to_stop.set())
    children = tuple(Child.start(part, settings) for part in PARTS)
    welcomed = False
    status = 0
    while not told_to_stop.wait(_LOOK_EVERY):
        if not welcomed and _is_ready(settings):
            _welcome(settings, password)
            welcomed = True
        fallen = next((child for child in children if not child.stays_up()), None)
        if fallen is not None:
            _tell(say("child_failed", name=fallen.name))
            status = 1
            break
    _stop(children)
    return status


def _stop(children: tuple[Child, ...]) -> None:
    deadline = time.monotonic() + STOP_WITHIN
    for child in children:
        child.process.terminate()
    for child in children:
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()


def _welcome(settings: Settings, password: str | None) -> None:
    _tell(say("ready", address=_address(settings)))
    if password is not None:
        _tell(say("first_admin", name=ADMINISTRATOR, password=password))


def _address(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    return f"http://{host}:{settings.port}"


def _is_ready(settings: Settings) -> bool:
    try:
        return requests.get(f"{_address(settings)}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


def _port_is_taken(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return True
    return False


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
