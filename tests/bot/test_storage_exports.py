"""Exports: every row once, in order, under the names that others rely on."""

from datetime import UTC
from zoneinfo import ZoneInfo

from bot.storage.exports import ROWS_AT_ONCE
from bot.storage.store import SqlStore
from handlers.cases import Route, State
from handlers.model import (
    Address,
    Attachment,
    AttachmentKind,
    ChannelName,
    Kind,
    Offer,
)
from tests.bot.storage_examples import (
    GRANNY,
    HOUR,
    MINUTE,
    NOON,
    answers,
    case,
    exchange,
    lawyer,
    outgoing,
    released_revision,
    says,
)


def test_a_message_is_exported_with_its_reply(store: SqlStore) -> None:
    with store.write() as records:
        number = case(records).number
        exchange(records, says("问", key="m:24061"), answers("答", consultation=number))
    with store.read() as records:
        (message,) = records.exports.messages(zone=ZoneInfo("Asia/Shanghai"))
    assert message == {
        "MsgId": "24061",
        "channel": "wechat",
        "resident": GRANNY.resident,
        "direction": "in",
        "author": "resident",
        "type": "text",
        "text": "问",
        "received_at": "2026-11-23T12:00:00.123456+08:00",
        "decision": "answer",
        "consultation": number,
        "reply": "答",
        "notice": None,
    }


def test_events_and_chat_have_their_own_stable_ids(store: SqlStore) -> None:
    page = Address(ChannelName.CHAT, "page")
    with store.write() as records:
        exchange(records, says("", key="e:1795406400:CLICK:menu", kind=Kind.EVENT), answers(""))
        exchange(records, says(who=page, key="c:9b1d"))
    with store.read() as records:
        ids = [m["MsgId"] for m in records.exports.messages()]
    assert ids == ["e:1795406400:CLICK:menu", "c:9b1d"]


def test_what_we_said_is_exported_when_asked_for(store: SqlStore) -> None:
    with store.write() as records:
        staff, number = lawyer(records), case(records).number
        exchange(records, says("问", key="m:1"), answers("答"))
        records.conversations.add_answer(number, staff.id, "律师答", Offer(), NOON)
    with store.read() as records:
        everything = list(records.exports.messages(outbound=True))
    assert [(m["direction"], m["author"], m["text"]) for m in everything] == [
        ("in", "resident", "问"),
        ("out", "machine", "答"),
        ("out", "staff", "律师答"),
    ]
    assert len({m["MsgId"] for m in everything}) == 3
    assert all(m["MsgId"] for m in everything)


def test_a_case_is_exported_with_its_holder(store: SqlStore) -> None:
    with store.write() as records:
        staff, opened = lawyer(records), case(records)
        number = opened.number
        records.consultations.move(number, State.WAITING, State.CLAIMED, staff.id, NOON + HOUR)
    with store.read() as records:
        (exported,) = records.exports.consultations()
    assert exported == {
        "number": number,
        "state": "claimed",
        "topic": "labour",
        "priority": "normal",
        "channel": "wechat",
        "resident": GRANNY.resident,
        "opened_at": NOON.astimezone(UTC).isoformat(),
        "reason": "asked",
        "question": opened.question,
        "claimed_by": staff.name,
        "claimed_at": (NOON + HOUR).astimezone(UTC).isoformat(),
        "answered_at": None,
        "closed_at": None,
    }


def test_a_delivery_is_exported_with_its_way(store: SqlStore) -> None:
    with store.write() as records:
        put = outgoing(records)
        taken = records.deliveries.claim(put.id, NOON, NOON + HOUR)
        assert taken is not None
        records.deliveries.hold(taken, "45015")
        records.deliveries.settle(taken, Route.REPLY, NOON + MINUTE)
    with store.read() as records:
        (exported,) = records.exports.deliveries()
    assert exported == {
        "id": put.id,
        "consultation": put.consultation,
        "channel": "wechat",
        "resident": GRANNY.resident,
        "state": "sent",
        "attempts": 1,
        "route": "reply",
        "held_reason": "45015",
        "due_at": NOON.astimezone(UTC).isoformat(),
        "settled_at": (NOON + MINUTE).astimezone(UTC).isoformat(),
        "text": put.text,
    }


def test_more_rows_than_are_fetched_at_once_come_in_order(store: SqlStore) -> None:
    many = ROWS_AT_ONCE + 3
    with store.write() as records:
        for number in range(many):
            exchange(records, says(str(number)))
    with store.read() as records:
        texts = [message["text"] for message in records.exports.messages()]
        counts = records.exports.counts()
    assert texts == [str(number) for number in range(many)]
    assert counts["messages"] == counts["replies"] == many


def test_everything_that_is_kept_is_counted(store: SqlStore) -> None:
    with store.write() as records:
        _, message = exchange(records)
        put = outgoing(records)
        place = Attachment(AttachmentKind.PLACE, "司法局")
        records.attachments.add(message, place, put.consultation, NOON)
        author = records.personnel.named("王律师")
        assert author is not None
        released_revision(records, author)
        counts = records.exports.counts()
    assert counts == {
        "residents": 1,
        "messages": 1,
        "replies": 2,
        "consultations": 1,
        "consultation_events": 1,
        "deliveries": 1,
        "attachments": 1,
        "revisions": 1,
        "revision_events": 2,
        "staff": 1,
    }
