"""`flask restore` says which keys are not those of the backup, and what that costs."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import Result

from bot.commands.backup import KEYS
from bot.storage.archive import MANIFEST, is_marked, key_mark
from tests.bot.backup_examples import told
from tests.running import Running

THEN = {
    "SECRET_KEY": "then-then-then-then-then-then-then-1",
    "PERSONAL_DATA_KEY": "then-then-then-then-then-then-then-2",
    "WECHAT_APP_SECRET": "then-then-then-then-then-then-then-3",
    "WECHAT_TOKEN": "short",
}


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made with the keys of then."""
    folder = tmp_path_factory.mktemp("then")
    with_keys(folder, "db", "upgrade")
    made = with_keys(folder, "backup", str(folder / "a.backup"))
    assert made.exit_code == 0, made.output
    return folder / "a.backup"


def with_keys(folder: Path, *arguments: str, without: str = "", **others: str) -> Result:
    """A command with the keys of then, but for these."""
    keys = {name: key for name, key in (THEN | others).items() if name != without}
    return Running(folder, keys).flask_here_whatever(*arguments)


def databases(folder: Path) -> list[Path]:
    return list(folder.rglob("*.sqlite3*"))


def test_a_mark_tells_its_own_secret_from_others() -> None:
    secret = THEN["SECRET_KEY"]
    mark = key_mark(secret)
    assert is_marked(secret, mark) is True
    assert is_marked(f"{secret}.", mark) is False
    assert secret not in mark
    assert mark != key_mark(secret)


@pytest.mark.parametrize("mark", ["", "scrypt-30-8-1:00:00", "scrypt-17-8-1:salt:x", "sha256:00"])
def test_a_mark_of_another_kind_says_neither_yes_nor_no(mark: str) -> None:
    """Nor does it take the memory that a stranger asks for."""
    assert is_marked(THEN["SECRET_KEY"], mark) is None


def test_short_secrets_have_no_mark_and_none_is_in_the_file(backup: Path) -> None:
    """Three letters are found by trying, however slow a try is."""
    keys = json.loads(ZipFile(backup).read(MANIFEST))["keys"]
    assert set(keys) == set(THEN)
    assert {name for name, mark in keys.items() if mark is None} == {"WECHAT_TOKEN"}
    assert not any(secret in json.dumps(keys) for secret in THEN.values())


def test_the_same_keys_are_no_remark(backup: Path, tmp_path: Path) -> None:
    done = with_keys(tmp_path, "restore", str(backup))
    assert done.exit_code == 0, done.output
    assert "已从" in done.stdout
    assert "密钥" not in done.output


@pytest.mark.parametrize(
    ("name", "cost"), [("SECRET_KEY", "找不回自己的对话"), ("PERSONAL_DATA_KEY", "打不开")]
)
def test_another_key_is_refused_with_its_cost_until_it_is_meant(
    backup: Path, tmp_path: Path, name: str, cost: str
) -> None:
    other = {name: "now-now-now-now-now-now-now-now-now-now"}
    refused = with_keys(tmp_path, "restore", str(backup), **other)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"{name}：" in refused.stderr
    assert cost in refused.stderr
    assert "--other-keys" in refused.stderr
    assert [one for one in THEN if f"{one}：" in refused.stderr] == [name]
    assert not databases(tmp_path)

    done = with_keys(tmp_path, "restore", "--other-keys", str(backup), **other)
    assert done.exit_code == 0, done.output
    assert "已从" in done.stdout
    assert cost in done.stdout
    assert databases(tmp_path)


def test_a_check_tells_of_another_key_and_the_file_is_intact(backup: Path, tmp_path: Path) -> None:
    other = "now-now-now-now-now-now-now-now-now-now"
    done = with_keys(tmp_path, "restore", "--check", str(backup), PERSONAL_DATA_KEY=other)
    assert done.exit_code == 0
    assert "备份完好" in done.stdout
    assert "PERSONAL_DATA_KEY：" in done.stdout
    assert not databases(tmp_path)


def test_a_secret_of_the_platform_is_only_remarked(backup: Path, tmp_path: Path) -> None:
    """It may have been reset there; nothing that is kept depends on it."""
    other = "now-now-now-now-now-now-now-now-now-now"
    done = with_keys(tmp_path, "restore", str(backup), WECHAT_APP_SECRET=other)
    assert done.exit_code == 0, done.output
    assert "WECHAT_APP_SECRET：备份里的内容不受影响" in done.stdout


def test_a_missing_key_is_only_remarked(backup: Path, tmp_path: Path) -> None:
    """Nothing is sealed without a key: setting the old one later is in time."""
    done = with_keys(tmp_path, "restore", str(backup), without="PERSONAL_DATA_KEY")
    assert done.exit_code == 0, done.output
    assert "没有设置的密钥：PERSONAL_DATA_KEY" in done.stdout


def test_a_backup_from_before_there_were_marks_comes_back(backup: Path, tmp_path: Path) -> None:
    old = told(backup, keys=list(THEN))
    done = with_keys(tmp_path, "restore", str(old))
    assert done.exit_code == 0, done.output
    assert "看不出来，请自己核对：SECRET_KEY、PERSONAL_DATA_KEY" in done.stdout


def test_versions_without_marks_still_read_the_names(backup: Path) -> None:
    """They take a list, and of what we write the names are all they get."""
    given = json.loads(ZipFile(backup).read(MANIFEST))
    assert given["format"] == 1
    assert tuple(given["keys"]) == tuple(name for name in KEYS if name in THEN)
