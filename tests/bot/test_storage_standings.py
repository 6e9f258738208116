"""Who a resident is to us: what they were told, their pace, and that they left for good."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from bot.storage.standings import TOMBSTONE
from bot.storage.store import SqlRecords, SqlStore
from handlers.cases import UNFOLLOWED, DeliveryState, Route
from handlers.model import Address, ChannelName, Kind, MessageId, Offer, ResidentId
from handlers.pace import Pace, Standing
from tests.bot.storage_examples import (
    FARMER,
    GRANNY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    answers,
    case,
    exchange,
    outgoing,
    says,
)

LONG = 20
OPENID = Address(ChannelName.WECHAT, "oAbCdEfGhIjKlMnOpQrStUvWxYz12")
SECRET = "她的私房话"


def leaves(records: SqlRecords, who: Address = GRANNY) -> ResidentId:
    standing = records.conversations.take(who)
    assert standing is not None
    resident = standing.resident.id
    records.conversations.depart(resident, NOON)
    records.deliveries.abandon(resident, UNFOLLOWED, NOON)
    return resident


def test_nobody_is_taken_who_never_wrote(store: SqlStore) -> None:
    with store.write() as records:
        assert records.conversations.take(GRANNY) is None
        assert records.exports.counts()["residents"] == 0


def test_a_newcomer_was_told_nothing_and_is_taken_as_they_were_made(store: SqlStore) -> None:
    with store.write() as records:
        made = records.conversations.standing(GRANNY, NOON)
        assert made == Standing(made.resident)
        assert records.conversations.take(GRANNY) == made


def test_notice_and_pace_are_kept_with_the_message(store: SqlStore) -> None:
    pace = Pace(NOON, 3, NOON - HOUR, 7, NOON - SECOND)
    reply = replace(answers(), notice="2026-11")
    with store.write() as records:
        resident = records.conversations.resident(GRANNY, NOON)
        records.conversations.add(resident.id, says(key="m:1"), reply, pace)
    with store.write() as records:
        assert records.conversations.take(GRANNY) == Standing(resident, "2026-11", pace)
        assert records.conversations.reply_to(resident.id, "m:1") == reply


def test_a_reply_without_a_notice_leaves_the_record_of_the_last(store: SqlStore) -> None:
    with store.write() as records:
        exchange(records, reply=replace(answers(), notice="2026-11"))
        exchange(records)
        standing = records.conversations.take(GRANNY)
    assert standing is not None
    assert standing.notice == "2026-11"


def test_every_version_given_stands_with_its_reply(store: SqlStore) -> None:
    with store.write() as records:
        for version in ("2026-11", "", "2027-03"):
            exchange(records, reply=replace(answers(), notice=version))
    with store.read() as records:
        given = [row["notice"] for row in records.exports.messages()]
    assert given == ["2026-11", None, "2027-03"]


def test_the_name_becomes_a_random_one_and_the_times_go(store: SqlStore) -> None:
    with store.write() as records:
        for who in (GRANNY, FARMER):
            exchange(records, says(who=who), replace(answers(), notice="2026-11"))
            leaves(records, who)
    with store.engine.connect() as connection:
        left = connection.execute(text("SELECT * FROM residents ORDER BY id")).mappings().all()
    names = {row["name"] for row in left}
    assert len(names) == 2
    assert all(name.startswith(TOMBSTONE) and len(name) > 32 for name in names)
    for row in left:
        assert row["departed_at"] is not None
        assert row["last_heard_at"] is None
        assert row["notice"] == "2026-11"


def test_words_outside_cases_go_those_in_cases_stay_and_offers_go_everywhere(
    store: SqlStore,
) -> None:
    quoting = Offer(question=SECRET, rest=(SECRET,))
    with store.write() as records:
        exchange(records, says(SECRET), answers(SECRET, offer=quoting))
        number = case(records).number
        filed = answers("答", offer=quoting, consultation=number)
        exchange(records, says("案子里的话"), filed)
        resident = leaves(records)
    with store.read() as records:
        thread = records.conversations.since(resident, MessageId(0), 10)
        rows = list(records.exports.messages(outbound=True))
    assert [said.text for said in thread] == ["", "案子里的话", "答"]
    assert all(said.offer == Offer() for said in thread)
    assert len(rows) == 4
    assert SECRET not in repr(rows)


def test_others_lose_nothing(store: SqlStore) -> None:
    with store.write() as records:
        exchange(records, says(SECRET, who=FARMER))
        exchange(records, says(who=GRANNY))
        outgoing(records, who=FARMER)
        leaves(records, GRANNY)
        assert records.conversations.known(FARMER) is not None
        [delivery] = records.deliveries.ready(NOON, 10)
        assert delivery
    with store.read() as records:
        assert SECRET in repr(list(records.exports.messages()))


def test_a_case_and_its_delivery_say_that_the_resident_left(store: SqlStore) -> None:
    with store.write() as records:
        delivery = outgoing(records)
        assert not delivery.to.departed
        leaves(records)
        found = records.consultations.get(delivery.consultation)
        [after] = records.deliveries.for_consultation(delivery.consultation)
    assert found is not None
    assert found.resident.departed
    assert after.to.departed


@pytest.mark.parametrize("state", [DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.HELD])
def test_what_is_not_settled_fails_and_wakes_nobody(store: SqlStore, state: DeliveryState) -> None:
    with store.write() as records:
        delivery = outgoing(records)
        if state is not DeliveryState.DUE:
            taken = records.deliveries.claim(delivery.id, NOON, NOON + MINUTE)
            assert taken is not None
            if state is DeliveryState.HELD:
                records.deliveries.hold(taken, "window")
        leaves(records)
        [failed] = records.deliveries.for_consultation(delivery.consultation)
        assert (failed.state, failed.held_reason) == (DeliveryState.FAILED, UNFOLLOWED)
        assert failed.settled_at == NOON
        assert records.deliveries.ready(NOON + HOUR, 10) == []


def test_what_was_sent_stays_sent(store: SqlStore) -> None:
    with store.write() as records:
        delivery = outgoing(records)
        taken = records.deliveries.claim(delivery.id, NOON, NOON + MINUTE)
        assert taken is not None
        records.deliveries.settle(taken, Route.PUSH, NOON)
        leaves(records)
        [sent] = records.deliveries.for_consultation(delivery.consultation)
    assert sent.state is DeliveryState.SENT


def test_a_push_that_went_through_meanwhile_is_sent_but_only_by_its_own_attempt(
    store: SqlStore,
) -> None:
    with store.write() as records:
        delivery = outgoing(records)
        taken = records.deliveries.claim(delivery.id, NOON, NOON + MINUTE)
        assert taken is not None
        leaves(records)
        assert not records.deliveries.hold(taken, "43004")
        assert not records.deliveries.postpone(taken, NOON + MINUTE, "-1")
        older = replace(taken, attempts=taken.attempts - 1)
        assert not records.deliveries.settle(older, Route.PUSH, NOON)
        [failed] = records.deliveries.for_consultation(delivery.consultation)
        assert not records.deliveries.settle(failed, Route.REPLY, NOON)
        assert records.deliveries.settle(taken, Route.PUSH, NOON)


def test_a_repeat_of_somebody_who_just_left_is_found_by_its_key(store: SqlStore) -> None:
    wechat = ChannelName.WECHAT
    with store.write() as records:
        number = case(records).number
        exchange(records, says(key="m:1"), answers("编号", consultation=number))
        exchange(records, says(who=FARMER, key="m:2"))
        leaves(records, GRANNY)
        found = records.conversations.said_to_departed(wechat, "m:1", NOON - MINUTE)
        assert found is not None
        assert (found.text, found.consultation) == ("编号", number)
        for channel, key, since in (
            (wechat, "m:1", NOON + SECOND),
            (wechat, "m:2", NOON - MINUTE),
            (ChannelName.CHAT, "m:1", NOON - MINUTE),
        ):
            assert records.conversations.said_to_departed(channel, key, since) is None


def test_supplements_are_the_residents_messages_in_the_case_from_a_time_on(
    store: SqlStore,
) -> None:
    with store.write() as records:
        number = case(records).number
        for at in (NOON - HOUR, NOON, NOON + HOUR):
            exchange(records, says(at=at), answers(consultation=number))
        exchange(records, says(at=NOON))
        assert records.conversations.supplements(number, NOON) == 2


def test_a_departure_waits_for_a_message_and_takes_it_along(store: SqlStore) -> None:
    with store.write() as records:
        exchange(records)

    def leave() -> None:
        with store.write() as records:
            leaves(records)

    with ThreadPoolExecutor(1) as pool:
        with store.write() as records:
            standing = records.conversations.take(GRANNY)
            assert standing is not None
            left = pool.submit(leave)
            Event().wait(0.2)  # long enough to be first, if nothing kept it waiting
            records.conversations.add(standing.resident.id, says(SECRET), answers())
        left.result(LONG)
    with store.read() as records:
        assert SECRET not in repr(list(records.exports.messages()))
        assert records.exports.counts()["messages"] == 2


@pytest.mark.parametrize("way", ["taken", "made"])
def test_a_message_that_waited_for_a_departure_is_of_somebody_new(
    store: SqlStore, way: str
) -> None:
    """Neither way in may write for the one who left."""
    with store.write() as records:
        old, _ = exchange(records)

    def write() -> ResidentId:
        with store.write() as records:
            taken = records.conversations.take(GRANNY) if way == "taken" else None
            standing = taken or records.conversations.standing(GRANNY, NOON)
            records.conversations.add(standing.resident.id, says(), answers())
            return standing.resident.id

    with ThreadPoolExecutor(1) as pool:
        with store.write() as records:
            leaves(records)
            wrote = pool.submit(write)
            Event().wait(0.2)
        assert wrote.result(LONG) != old.id
    with store.read() as records:
        assert records.exports.counts()["residents"] == 2


def test_two_first_messages_at_once_make_one_resident_who_is_told_once(store: SqlStore) -> None:
    def arrive(key: str) -> str:
        with store.write() as records:
            conversations = records.conversations
            standing = conversations.take(GRANNY) or conversations.standing(GRANNY, NOON)
            reply = replace(answers(), notice="" if standing.notice else "2026-11")
            conversations.add(standing.resident.id, says(key=key), reply)
            return reply.notice

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(arrive, ["m:1", "m:2", "m:3", "m:4"]))
    assert sorted(told) == ["", "", "", "2026-11"]


def test_the_bytes_of_name_and_words_leave_an_sqlite_file(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    with sqlite_store.write() as records:
        for number in range(50):
            exchange(records, says(f"{SECRET}{number}" * 40, who=OPENID))
    with sqlite_store.write() as records:
        leaves(records, OPENID)
    sqlite_store.engine.dispose()
    found = b"".join(path.read_bytes() for path in tmp_path.glob("faxiaomei.db*"))
    assert OPENID.resident.encode() not in found
    assert SECRET.encode() not in found


def test_a_departure_is_an_event_with_a_kind_of_its_own(store: SqlStore) -> None:
    with store.write() as records:
        resident, _ = exchange(records, says("", kind=Kind.LEAVE), answers(""))
        assert records.conversations.since(resident.id, MessageId(0), 10) == []
        [row] = records.exports.messages()
    assert row["type"] == "leave"
