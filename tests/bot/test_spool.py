"""With the database away messages wait on the disk, and afterwards nothing is lost or doubled."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.web.outage import TRY_AGAIN
from handlers.cases import Priority
from handlers.model import ConsultationNumber
from tests.bot.outage import DANGER, UNANSWERABLE, Outage, outage

KEPT = "您的话已经存下"
LOST = "没有存下来"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[Outage]:
    with outage(tmp_path, sqlite_url) as world:
        yield world


def test_what_was_said_in_an_outage_is_stored_in_order_and_answered_late(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    said = [f"第{n}件：{UNANSWERABLE}" for n in range(3)]
    for text in said:
        reply = world.say(anna, text)
        assert KEPT in reply
        assert "12348" in reply
    assert world.stored() == []
    world.door.away = False
    done = world.services.replayer.round()
    assert done is not None
    assert (done.stored, done.told, done.bad) == (3, 1, 0)
    assert world.stored() == said
    [late] = world.pushed(anna)
    assert "已转给工作人员，编号10001" in late
    assert world.count("waiting") == world.count("untold") == 0


def test_a_replayed_message_keeps_the_time_at_which_it_came(world: Outage) -> None:
    world.door.away = True
    world.say(world.resident(), UNANSWERABLE)
    [name] = world.services.spool.waiting.names()
    world.door.away = False
    world.clock.ahead = timedelta(hours=3)
    world.services.replayer.round()
    with world.services.store.read() as records:
        [row] = records.exports.messages()
    assert abs(datetime.fromisoformat(row["received_at"]) - name.at) < timedelta(seconds=1)


def test_a_second_replay_does_nothing(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    world.door.away = False
    world.services.replayer.round()
    done = world.services.replayer.round()
    assert done is not None
    assert (done.stored, done.told) == (0, 0)
    assert len(world.stored()) == len(world.pushed(anna)) == 1


def test_danger_is_answered_at_once_and_its_case_opened_by_the_replay(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    reply = world.say(anna, DANGER)
    assert "110" in reply.splitlines()[0]
    assert KEPT in reply
    assert "编号" not in reply
    world.door.away = False
    world.services.replayer.round()
    with world.services.store.read() as records:
        case = records.consultations.get(ConsultationNumber(10001))
    assert case is not None
    assert case.priority is Priority.URGENT
    assert "编号10001" in world.pushed(anna)[0]


def test_the_platforms_repeats_are_one_message(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    push = anna.compose("text", {"Content": UNANSWERABLE})
    replies = {anna.read(answer) for answer in anna.fire(push, 3)}
    assert len(replies) == 1
    assert world.count("waiting") == 1
    world.door.away = False
    anna.attempt(push)
    world.services.replayer.round()
    assert len(world.stored()) == 1


def test_nothing_overtakes_what_waits(world: Outage) -> None:
    anna, ben = world.resident(), world.resident()
    world.door.away = True
    world.say(anna, "第1句：邻居把界石挪了")
    world.door.away = False
    assert KEPT in world.say(anna, "第2句：村里没人管")
    assert KEPT not in world.say(ben, "你好")
    world.services.replayer.round()
    assert world.stored() == ["你好", "第1句：邻居把界石挪了", "第2句：村里没人管"]
    assert KEPT not in world.say(anna, "第3句：怎么办")


def test_a_database_that_hangs_is_asked_by_one_and_the_others_do_not_wait(world: Outage) -> None:
    world.door.away = True
    for _ in range(3):
        world.say(world.resident(), UNANSWERABLE)
    asked = world.door.asked
    for _ in range(3):
        assert KEPT in world.say(world.resident(), UNANSWERABLE)
    assert world.door.asked == asked
    world.door.away = False
    world.services.replayer.round()
    time.sleep(TRY_AGAIN)
    assert KEPT not in world.say(world.resident(), UNANSWERABLE)
    assert len(world.stored()) == 7


def test_an_event_without_words_is_kept_in_silence(world: Outage) -> None:
    world.door.away = True
    assert world.resident().unfollow().text is None
    assert world.count("waiting") == 1


@pytest.mark.parametrize("text", [UNANSWERABLE, DANGER])
def test_without_a_key_residents_read_that_nothing_was_kept(
    tmp_path: Path, sqlite_url: str, text: str
) -> None:
    with outage(tmp_path, sqlite_url, secret=None) as world:
        world.door.away = True
        reply = world.say(world.resident(), text)
        assert LOST in reply
        assert "12348" in reply
        assert reply.startswith("系统出了故障") == (text != DANGER)
        assert "110" in reply.splitlines()[0]


def test_with_a_full_spool_and_the_database_back_the_message_is_stored(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    full = replace(world.services.spool.waiting, most_files=1)
    object.__setattr__(world.services.spool, "waiting", full)
    assert LOST in world.say(anna, "第2句")
    world.door.away = False
    assert LOST not in world.say(anna, "第3句")
    assert world.stored() == ["第3句"]
