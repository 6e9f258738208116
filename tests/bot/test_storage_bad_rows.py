"""Rows that cannot come back are told and leave nothing behind; those of earlier versions can."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.storage.archive import BadBackup
from bot.storage.backup import NotCurrent, NotEmpty, back_up, check, restore
from bot.storage.engine import make_engine
from bot.storage.migrate import is_current, tables_at, upgrade
from bot.storage.store import SqlStore
from tests.bot.backup_examples import DEEP, NO_MARKS, backed_up_then, is_untouched, with_lines


def test_rows_written_as_ours_come_back(intact: Path, nothing_yet: Engine) -> None:
    """What the next examples differ from in one thing each."""
    restore(nothing_yet, with_lines(intact, "staff", '[1,"李","lawyer","x",true,0,null,0]'))
    with SqlStore(nothing_yet).read() as records:
        assert [staff.name for staff in records.personnel.listed()] == ["李"]


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "5",
        "[1]",
        '"12345678"',
        DEEP,
        '[1,"李","lawyer","x",1,0,null,0]',
        '[1,{},"lawyer","x",true,0,null,0]',
        '[1,"李","lawyer","x",true,0,"soon",0]',
        '[1,"李","lawyer","x",true,0,5,0]',
    ],
)
def test_a_row_that_cannot_be_read_is_told_before_anything_is_made(
    intact: Path, nothing_yet: Engine, line: str
) -> None:
    with pytest.raises(BadBackup, match="staff"):
        restore(nothing_yet, with_lines(intact, "staff", line))
    assert is_untouched(nothing_yet)


@pytest.mark.parametrize(
    "lines",
    [
        ('[1,null,"lawyer","x",true,0,null,0]',),
        ('[1,"李","lawyer","x",true,0,null,0]', '[1,"王","lawyer","x",true,0,null,0]'),
        ('[99999999999999999999,"李","lawyer","x",true,0,null,0]',),
        ('[1,"\\ud800","lawyer","x",true,0,null,0]',),
    ],
)
def test_rows_that_a_table_does_not_take_leave_nothing_behind(
    intact: Path, nothing_yet: Engine, lines: tuple[str, ...]
) -> None:
    with pytest.raises(BadBackup, match="staff"):
        restore(nothing_yet, with_lines(intact, "staff", *lines))
    assert is_untouched(nothing_yet)
    restore(nothing_yet, intact)
    assert is_current(nothing_yet)


def test_a_reference_to_nobody_leaves_nothing_behind(intact: Path, nothing_yet: Engine) -> None:
    with pytest.raises(BadBackup):
        restore(nothing_yet, with_lines(intact, "residents"))
    assert is_untouched(nothing_yet)


def test_what_was_checked_is_what_is_restored(intact: Path, nothing_yet: Engine) -> None:
    """The file may be another one by then."""
    before = check(intact)
    ours = replace(before, tables=tuple(replace(one, digest="0") for one in before.tables))
    with pytest.raises(BadBackup):
        restore(nothing_yet, intact, ours)
    assert is_untouched(nothing_yet)
    assert restore(nothing_yet, intact, before) == before


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_what_a_lost_database_left_is_never_mixed_in(
    intact: Path, tmp_path: Path, end: str
) -> None:
    left = tmp_path / f"lost.db{end}"
    left.write_bytes(b"the last messages")
    engine = make_engine(f"sqlite:///{tmp_path}/lost.db")
    with pytest.raises(NotEmpty):
        restore(engine, intact)
    assert left.read_bytes() == b"the last messages"
    assert not (tmp_path / "lost.db").exists()


def test_the_tables_of_every_revision_are_known_and_end_as_ours(intact: Path) -> None:
    manifest = check(intact)
    assert set(tables_at(manifest.revision)) == set(manifest.counts)
    assert "revisions" in tables_at("0006")
    assert "revisions" not in tables_at("0005")
    assert "pushes_before" not in tables_at("0005")


def test_a_database_of_a_later_version_is_not_backed_up_in_part(
    store: SqlStore, tmp_path: Path
) -> None:
    """Its new tables and columns would be left out without a word."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotCurrent):
        back_up(store.engine, tmp_path / "a.backup", "1", NO_MARKS)


def test_a_database_of_an_earlier_version_is_not_backed_up_in_part(
    empty_database_url: str, tmp_path: Path
) -> None:
    upgrade(empty_database_url, "0005")
    engine = make_engine(empty_database_url)
    with pytest.raises(NotCurrent):
        back_up(engine, tmp_path / "a.backup", "1", NO_MARKS)
    engine.dispose()


@pytest.mark.parametrize("revision", ["0001", "0003", "0005"])
def test_a_backup_of_an_earlier_version_comes_back_in_the_shape_of_this_one(
    nothing_yet: Engine, tmp_path: Path, revision: str
) -> None:
    before = make_engine(f"sqlite:///{tmp_path}/before.db")
    upgrade(before, revision)
    with before.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO residents (channel, name, first_seen_at, last_heard_at)"
            " VALUES ('chat', 'granny', '2026-01-01 00:00:00.000000', NULL)"
        )
    made = backed_up_then(before, revision, tmp_path / "before.backup")
    restore(nothing_yet, tmp_path / "before.backup")
    assert made.counts["residents"] == 1
    assert is_current(nothing_yet)
    with nothing_yet.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM residents").scalar_one() == "granny"
    before.dispose()
