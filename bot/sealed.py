"""A folder of sealed files in order of arrival: nothing is "kept" before it is on the disk."""

import base64
import errno
import fcntl
import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"faxiaomei spool"
_KEY_BYTES = 32
_MARK_DIGITS = 32
"""Hexadecimal digits of a mark in a name: 128 bits."""

_NAME = re.compile(r"(\d{16})-([0-9a-f]{32})-([0-9a-f]{32})")
"""Order of arrival (microseconds since 1970), whose it is, which one it is."""

_NAME_LENGTH = 16 + 1 + _MARK_DIGITS + 1 + _MARK_DIGITS

_BEING_WRITTEN = "being-written"
_WRITING_LOCK = "writing.lock"


class NotKept(Exception):
    """Nothing was kept; `str()` of it is a code that is safe to log."""


class Unreadable(Exception):
    """The file is damaged, or sealed with another key; or the disk failed: that is its cause."""


@dataclass(frozen=True, slots=True)
class Key:
    """What seals the files, and what makes their names say nothing to a stranger."""

    seal: Fernet = field(repr=False)
    naming: bytes = field(repr=False)

    @classmethod
    def derived_from(cls, secret: str) -> Self:
        """The key of this purpose alone; the same secret gives the same one."""
        hkdf = HKDF(SHA256(), 2 * _KEY_BYTES, salt=None, info=_PURPOSE)
        derived = hkdf.derive(secret.encode())
        return cls(Fernet(base64.urlsafe_b64encode(derived[:_KEY_BYTES])), derived[_KEY_BYTES:])

    def mark(self, *words: str) -> str:
        """Words as digits that only somebody with the secret can make."""
        said = "\0".join(words).encode(errors="replace")
        return hmac.new(self.naming, said, hashlib.sha256).hexdigest()[:_MARK_DIGITS]


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """The name of a sealed file; names sort in order of arrival."""

    order: int
    owner: str
    identity: str

    @classmethod
    def read(cls, name: str) -> Self | None:
        """None for whatever is no sealed file."""
        found = _NAME.fullmatch(name)
        return None if found is None else cls(int(found[1]), found[2], found[3])

    @property
    def at(self) -> datetime:
        """When it arrived."""
        return datetime.fromtimestamp(self.order / 1_000_000, UTC)

    def __str__(self) -> str:
        return f"{self.order:016d}-{self.owner}-{self.identity}"


@dataclass(frozen=True, slots=True)
class SealedFolder:
    """Any number of processes may use one folder. Takes no more than it is allowed to."""

    path: Path
    key: Key | None
    most_files: int
    most_bytes: int

    def keep(self, content: bytes, owner: str, identity: str, at: datetime) -> bool:
        """Seals and writes; when it returns, a power cut takes nothing away.

        Its place is that of `at`, however late it is written: trying the database takes longer
        for one message than for the next. False if the owner's file of this identity was there
        already. Raises NotKept.
        """
        if self.key is None:
            raise NotKept("no_key")
        sealed = self.key.seal.encrypt(content)
        owner_mark, mark = self.key.mark(owner), self.key.mark(owner, identity)
        try:
            self._make()
            with self._writing():
                names = self._listed()
                if any(name.endswith(mark) for name in names):
                    # Whoever wrote it may have died right before it was lasting.
                    _sync(self.path)
                    return False
                self._require_room(names, len(sealed))
                self._write(Name(int(at.timestamp() * 1_000_000), owner_mark, mark), sealed)
        except OSError as error:
            raise NotKept(errno.errorcode.get(error.errno or 0, "disk")) from error
        return True

    def names(self) -> list[Name]:
        """What is here, the oldest first. Nothing if the folder cannot be read."""
        found = map(Name.read, self._listed())
        return sorted(name for name in found if name is not None)

    def holds(self, owner: str) -> bool:
        """Whether anything of this owner is here."""
        names = self._listed()
        if not names or self.key is None:
            return False
        mark = f"-{self.key.mark(owner)}-"
        return any(mark in name for name in names)

    def open(self, name: Name) -> bytes:
        """The content. Raises Unreadable."""
        if self.key is None:
            raise Unreadable("no_key")
        try:
            return self.key.seal.decrypt((self.path / str(name)).read_bytes())
        except (OSError, InvalidToken) as error:
            raise Unreadable(type(error).__name__) from error

    def is_ours(self) -> bool:
        """Whether this process may read and write here, or make the folder."""
        above = (self.path, *self.path.absolute().parents)
        there = next(folder for folder in above if os.path.lexists(folder))
        lock = self.path / _WRITING_LOCK
        return _is_open(there) and (not os.path.lexists(lock) or os.access(lock, os.W_OK))

    def closed(self) -> int:
        """How many files do not open: damaged, or sealed with another key. All stay as they are."""
        return sum(not self._opens(name) for name in self.names())

    def move(self, name: Name, to: "SealedFolder") -> None:
        """Into another folder of the same disk, under the same name. Raises OSError.

        A file that somebody took away is no error.
        """
        to._make()
        with suppress(FileNotFoundError):
            (self.path / str(name)).rename(to.path / str(name))
        _sync(to.path)

    def remove(self, name: Name) -> None:
        """A second time changes nothing."""
        (self.path / str(name)).unlink(missing_ok=True)

    def size(self) -> int:
        """Bytes of all that is here."""
        return sum(map(self._bytes_of, self._listed()))

    def _opens(self, name: Name) -> bool:
        try:
            self.open(name)
        except Unreadable:
            # What somebody took away meanwhile is not closed.
            return not (self.path / str(name)).exists()
        return True

    def _listed(self) -> list[str]:
        """The names as they stand in the folder: listing alone is cheap, with every request.

        A folder that is not there yet, as before the first outage, is no exception.
        """
        if not os.access(self.path, os.F_OK):
            return []
        try:
            listed = os.listdir(self.path)  # noqa: PTH208  a Path for each is ten times slower
        except OSError:
            return []
        return [name for name in listed if len(name) == _NAME_LENGTH]

    def _bytes_of(self, name: str) -> int:
        try:
            return (self.path / name).stat().st_size
        except OSError:
            return 0

    def _require_room(self, names: list[str], size: int) -> None:
        if len(names) >= self.most_files:
            raise NotKept("too_many")
        if sum(map(self._bytes_of, names)) + size > self.most_bytes:
            raise NotKept("too_much")

    def _write(self, name: Name, sealed: bytes) -> None:
        """Whole or not at all: content on the disk first, then the name, then the folder."""
        unfinished = self.path / _BEING_WRITTEN
        finished = self.path / str(name)
        try:
            _write_down(unfinished, sealed)
            unfinished.rename(finished)
            _sync(self.path)
        except OSError:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
                finished.unlink(missing_ok=True)
            raise

    def _make(self) -> None:
        """Makes the folder, and its name durable in those above it."""
        if self.path.is_dir():
            return
        new = [folder for folder in (self.path, *self.path.parents) if not folder.is_dir()]
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in new:
            _sync(folder.parent)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time: else two copies of one push could become two files."""
        with locked(self.path / _WRITING_LOCK, wait=True):
            yield


@contextmanager
def locked(file: Path, *, wait: bool) -> Iterator[bool]:
    """Holds a lock that ends with the process; False if it is taken and `wait` is not wanted."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    except BaseException:
        os.close(descriptor)
        raise
    try:
        yield True
    finally:
        os.close(descriptor)


def _is_open(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def _write_down(file: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    descriptor = os.open(file, flags, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
