"""Whoever withdraws is erased as one who leaves, by the name that the event carries."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.model import Address, ChannelName
from tests.bot.outage import UNANSWERABLE, Outage, outage
from tests.fake_wechat import Resident
from tests.fake_wechat.webhook import Push

PLATFORM = "owAqB1v0ahK_Xlc7GshIDdf2yf7E"
"""Who sends such an event: the platform under a name of its own, which is no resident."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Outage]:
    folder = tmp_path_factory.mktemp("departures")
    shutil.copyfile(sqlite_template, folder / "faxiaomei.db")
    with outage(folder, f"sqlite:///{folder}/faxiaomei.db") as world:
        yield world


def told_by_platform(world: Outage, event: str, of: Resident) -> tuple[Resident, Push]:
    sender = world.resident()
    sender.openid = PLATFORM
    return sender, sender.compose_event(event, {"OpenID": of.openid, "RevokeInfo": "201"})


@pytest.mark.parametrize("event", ["user_authorization_revoke", "user_authorization_cancellation"])
def test_a_withdrawal_erases_whom_it_names_and_nobody_else(world: Outage, event: str) -> None:
    anna, ben = world.resident(), world.resident()
    world.say(anna, f"{event}的私房话")
    world.say(ben, f"{event}的别人的话")
    sender, push = told_by_platform(world, event, anna)
    assert sender.deliver(push).text is None
    assert sender.deliver(push).text is None
    exported = world.commands.invoke(args=["export", "messages"]).stdout
    assert anna.openid not in exported
    assert f"{event}的私房话" not in exported
    assert ben.openid in exported
    assert PLATFORM not in exported


def test_the_case_of_who_withdraws_stays_without_a_name(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, UNANSWERABLE)
    before = world.commands.invoke(args=["export", "consultations"]).stdout
    sender, push = told_by_platform(world, "user_authorization_cancellation", anna)
    sender.deliver(push)
    after = world.commands.invoke(args=["export", "consultations"]).stdout
    assert anna.openid in before
    assert anna.openid not in after
    assert len(before.splitlines()) == len(after.splitlines())


def test_a_withdrawal_in_an_outage_is_carried_out_after_it(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    world.door.away = True
    sender, push = told_by_platform(world, "user_authorization_revoke", anna)
    assert sender.deliver(push).text is None
    world.door.away = False
    world.services.replayer.round()
    assert anna.openid not in world.commands.invoke(args=["export", "messages"]).stdout


def test_a_changed_profile_changes_nothing_since_none_is_kept(world: Outage) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    sender, push = told_by_platform(world, "user_info_modified", anna)
    assert sender.deliver(push).text is None
    assert anna.openid in world.commands.invoke(args=["export", "messages"]).stdout


@pytest.mark.parametrize("named", [{}, {"OpenID": ""}, {"OpenID": "某人"}])
def test_a_withdrawal_that_names_nobody_erases_nobody_and_is_kept_unread(
    world: Outage, named: dict[str, str | int | float]
) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    before = world.count("unread")
    push = anna.compose_event("user_authorization_revoke", {"RevokeInfo": "201", **named})
    assert anna.attempt(push).status == 400
    assert world.count("unread") == before + 1
    assert anna.openid in world.commands.invoke(args=["export", "messages"]).stdout


def known(world: Outage, resident: Resident) -> bool:
    with world.services.store.read() as records:
        address = Address(ChannelName.WECHAT, resident.openid)
        return records.conversations.known(address) is not None


@pytest.mark.parametrize("event", ["subscribe", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH"])
def test_an_event_repeated_after_the_departure_brings_nobody_back(
    world: Outage, event: str
) -> None:
    anna = world.resident()
    push = anna.compose_event(event, {"EventKey": "https://x.cn/"})
    anna.deliver(push)
    assert known(world, anna)
    anna.unfollow()
    anna.deliver(push)
    assert not known(world, anna)


def test_a_message_seen_first_after_the_departure_is_answered_with_the_notice(
    world: Outage,
) -> None:
    """It may be a cry for help. Whoever follows again is given the notice in any case."""
    anna = world.resident()
    world.say(anna, "你好")
    late = anna.compose("text", {"Content": UNANSWERABLE})
    anna.unfollow()
    assert "【说明】" in (anna.deliver(late).text or "")
    assert "【说明】" in (anna.follow().text or "")


def test_an_event_seen_first_after_the_departure_leaves_the_notice_to_the_next_reply(
    world: Outage,
) -> None:
    anna = world.resident()
    world.say(anna, "你好")
    late = anna.compose_event("VIEW", {"EventKey": "https://x.cn/"})
    anna.unfollow()
    assert anna.deliver(late).text is None
    assert "【说明】" in world.say(anna, "你好")
