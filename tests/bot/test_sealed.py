"""The file format of the spool: durable before it is called kept, whole or not at all."""

import errno
import multiprocessing
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.sealed import Key, NotKept, SealedFolder, Unreadable, locked

AT = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
KEY = Key.derived_from("a personal data key of tests, long enough")
PLENTY = 1_000


def folder_at(path: Path, key: Key | None = KEY, files: int = PLENTY) -> SealedFolder:
    return SealedFolder(path, key, files, 100_000)


@pytest.fixture
def folder(tmp_path: Path) -> SealedFolder:
    return folder_at(tmp_path / "spool" / "waiting")


def contents(folder: SealedFolder) -> list[bytes]:
    return [folder.open(name) for name in folder.names()]


def test_what_is_kept_comes_back_in_order_of_arrival(folder: SealedFolder) -> None:
    for later in (3, 1, 2):
        at = AT + timedelta(microseconds=later)
        assert folder.keep(str(later).encode(), "who", f"key {later}", at)
    assert contents(folder) == [b"1", b"2", b"3"]
    assert folder.names()[0].at == AT + timedelta(microseconds=1)


def test_the_same_push_again_is_no_second_file(folder: SealedFolder) -> None:
    assert folder.keep(b"words", "who", "key", AT)
    assert not folder.keep(b"words", "who", "key", AT + timedelta(seconds=5))
    assert folder.keep(b"words", "somebody else", "key", AT)
    assert len(folder.names()) == 2


def test_files_are_the_owners_alone_and_say_nothing(folder: SealedFolder) -> None:
    folder.keep("我老公打我".encode(), "oOPENID", "m:24", AT)
    [file] = [path for path in folder.path.iterdir() if len(path.name) > 20]
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert "我老公打我".encode() not in file.read_bytes()
    assert "oOPENID" not in file.name
    assert folder.holds("oOPENID")
    assert not folder.holds("another")


def test_the_content_is_on_the_disk_before_its_name_and_the_name_before_it_is_kept(
    folder: SealedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.keep(b"first", "who", "makes the folders", AT)
    did: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def note_fsync(descriptor: int) -> None:
        did.append("sync " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def note_rename(self: Path, target: Path) -> Path:
        did.append("rename " + self.name)
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(Path, "rename", note_rename)
    folder.keep(b"second", "who", "key", AT)
    assert did == ["sync being-written", "rename being-written", "sync waiting"]


def test_new_folders_are_made_lasting_too(
    folder: SealedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    folder.keep(b"words", "who", "key", AT)
    assert tmp_path in synced
    assert tmp_path / "spool" in synced


def test_a_repeat_of_what_a_dead_writer_left_is_made_lasting(
    folder: SealedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.keep(b"words", "who", "key", AT)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    assert not folder.keep(b"words", "who", "key", AT)
    assert len(synced) == 1


@pytest.mark.parametrize("step", ["write", "fsync"])
def test_a_full_disk_keeps_nothing_and_leaves_nothing(
    folder: SealedFolder, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder.keep(b"first", "who", "before", AT)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as edge:
        edge.setattr(os, step, full)
        with pytest.raises(NotKept, match="ENOSPC"):
            folder.keep(b"second", "who", "key", AT)
    assert contents(folder) == [b"first"]
    assert not (folder.path / "being-written").exists()
    assert folder.keep(b"second", "who", "key", AT)


def test_a_name_that_may_not_last_is_taken_back(
    folder: SealedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.keep(b"first", "who", "before", AT)
    fsync, calls = os.fsync, []

    def folder_fails(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        fsync(descriptor)

    with monkeypatch.context() as edge:
        edge.setattr(os, "fsync", folder_fails)
        with pytest.raises(NotKept, match="EIO"):
            folder.keep(b"second", "who", "key", AT)
    assert contents(folder) == [b"first"]


def test_a_writer_killed_in_the_middle_leaves_no_message(folder: SealedFolder) -> None:
    folder.keep(b"first", "who", "before", AT)
    dying = multiprocessing.get_context("fork").Process(target=_die_before_rename, args=(folder,))
    dying.start()
    dying.join(10)
    assert dying.exitcode == 9
    assert (folder.path / "being-written").exists()
    assert contents(folder) == [b"first"]
    assert folder.keep(b"second", "who", "key", AT)
    assert len(folder.names()) == 2


def test_without_a_key_nothing_is_kept(tmp_path: Path) -> None:
    folder = folder_at(tmp_path, key=None)
    with pytest.raises(NotKept, match="no_key"):
        folder.keep(b"words", "who", "key", AT)


def test_beyond_the_bounds_nothing_is_kept(tmp_path: Path) -> None:
    few = folder_at(tmp_path / "few", files=2)
    for number in range(2):
        few.keep(b"words", "who", str(number), AT)
    with pytest.raises(NotKept, match="too_many"):
        few.keep(b"words", "who", "2", AT)
    with pytest.raises(NotKept, match="too_much"):
        folder_at(tmp_path / "small").keep(b"w" * 100_000, "who", "key", AT)


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"gAAAAA"])
def test_a_damaged_file_is_unreadable_and_stays(folder: SealedFolder, damage: bytes) -> None:
    folder.keep(b"words", "who", "key", AT)
    [name] = folder.names()
    (folder.path / str(name)).write_bytes(damage)
    with pytest.raises(Unreadable):
        folder.open(name)
    assert folder.names() == [name]


def test_another_key_cannot_read(folder: SealedFolder) -> None:
    folder.keep(b"words", "who", "key", AT)
    stranger = folder_at(folder.path, Key.derived_from("another key that is long enough, too"))
    with pytest.raises(Unreadable):
        stranger.open(folder.names()[0])


def test_processes_and_threads_at_once_write_each_push_once(folder: SealedFolder) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_forty, args=(folder,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    threads = [threading.Thread(target=_write_forty, args=(folder,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for writer in writers:
        writer.join(30)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert sorted(contents(folder)) == sorted(str(n).encode() for n in range(40))


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    context = multiprocessing.get_context("fork")
    has_it = context.Event()
    holder = context.Process(target=_hold, args=(file, has_it))
    holder.start()
    assert has_it.wait(10)
    with locked(file, wait=False) as ours:
        assert not ours
    holder.kill()
    holder.join(10)
    with locked(file, wait=False) as ours:
        assert ours


def _die_before_rename(folder: SealedFolder) -> None:
    def die(*_: object) -> Path:
        os._exit(9)

    Path.rename = die  # type: ignore[method-assign, assignment]
    folder.keep(b"second", "who", "key", AT)


def _write_forty(folder: SealedFolder) -> None:
    for number in range(40):
        folder.keep(str(number).encode(), "who", str(number), AT + timedelta(seconds=number))


def _hold(file: Path, has_it: "threading.Event") -> None:
    with locked(file, wait=True):
        has_it.set()
        threading.Event().wait(30)
