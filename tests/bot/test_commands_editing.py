"""Commands over what staff released: they see it, write it back when told, and nothing else."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import SecretStr

from bot.app import create_app
from bot.bootstrap import build
from bot.commands import exporting, lawwork
from bot.storage.store import SqlStore
from config.settings import Settings
from knowledge.entry import EntryId
from knowledge.library import CONTENT, Library
from knowledge.overlay import Locks
from tests.entry_texts import ROW, Hand, Office

ENTRY = EntryId("fangchan-zufang-02")
FILES = Library.read()
TITLE = FILES.entries[ENTRY].title
UNCITED = replace(ROW, article="第一千二百六十条")
"""No file cites it."""
Type = Callable[..., Result]


class _Locking(Hand):
    """Locks an article that no file cites."""

    def locks(self, text: str) -> Locks:
        assert text
        kept = [row for one in FILES.entries[ENTRY].citations for row in FILES.lock.rows[one]]
        return Locks((*kept, UNCITED))


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content folder that commands write into."""
    copy = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    monkeypatch.setattr(exporting, "CONTENT", copy)
    monkeypatch.setattr(lawwork, "_LOCK", copy / "statutes" / "citations.lock")
    return copy


@pytest.fixture
def office(sqlite_store: SqlStore) -> Office:
    return Office(sqlite_store, _Locking(), {ENTRY: FILES.entries[ENTRY].source})


def typing(url: str, folder: Path) -> Type:
    settings = Settings(data_dir=folder / "var", database_url=SecretStr(url))

    def typed(*arguments: str) -> Result:
        services = build(settings)
        done = create_app(services).test_cli_runner().invoke(args=arguments)
        services.store.engine.dispose()
        return done

    return typed


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path) -> Type:
    return typing(sqlite_url, tmp_path)


def released(office: Office, before: str, after: str) -> None:
    wang, li = office.hire("王律师"), office.hire("李律师")
    draft = office.curator.begin(ENTRY, wang)
    office.curator.save(draft.id, draft.text.replace(before, after, 1), draft.saves, wang)
    office.curator.submit(draft.id, wang)
    office.curator.release(draft.id, li, reviewed=False)


def title_of(done: Result) -> str:
    return next(str(row["title"]) for row in json.loads(done.stdout) if row["id"] == ENTRY)


def test_a_list_shows_what_is_published(run: Type, office: Office) -> None:
    assert title_of(run("knowledge", "list", "--json")) == TITLE
    released(office, TITLE, "押金不退咋办")
    assert title_of(run("knowledge", "list", "--json")) == "押金不退咋办"


def test_a_check_looks_at_what_is_published_and_names_the_entry(run: Type, office: Office) -> None:
    released(office, TITLE, "押金" * 40)
    done = run("knowledge", "check", "--json")
    assert done.exit_code == 1
    files = {fault["file"] for fault in json.loads(done.stdout)}
    assert f"fangchan/{ENTRY}" in files


def test_an_export_says_what_it_wrote(run: Type, office: Office, content: Path) -> None:
    assert "没有要写的" in run("knowledge", "export", "--to-files").stdout
    released(office, TITLE, "押金不退咋办")
    done = run("knowledge", "export", "--to-files")
    assert done.exit_code == 0
    assert f"{ENTRY}.md" in done.stdout
    assert Library.read(content).entries[ENTRY].title == "押金不退咋办"


def test_an_export_leaves_a_file_that_was_changed_since(
    run: Type, office: Office, content: Path
) -> None:
    released(office, TITLE, "押金不退咋办")
    file = content / "entries" / "fangchan" / f"{ENTRY}.md"
    file.write_text(file.read_text("utf-8").replace(TITLE, "仓库里改的"), "utf-8")
    refused = run("knowledge", "export", "--to-files")
    assert refused.exit_code == 1
    assert "--force" in refused.stdout
    assert run("knowledge", "export", "--to-files", "--force").exit_code == 0
    assert "押金不退咋办" in file.read_text("utf-8")


def test_locking_writes_no_row_of_what_was_not_exported(
    run: Type, office: Office, content: Path
) -> None:
    before = (content / "statutes" / "citations.lock").read_bytes()
    cited = f"citations:\n  - law: {UNCITED.title}\n    article: {UNCITED.article}\n"
    released(office, "citations:\n", cited)
    run("knowledge", "lock")
    assert (content / "statutes" / "citations.lock").read_bytes() == before
    assert run("knowledge", "export", "--to-files").exit_code == 0
    assert UNCITED.article in (content / "statutes" / "citations.lock").read_text("utf-8")


def test_without_its_database_a_command_goes_by_the_files(tmp_path: Path) -> None:
    run = typing("postgresql://nobody@127.0.0.1:1/nothing", tmp_path)
    assert title_of(run("knowledge", "list", "--json")) == TITLE
    refused = run("knowledge", "export", "--to-files")
    assert refused.exit_code == 1
    assert "数据库" in refused.stderr


def test_a_damaged_database_stops_no_command(tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite3").write_bytes(b"no database at all " * 99)
    run = typing(f"sqlite:///{tmp_path}/bad.sqlite3", tmp_path)
    assert title_of(run("knowledge", "list", "--json")) == TITLE
