"""Buttons and codes stand for words: whoever taps or scans and waits gets an answer to them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.deliveries import PUSHES_IN_WINDOW
from handlers.model import Address, ChannelName
from tests.bot.outage import UNANSWERABLE, Outage, outage
from tests.fake_wechat import Resident

KEPT = "您的话已经存下"
HELP = "回复“人工”：转给工作人员"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Outage]:
    folder = tmp_path_factory.mktemp("taps")
    shutil.copyfile(sqlite_template, folder / "faxiaomei.db")
    with outage(folder, f"sqlite:///{folder}/faxiaomei.db") as world:
        yield world


def tapped(resident: Resident, key: str) -> str:
    return resident.click(key).text or ""


def test_the_button_for_a_person_opens_a_consultation(world: Outage) -> None:
    anna = world.resident()
    assert "已为您转给工作人员，编号" in tapped(anna, "person")
    assert "已记下" in world.say(anna, UNANSWERABLE)


def test_the_button_for_progress_tells_how_the_latest_case_stands(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, UNANSWERABLE)
    assert "还在排队" in tapped(anna, "progress")


@pytest.mark.parametrize("key", ["help", "a key of an older menu", "", "人工" * 60])
def test_a_key_that_nobody_knows_gets_the_help(world: Outage, key: str) -> None:
    assert HELP in tapped(world.resident(), key)


def test_whoever_scans_and_waits_gets_the_help(world: Outage) -> None:
    anna = world.resident()
    scanned = anna.compose_event("scancode_waitmsg", {"EventKey": "scan"})
    assert HELP in (anna.deliver(scanned).text or "")


def test_a_follower_who_scans_a_code_is_greeted(world: Outage) -> None:
    assert "我是法小梅" in (world.resident().scan("poster-9").text or "")


def test_a_tap_opens_no_window_for_pushes(world: Outage) -> None:
    """The platform allows three for a minute after a tap, and nothing for two days."""
    anna, ben = world.resident(), world.resident()
    tapped(anna, "person")
    world.say(ben, UNANSWERABLE)
    with world.services.store.read() as records:
        found = [
            records.conversations.known(Address(ChannelName.WECHAT, who.openid))
            for who in (anna, ben)
        ]
        left = [
            records.deliveries.ration_left(one.id, world.clock())
            for one in found
            if one is not None
        ]
    assert left == [0, PUSHES_IN_WINDOW]


def test_a_tap_in_an_outage_is_kept_and_answered_after_it(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    world.door.away = True
    assert KEPT in tapped(anna, "person")
    assert anna.report_position(42.5, 125.6).text is None
    world.door.away = False
    world.services.replayer.round()
    [told] = world.pushed(anna)[-1:]
    assert "已为您转给工作人员，编号" in told


def test_a_tap_repeated_after_the_departure_brings_nobody_back(world: Outage) -> None:
    anna = world.resident()
    tap = anna.compose_event("CLICK", {"EventKey": "person"})
    first = anna.deliver(tap).text
    anna.unfollow()
    assert anna.deliver(tap).text == first
    with world.services.store.read() as records:
        assert records.conversations.known(Address(ChannelName.WECHAT, anna.openid)) is None
