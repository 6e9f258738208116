"""The replay: what fails, what residents are told late, what nobody could read, the commands."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.spool import Spool, UnreadPush
from handlers.cases import Role
from handlers.model import Address, ChannelName, ConsultationNumber, Kind, Message, Reply
from handlers.reception import Reception
from tests.bot.outage import UNANSWERABLE, Outage, outage
from tests.fake_wechat import SEND, Resident, busy, wrap
from tests.fake_wechat.webhook import Push
from tests.running import Running
from tests.waiting import until

KEPT = "您的话已经存下"
LOST = "没有存下来"


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[Outage]:
    with outage(tmp_path, sqlite_url) as world:
        yield world


def test_a_damaged_file_is_set_aside_and_holds_up_nobody(world: Outage) -> None:
    anna, ben = world.resident(), world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    world.say(ben, UNANSWERABLE)
    waiting = world.services.spool.waiting
    (waiting.path / str(waiting.names()[0])).write_bytes(b"half a fi")
    world.door.away = False
    done = world.services.replayer.round()
    assert done is not None
    assert (done.stored, done.bad) == (1, 1)
    assert world.count("bad") == 1


def test_a_disk_that_fails_for_a_moment_costs_nobody_their_answer(world: Outage) -> None:
    resident = world.resident()
    world.door.away = True
    world.say(resident, UNANSWERABLE)
    world.door.away = False
    waiting = world.services.spool.waiting
    [name] = waiting.names()
    file, elsewhere = waiting.path / str(name), waiting.path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(file)  # whoever reads it gets an error of the disk's, root as well
    world.services.replayer.round()
    assert (world.stored(), world.count("waiting"), world.count("bad")) == ([], 1, 0)
    elsewhere.replace(file)
    world.services.replayer.round()
    assert (world.stored(), world.count("bad")) == ([UNANSWERABLE], 0)


def test_a_message_that_fails_is_tried_five_times_and_its_senders_others_wait(
    world: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = world.resident(), world.resident()
    world.door.away = True
    for who, text in ((anna, "第1句：坏的"), (anna, "第2句"), (ben, "第3句")):
        world.say(who, text)
    world.door.away = False
    receive = Reception.receive

    def fails(self: Reception, message: Message) -> Reply:
        if "坏的" in message.text:
            raise ValueError
        return receive(self, message)

    with monkeypatch.context() as edge:
        edge.setattr(Reception, "receive", fails)
        world.services.replayer.round()
        assert world.stored() == ["第3句"]
        for _ in range(4):
            world.services.replayer.round()
    assert world.stored() == ["第3句", "第2句"]
    assert world.count("bad") == 1
    result = world.commands.invoke(args=["spool", "replay", "--bad"])
    assert result.exit_code == 0
    assert world.stored() == ["第3句", "第2句", "第1句：坏的"]


def test_a_crash_between_storing_and_its_note_stores_nothing_twice(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    world.door.away = False
    spool = world.services.spool
    [name] = spool.waiting.names()
    world.services.replayer.reception.receive(spool.read(spool.waiting, name))
    world.services.replayer.round()
    assert len(world.stored()) == 1
    assert len(world.pushed(anna)) == 1


def test_only_one_replayer_works_at_a_time(world: Outage) -> None:
    world.door.away = True
    world.say(world.resident(), UNANSWERABLE)
    world.door.away = False
    with world.services.spool.replaying() as ours:
        assert ours
        assert world.services.replayer.round() is None
    assert world.stored() == []


def test_a_waiting_answer_is_not_spent_on_a_reply_that_may_reach_nobody(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, UNANSWERABLE)
    with world.services.store.write() as records:
        staff = records.personnel.add("王律师", Role.LAWYER, "")
    number = ConsultationNumber(10001)
    world.services.desk.claim(number, staff)
    delivery = world.services.desk.answer(number, staff, "先找村委会调解。")
    with world.services.store.write() as records:
        now = world.clock()
        taken = records.deliveries.claim(delivery.id, now, now + timedelta(seconds=60))
        assert taken is not None
        records.deliveries.hold(taken, "window")
    world.door.away = True
    world.say(anna, "你好")
    world.door.away = False
    world.services.replayer.round()
    assert "先找村委会调解" not in "".join(anna.seen)
    assert "先找村委会调解" in world.say(anna, "还在吗")


def test_a_voice_that_waited_is_fetched_at_once(world: Outage) -> None:
    """Its task is there as soon as it is stored; the sweep comes once a minute."""
    anna = world.resident()
    anna.send_voice()
    queue = world.services.tasks._started().huey
    queue.flush()
    world.door.away = True
    assert KEPT in (anna.send_voice().text or "")
    world.say(anna, "你好")
    world.door.away = False
    world.services.replayer.round()
    assert queue.pending_count() == 1
    world.services.replayer.round()
    assert queue.pending_count() == 1


def test_a_busy_channel_is_tried_again_and_then_left(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    world.door.away = False
    world.platform.fault(SEND, replace(busy(), times=None))
    for minutes in (0, 1, 3):
        assert world.count("untold") == (1 if minutes else 0)
        world.clock.ahead = timedelta(minutes=minutes)
        world.services.replayer.round()
    assert world.count("untold") == 0
    assert len(world.platform.requests(SEND)) == 3


def test_after_48_hours_nobody_is_pushed(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    world.door.away = False
    world.clock.ahead = timedelta(hours=49)
    world.services.replayer.round()
    assert len(world.stored()) == 1
    assert world.pushed(anna) == []
    assert world.count("untold") == 0


def test_many_replies_of_one_resident_are_three_pushes_at_most(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    for question in ("房东不退押金怎么办", "包工头跑了，工资找谁要", "离婚孩子归谁") * 3:
        world.say(anna, question)
    world.door.away = False
    world.services.replayer.round()
    pushed = world.pushed(anna)
    assert 1 <= len(pushed) <= 3
    assert all(len(text.encode()) <= 2_048 for text in pushed)
    assert world.count("untold") == 0


def left_of_ration(world: Outage, resident: Resident) -> int:
    with world.services.store.read() as records:
        known = records.conversations.known(Address(ChannelName.WECHAT, resident.openid))
        assert known is not None
        return records.deliveries.ration_left(known.id, world.clock())


def test_replies_told_late_leave_two_places_for_answers_of_people(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, UNANSWERABLE)
    world.commands.invoke(
        args=["staff", "add", "王律师", "--role", "admin", "--password", "x" * 12]
    )
    world.door.away = True
    for question in ("房东不退押金怎么办", "包工头跑了，工资找谁要", "离婚孩子归谁") * 3:
        world.say(anna, question)
    world.door.away = False
    world.services.replayer.round()
    assert (len(world.pushed(anna)), left_of_ration(world, anna)) == (3, 2)
    for number in range(3):
        given = ("--resident", anna.openid, "--text", f"第{number}次答复")
        said = json.loads(world.commands.invoke(args=["consultation", "answer", *given]).stdout)
        world.services.courier.deliver_one(said["delivery"])
    assert [text for text in world.pushed(anna)[3:] if "第2次" in text] == []
    assert len(world.pushed(anna)) == 5
    assert "第2次答复" in world.say(anna, "你好")


def test_a_late_reply_that_surely_did_not_arrive_takes_no_place(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    world.door.away = False
    world.platform.fault(SEND, busy())
    world.services.replayer.round()
    assert left_of_ration(world, anna) == 5
    world.clock.ahead = timedelta(minutes=1)
    world.services.replayer.round()
    assert left_of_ration(world, anna) == 4


def test_a_push_that_nobody_can_read_is_kept_for_seven_days(world: Outage) -> None:
    anna = world.resident()
    push = Push(anna.openid, "<xml>我老公打我".encode())
    assert anna.attempt(push).status == 400
    assert anna.attempt(push).status == 400
    [name] = world.services.spool.unread.names()
    assert world.services.spool.read_unread(name).body == push.xml
    world.clock.ahead = timedelta(days=8)
    world.services.replayer.round()
    assert world.count("unread") == 0


def test_a_forged_push_leaves_nothing(world: Outage) -> None:
    anna = world.resident()
    anna.webhook = replace(anna.webhook, token="another0token")
    assert anna.attempt(Push(anna.openid, b"<xml>")).status == 403
    assert world.count("unread") == 0


def test_unread_pushes_are_read_again_once_the_reader_is_mended(world: Outage) -> None:
    anna = world.resident()
    good = anna.compose("text", {"Content": UNANSWERABLE})
    for xml in (good.xml, b"<xml>still no message"):
        parcel = wrap(anna.webhook, replace(good, xml=xml), world.clock())
        world.services.spool.keep_unread(UnreadPush(parcel.query, parcel.body), world.clock())
    result = world.commands.invoke(args=["spool", "replay", "--unread"])
    assert result.exit_code == 0
    assert world.stored() == [UNANSWERABLE]
    assert world.count("unread") == 1


def test_the_commands_show_counts_and_ages_and_no_words(world: Outage) -> None:
    anna = world.resident()
    world.door.away = True
    world.say(anna, UNANSWERABLE)
    world.clock.ahead = timedelta(minutes=2)
    counted = world.commands.invoke(args=["spool", "show-count", "--json"])
    counts = json.loads(counted.stdout)
    assert counts["waiting"]["files"] == 1
    assert 119 <= counts["waiting"]["oldest"] <= 130
    listed = world.commands.invoke(args=["spool", "list"]).stdout
    assert listed.startswith("waiting\t20")
    assert anna.openid not in listed
    assert "界石" not in listed


def test_a_web_process_without_a_worker_replays_what_its_host_holds(tmp_path: Path) -> None:
    secret = "0" * 32
    service = Running(tmp_path, {"SECRET_KEY": secret, "PERSONAL_DATA_KEY": secret}, part="web")
    service.flask("db", "upgrade")
    spool = Spool.under(tmp_path / "var", SecretStr(secret))
    anna = Address(ChannelName.CHAT, "anna")
    assert spool.keep(Message(anna, "c:1", Kind.TEXT, UNANSWERABLE, datetime.now(UTC)))
    try:
        service.start()
        until(spool.is_empty, "still in the spool")
    finally:
        service.stop()
    [row] = service.flask("export", "messages").splitlines()
    assert json.loads(row)["text"] == UNANSWERABLE
