"""What every resident is told once: a machine, what is kept and why, a person, danger numbers."""

from dataclasses import replace

import pytest

from handlers.model import Address, ChannelName, DecisionName, Kind, Reply
from handlers.parts import MESSAGE_BYTES, size
from tests.handlers.conftest import GRANNY, House

IN_DANGER = "救命，他现在拿刀砍我"
TOLD = ("机器", "存", "人工", "110")
VISITOR = replace(GRANNY, channel=ChannelName.CHAT)


def now_says(house: House, version: str) -> None:
    """A new version of the notice comes into force."""
    wording = house.reception.composer.wording
    notice = replace(wording.notice, version=version)
    composer = replace(house.reception.composer, wording=replace(wording, notice=notice))
    house.reception = replace(house.reception, composer=composer)


@pytest.mark.parametrize("who", [GRANNY, VISITOR])
def test_the_first_message_is_answered_first_and_the_notice_follows(
    house: House, who: Address
) -> None:
    house.unanswerable()
    text = house.hear("地里的界石被人挪了", who=who).text
    assert text.startswith("这个问题我答不准")
    assert text.index("编号") < text.index("【说明】")
    assert all(word in text for word in TOLD)
    assert size(text) <= MESSAGE_BYTES


def test_the_notice_says_how_one_leaves_this_channel(house: House) -> None:
    assert "您取消关注" in house.hear("你好").text
    assert "删除我的记录" in house.hear("你好", who=VISITOR).text
    assert "案卷" in house.hear("帮助").text


@pytest.mark.parametrize("first", [Kind.FOLLOW, Kind.TEXT])
def test_the_notice_is_given_once(house: House, first: Kind) -> None:
    assert "【说明】" in house.hear("你好" if first is Kind.TEXT else "", kind=first).text
    assert "【说明】" not in house.hear("你好").text


def test_nothing_of_a_first_answer_gives_way_to_the_notice(house: House) -> None:
    composer = house.reception.composer
    for entry in composer.library.entries.values():
        whole = composer.first_message(entry, house.clock().date())
        told = composer.with_notice(Reply(DecisionName.ANSWER, whole), ChannelName.WECHAT)
        assert told.text.startswith(whole), entry.id
        assert size(told.text) <= MESSAGE_BYTES, entry.id


def test_after_an_answer_that_left_no_room_the_next_reply_has_the_notice(house: House) -> None:
    first = house.hear("房东不退押金")
    assert first.decision is DecisionName.ANSWER
    second = house.hear("谢谢")
    assert [bool(first.notice), bool(second.notice)].count(True) == 1


def test_a_safety_text_is_followed_by_no_notice_which_comes_with_the_next_reply(
    house: House,
) -> None:
    danger = house.hear(IN_DANGER)
    assert not danger.notice
    assert "【说明】" not in danger.text
    assert "机器" not in danger.text
    after = house.hear("你好")
    assert after.notice
    assert "【说明】" in after.text


def test_silence_is_no_occasion_for_the_notice(house: House) -> None:
    assert house.hear("", kind=Kind.EVENT).text == ""
    assert "【说明】" in house.hear("你好").text


def test_a_new_version_is_given_once_with_the_next_ordinary_reply(house: House) -> None:
    house.hear("你好")
    now_says(house, "2027-03-01")
    assert house.hear(IN_DANGER).notice == ""
    assert house.hear("你好").notice == "2027-03-01"
    assert house.hear("你好").notice == ""


def test_a_repeat_gets_the_same_reply_with_the_notice_it_had(house: House) -> None:
    first = house.hear("你好", key="m:7")
    assert house.hear("你好", key="m:7") == first
    now_says(house, "2027-03-01")
    assert house.hear("你好", key="m:7") == first


def test_help_always_has_the_notice_to_read_again(house: House) -> None:
    house.hear("你好")
    again = house.hear("帮助")
    assert "【说明】" in again.text
    assert size(again.text) <= MESSAGE_BYTES


def test_where_not_even_a_line_fits_the_notice_waits_for_the_next_reply(house: House) -> None:
    full = Reply(DecisionName.COMMAND, "满" * 600)
    assert house.reception.composer.with_notice(full, ChannelName.WECHAT) == full


def test_it_is_recorded_which_version_was_given_when_and_in_which_reply(house: House) -> None:
    house.hear("你好", key="m:7")
    house.clock.pass_by(hours=1)
    house.hear("谢谢")
    version = house.reception.composer.wording.notice.version
    with house.store.read() as records:
        standing = records.conversations.take(GRANNY)
        [first, second] = records.exports.messages()
    assert standing is not None
    assert standing.notice == version
    assert (first["notice"], second["notice"]) == (version, None)
    assert first["reply"] is not None
    assert "【说明】" in first["reply"]
