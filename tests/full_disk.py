"""Disks that are full for a while: a small one that is really filled, and a limit on files."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hosts import group
from tests.running import Running

MEGABYTES = 24
"""The service itself needs some fifteen before the first message: its word list and figures."""


class NoSmallDiskError(Exception):
    """Only root may mount one."""


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system of its own, of a few megabytes."""

    path: Path

    def fill(self) -> None:
        """To the last byte; again, if something has become free."""
        with (self.path / "filler").open("ab", buffering=0) as filler:
            for size in (65_536, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    continue

    def free(self) -> None:
        (self.path / "filler").unlink()


@contextmanager
def small_disk(place: Path) -> Iterator[SmallDisk]:
    """Mounted at a new folder. Raises NoSmallDiskError."""
    if os.geteuid() != 0:
        raise NoSmallDiskError
    place.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place))
    subprocess.run(["mount", *options], check=True)
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def let_files_grow(service: Running, *, allowed: bool) -> None:
    """Forbids every process of a service to make any file longer, as a quota does, or allows it."""
    assert service.process is not None
    for process in map(int, group(service.process.pid)):
        _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most if allowed else 0, most))
