"""Several hosts on one machine: each has its own checkout, data folder and temporary folder."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.running import ROOT, Running

CODE = ("bot", "config", "handlers", "knowledge", "wsgi.py")
"""What a checkout needs to run."""


def make_host(folder: Path, part: str, settings: Mapping[str, str]) -> Running:
    """A host that runs one part from its own copy of the code; not started yet."""
    checkout, temporary = folder / "checkout", folder / "tmp"
    copy_code(checkout)
    temporary.mkdir()
    return Running(
        folder, dict(settings) | {"TMPDIR": str(temporary)}, part=part, checkout=checkout
    )


def copy_code(to: Path) -> None:
    """A checkout as good as any."""
    for name in CODE:
        _copy(ROOT / name, to / name)


def _copy(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, to)


@contextmanager
def started(hosts: Sequence[Running]) -> Iterator[None]:
    """Starts them one after the other, as a database that is empty wants it; stops all."""
    try:
        for host in hosts:
            host.start()
        yield
    finally:
        for host in hosts:
            if host.process is not None and host.process.poll() is None:
                host.stop()


def foreign_files(host: Running, everybody: Sequence[Running]) -> set[str]:
    """What a running host has open of another host's folder or of this checkout's code."""
    assert host.process is not None
    others = [str(other.folder) for other in everybody if other is not host]
    others += [str(ROOT / name) for name in CODE]
    touched = {
        path for process in group(host.process.pid) for path in _touched(Path("/proc") / process)
    }
    return {path for path in touched if any(path.startswith(f"{other}/") for other in others)}


def group(leader: int) -> list[str]:
    """The processes of a process group."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if folder.name.isdecimal() and int(after_name[2]) == leader:
            found.append(folder.name)
    return found


def _touched(process: Path) -> set[str]:
    """Open files, mapped files, and where it stands."""
    paths = set()
    try:
        for link in [process / "cwd", *(process / "fd").iterdir()]:
            paths.add(str(link.readlink()))
        for line in (process / "maps").read_text().splitlines():
            paths.add(line.split(maxsplit=5)[-1])
    except OSError:  # it ended, or closed the file, while we looked
        pass
    return paths
