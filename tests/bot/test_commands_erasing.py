"""`flask resident erase`: the rules of leaving, and a record of who did it that names nobody."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from tests.bot.outage import UNANSWERABLE, Outage, outage

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Outage]:
    folder = tmp_path_factory.mktemp("erasing")
    shutil.copyfile(sqlite_template, folder / "faxiaomei.db")
    with outage(folder, f"sqlite:///{folder}/faxiaomei.db") as world:
        for name, role in (("王主任", "admin"), ("李律师", "lawyer")):
            given = ["staff", "add", name, "--role", role, "--password", PASSWORD]
            assert world.commands.invoke(args=given).exit_code == 0
        yield world


def flask(world: Outage, *arguments: str) -> Result:
    return world.commands.invoke(args=arguments)


def exported(world: Outage) -> str:
    return flask(world, "export", "messages").stdout + flask(world, "export", "deliveries").stdout


def test_words_and_name_go_and_the_case_stays(world: Outage) -> None:
    anna, ben = world.resident(), world.resident()
    world.say(anna, "今天的私房话")
    world.say(anna, UNANSWERABLE)
    world.say(ben, "你好")
    done = flask(world, "resident", "erase", "--resident", anna.openid)
    assert json.loads(done.stdout) == {"erased": True, "consultations_kept": 1}
    left = exported(world)
    assert "私房话" not in left
    assert anna.openid not in left
    assert ben.openid in left
    assert UNANSWERABLE in flask(world, "export", "consultations").stdout
    assert "【说明】" in world.say(anna, "你好")


def test_an_answer_that_waited_fails_in_the_open(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, UNANSWERABLE)
    given = ["consultation", "answer", "--resident", anna.openid, "--text", "先找村委会。"]
    number = json.loads(flask(world, *given).stdout)["consultation"]
    flask(world, "resident", "erase", "--resident", anna.openid)
    rows = [json.loads(line) for line in flask(world, "export", "deliveries").stdout.splitlines()]
    [failed] = [row for row in rows if row["consultation"] == number]
    assert (failed["state"], failed["held_reason"]) == ("failed", "unfollowed")


def test_who_and_when_are_recorded_and_not_whom_or_what(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    erase = ["resident", "erase", "--resident", anna.openid, "--staff", "李律师"]
    assert flask(world, *erase).exit_code == 0
    lines = flask(world, "resident", "erasures").stdout.splitlines()
    latest = json.loads(lines[-1])
    assert (latest["staff"], latest["channel"]) == ("李律师", "wechat")
    assert abs(datetime.fromisoformat(latest["at"]) - world.clock()) < timedelta(minutes=1)
    assert anna.openid not in "".join(lines)


@pytest.mark.parametrize("channel", ["wechat", "chat"])
def test_an_unknown_resident_is_told_and_nothing_is_recorded(world: Outage, channel: str) -> None:
    before = flask(world, "resident", "erasures").stdout
    done = flask(world, "resident", "erase", "--resident", "nobody", "--channel", channel)
    assert done.exit_code == 1
    assert "没有这位居民" in done.stderr
    assert flask(world, "resident", "erasures").stdout == before


def test_a_second_time_there_is_nobody(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    assert flask(world, "resident", "erase", "--resident", anna.openid).exit_code == 0
    assert flask(world, "resident", "erase", "--resident", anna.openid).exit_code == 1


def test_nobody_who_does_not_work_here_erases(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    done = flask(world, "resident", "erase", "--resident", anna.openid, "--staff", "无此人")
    assert done.exit_code == 1
    assert anna.openid in exported(world)


def test_what_waits_in_the_spool_is_stored_first(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    world.door.away = True
    world.say(anna, "停机时的话")
    world.door.away = False
    refused = flask(world, "resident", "erase", "--resident", anna.openid)
    assert refused.exit_code == 1
    assert "flask spool replay" in refused.stderr
    flask(world, "spool", "replay")
    assert flask(world, "resident", "erase", "--resident", anna.openid).exit_code == 0
    assert "停机时的话" not in exported(world)
