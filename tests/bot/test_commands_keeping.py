"""`flask purge`, `flask backup` and `flask restore` as an operator types them."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from tests.bot.backup_examples import told
from tests.bot.storage_examples import FARMER, exchange, outgoing, says
from tests.bot.test_commands import flask, here

SECRET = "swordfish-swordfish-swordfish-swordfish"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set-up with one conversation of today and one of 2020, and one case."""
    (tmp_path / ".env").write_text(f"SECRET_KEY={SECRET}\n", "utf-8")
    assert here(tmp_path, "db", "upgrade").exit_code == 0
    engine = make_engine(f"sqlite:///{tmp_path}/var/faxiaomei.sqlite3")
    with SqlStore(engine).write() as records:
        exchange(records, says("二零二零年的话", at=datetime(2020, 5, 1, tzinfo=UTC)))
        exchange(records, says("今天的话", at=datetime.now(UTC)))
        outgoing(records, who=FARMER)
    engine.dispose()
    return tmp_path


def test_a_dry_run_tells_and_a_purge_does(folder: Path) -> None:
    told = here(folder, "purge", "--dry-run")
    assert told.exit_code == 0
    assert "将删除" in told.stdout
    assert "2 条" in told.stdout
    assert "二零二零年的话" in here(folder, "export", "messages").stdout
    done = flask(folder, "purge")
    assert "已删除" in done.stdout
    left = here(folder, "export", "messages").stdout
    assert "二零二零年的话" not in left
    assert "今天的话" in left
    again = here(folder, "purge").stdout
    assert "0 条" in again
    assert "推送记录" in again


def test_erased_words_are_in_no_file_of_the_database(folder: Path) -> None:
    here(folder, "purge")
    files = list((folder / "var").glob("faxiaomei.sqlite3*"))
    assert files
    for file in files:
        assert "二零二零年的话".encode() not in file.read_bytes()


def test_a_move_to_another_machine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    before = here(folder, "export", "messages", "--direction", "all").stdout
    done = flask(folder, "backup", "a.backup")
    assert done.returncode == 0, done.stderr
    assert "SECRET_KEY" in done.stdout
    assert SECRET not in done.stdout
    assert SECRET.encode() not in (folder / "a.backup").read_bytes()
    (folder / "a.backup").rename(other / "a.backup")
    assert flask(other, "restore", "--check", "a.backup").returncode == 0
    assert not (other / "var").exists()
    restored = flask(other, "restore", "a.backup")
    assert restored.returncode == 0, restored.stderr
    assert "没有设置的密钥：SECRET_KEY" in restored.stdout
    assert flask(other, "export", "messages", "--direction", "all").stdout == before


def test_what_is_there_is_not_overwritten(folder: Path) -> None:
    file = str(folder / "a.backup")
    assert here(folder, "backup", file).exit_code == 0
    again = here(folder, "backup", file)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "已经有文件" in again.stderr
    restored = here(folder, "restore", file)
    assert restored.exit_code == 1
    assert "已经有内容" in restored.stderr


def test_a_damaged_backup_is_refused_in_words(folder: Path) -> None:
    (folder / "a.backup").write_bytes(b"nothing")
    done = here(folder, "restore", str(folder / "a.backup"))
    assert done.exit_code == 1
    assert "不完整" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_migrated_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    sqlite3.connect(tmp_path / "var" / "faxiaomei.sqlite3").close()
    done = here(tmp_path, "backup", str(tmp_path / "a.backup"))
    assert done.exit_code == 1
    assert "db upgrade" in done.stderr
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("manifest", "said"), [({"revision": "9999"}, "更新的版本"), ({"tables": []}, "不完整")]
)
def test_a_backup_that_cannot_come_back_is_never_called_restored(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, manifest: dict[str, object], said: str
) -> None:
    """One of a later version, and one without tables."""
    other = tmp_path_factory.mktemp("other")
    assert here(folder, "backup", str(folder / "a.backup")).exit_code == 0
    for only in ((), ("--check",)):
        done = here(other, "restore", *only, str(told(folder / "a.backup", **manifest)))
        assert (done.exit_code, done.stdout) == (1, "")
        assert said in done.stderr
    assert not list(other.rglob("*.sqlite3*"))
