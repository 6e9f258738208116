"""The commands as an operator types them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from tests.running import ROOT, Running

ENTRY = "fangchan-zufang-02"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty place: no database, no .env, no secret."""
    return tmp_path


def flask(
    folder: Path, *arguments: str, given: str = "", locality: str = "meihekou", database: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(folder / "var"),
        "LANG": "C.UTF-8",
        "LOCALITY": locality,
    }
    if database:
        environment["DATABASE_URL"] = database
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def here(folder: Path, *arguments: str, locality: str = "meihekou") -> Result:
    """The same in this process: for what a command does, not for how it is started."""
    return Running(folder, {"LOCALITY": locality}).flask_here_whatever(*arguments)


def test_ask_tells_the_reply_and_why_and_keeps_nothing(folder: Path) -> None:
    done = flask(folder, "ask", "房东不退押金")
    assert done.returncode == 0
    assert f'entry: "{ENTRY}"' in done.stdout
    assert "because:" in done.stdout
    assert "《住房租赁条例》" in done.stdout
    assert not list(folder.rglob("*.sqlite3"))


def test_a_batch_answers_every_line_in_order_and_survives_bad_ones(folder: Path) -> None:
    lines = [
        '{"id": "a", "text": "房东不退押金"}',
        "not json",
        '{"id": "b"}',
        '{"id": "c", "text": "救命，他拿刀砍我"}',
        '{"id": "d", "text": "你好"}',
        '{"id": "e", "text": "人工"}',
        '{"id": "f", "text": ""}',
        '{"id": "g", "text": "帮助"}',
    ]
    (folder / "in.jsonl").write_text("\n".join(lines), "utf-8")
    files = ("--batch", str(folder / "in.jsonl"), "--out", str(folder / "out.jsonl"))
    assert here(folder, "ask", *files).exit_code == 0
    got = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in got] == ["a", None, "b", "c", "d", "e", "f", "g"]
    decisions = [row.get("decision", "error") for row in got]
    assert decisions == [
        *("answer", "error", "error", "emergency"),
        *("smalltalk", "escalate", "smalltalk", "command"),
    ]
    assert got[0]["entry"] == ENTRY
    assert got[0]["citations"][0] == {"law": "住房租赁条例", "article": "第十条"}
    assert set(got[0]) == {
        *("id", "decision", "entry", "topic", "confidence"),
        *("citations", "alternatives", "reply"),
    }


def test_before_the_law_was_in_force_nothing_is_answered(folder: Path) -> None:
    done = here(folder, "ask", "房东不退押金", "--on", "2020-01-01")
    assert 'decision: "escalate"' in done.stdout


def test_the_content_is_in_order(folder: Path) -> None:
    done = flask(folder, "knowledge", "check")
    assert (done.returncode, done.stdout) == (0, "")


def test_an_overdue_review_is_a_fault(folder: Path) -> None:
    done = here(folder, "knowledge", "check", "--json", "--on", "2030-01-01")
    assert done.exit_code == 1
    assert {fault["field"] for fault in json.loads(done.stdout)} == {"review_by"}


def test_the_list_has_what_others_rely_on(folder: Path) -> None:
    entries = json.loads(here(folder, "knowledge", "list", "--json").stdout)
    assert len(entries) >= 12
    assert set(entries[0]) == {
        *("id", "topic", "status", "title", "wordings", "citations"),
        *("reviewed_by", "valid_from", "valid_until"),
    }


def test_an_unknown_place_is_told_before_anything_starts(folder: Path) -> None:
    done = flask(folder, "ask", "房东不退押金", locality="nowhere")
    assert done.returncode == 1
    assert "LOCALITY" in done.stderr
    assert "Traceback" not in done.stderr
    assert here(folder, "ask", "房东不退押金", locality="shifan").exit_code == 0


def test_a_deadline_is_told_with_its_basis(folder: Path) -> None:
    done = flask(folder, "deadline", "count", "shangsu-minshi-panjue", "--from", "2026-09-18")
    assert "2026-10-08" in done.stdout
    assert "2026-10-03" in done.stdout
    assert "《中华人民共和国民事诉讼法》第一百七十一条" in done.stdout
    unknown = here(folder, "deadline", "count", "fuyi", "--from", "2026-12-01", "--json")
    told = json.loads(unknown.stdout)
    assert (told["last"], told["safe"]) == (None, "2027-01-30")
    assert "还没有公布" in told["told"]
    assert len(json.loads(flask(folder, "deadline", "list", "--json").stdout)) >= 100
    assert here(folder, "deadline", "count", "nothing", "--from", "2026-12-01").exit_code == 1


def test_staff_are_added_once_and_with_a_long_password(folder: Path) -> None:
    flask(folder, "db", "upgrade")
    added = flask(
        folder, "staff", "add", "王律师", "--role", "lawyer", "--password", "a-long-password"
    )
    assert added.returncode == 0
    again = here(
        folder, "staff", "add", "王律师", "--role", "lawyer", "--password", "a-long-password"
    )
    assert again.exit_code == 1
    short = here(folder, "staff", "add", "李律师", "--role", "lawyer", "--password", "short")
    assert short.exit_code == 1
    assert json.loads(flask(folder, "count", "--json").stdout)["staff"] == 1


def test_somebody_who_left_is_kept_out_and_their_name_stays(folder: Path) -> None:
    here(folder, "db", "upgrade")
    here(folder, "staff", "add", "王律师", "--role", "lawyer", "--password", "a-long-password")
    assert flask(folder, "staff", "off", "王律师").returncode == 0
    assert flask(folder, "staff", "list").stdout == "王律师\tlawyer\toff\n"
    assert flask(folder, "staff", "password", "李四", "--password", "a-long-one").returncode == 1


def test_an_unknown_case_is_told_and_not_answered(folder: Path) -> None:
    here(folder, "db", "upgrade")
    here(folder, "staff", "add", "admin", "--role", "admin", "--password", "a-long-password")
    done = flask(folder, "consultation", "answer", "--id", "10001", "--text", "好")
    assert done.returncode == 1
    assert "没有找到" in done.stderr


def test_wrong_settings_are_told_in_chinese_before_anything_starts(folder: Path) -> None:
    (folder / ".env").write_text("PORT=0\nTIMEZONE=Mars\n", "utf-8")
    done = flask(folder, "count")
    assert done.returncode != 0
    assert "设置有误" in done.stderr
    assert "PORT" in done.stderr
    assert "TIMEZONE" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("count", "--json"),
        ("db", "upgrade"),
        ("staff", "list"),
        ("consultation", "answer", "--id", "1", "--text", "好"),
    ],
)
def test_a_database_that_does_not_answer_is_told_in_a_sentence(
    folder: Path, command: tuple[str, ...]
) -> None:
    away = "postgresql://nobody:swordfish@127.0.0.1:1/none"
    done = flask(folder, *command, database=away)
    assert done.returncode == 1
    assert "数据库连不上" in done.stderr
    assert "Traceback" not in done.stderr
    assert "swordfish" not in done.stderr
