"""What was said is kept once, whole, and found again."""

from dataclasses import fields
from datetime import UTC, date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, StatementError

from bot.storage.store import SqlStore
from handlers.cases import Author
from handlers.errors import NotFound
from handlers.model import (
    Address,
    Basis,
    ChannelName,
    CitedVersion,
    ConsultationNumber,
    DecisionName,
    Kind,
    MessageId,
    Offer,
    Reply,
)
from knowledge.entry import Citation, EntryId
from tests.bot.storage_examples import (
    FARMER,
    GRANNY,
    HOUR,
    NOON,
    answers,
    case,
    exchange,
    lawyer,
    says,
)

FULL_OFFER = Offer(
    choices=(EntryId("wages-unpaid"), EntryId("wages-injury")),
    rest=("第二部分", "第三部分"),
    question="工钱",
    awaits=ConsultationNumber(10_007),
    misses=1,
    wordless=2,
    entry=EntryId("wages-unpaid"),
    entry_version="9f2c",
    own=1,
)
FULL_BASIS = Basis(
    entry=EntryId("wages-unpaid"),
    entry_version="9f2c",
    content_version="2026-11-01",
    law=(CitedVersion(Citation("中华人民共和国劳动法", "第五十条"), date(2018, 12, 29)),),
)


def test_an_address_is_one_resident_for_ever(store: SqlStore) -> None:
    with store.write() as records:
        first = records.conversations.resident(GRANNY, NOON)
    with store.write() as records:
        again = records.conversations.resident(GRANNY, NOON + HOUR)
        other = records.conversations.resident(FARMER, NOON)
    assert again == first
    assert first.address == GRANNY
    assert other.id != first.id


def test_who_never_wrote_is_unknown_and_stays_so(store: SqlStore) -> None:
    with store.write() as records:
        granny = records.conversations.resident(GRANNY, NOON)
    with store.read() as records:
        assert records.conversations.known(GRANNY) == granny
        assert records.conversations.known(FARMER) is None
        assert records.exports.counts()["residents"] == 1


def test_the_same_name_on_two_channels_is_two_residents(store: SqlStore) -> None:
    with store.write() as records:
        here = records.conversations.resident(Address(ChannelName.CHAT, "granny"), NOON)
        there = records.conversations.resident(GRANNY, NOON)
    assert here.id != there.id


def test_a_message_that_never_came_has_no_reply(store: SqlStore) -> None:
    with store.write() as records:
        resident, _ = exchange(records, says(key="m:1"))
        assert records.conversations.reply_to(resident.id, "m:2") is None


def test_a_reply_comes_back_whole(store: SqlStore) -> None:
    with store.write() as records:
        number = case(records).number
        reply = Reply(DecisionName.ANSWER, "第一部分", FULL_OFFER, FULL_BASIS, number)
        resident, _ = exchange(records, says(key="m:1"), reply)
    with store.read() as records:
        assert records.conversations.reply_to(resident.id, "m:1") == reply


def test_the_example_offer_leaves_no_field_at_its_default() -> None:
    """Else a field that is forgotten in the documents would go unnoticed above."""
    empty = Offer()
    for field in fields(Offer):
        assert getattr(FULL_OFFER, field.name) != getattr(empty, field.name), field.name


def test_the_same_key_of_another_resident_is_another_message(store: SqlStore) -> None:
    with store.write() as records:
        granny, _ = exchange(records, says(who=GRANNY, key="m:1"), answers("一"))
        farmer, _ = exchange(records, says(who=FARMER, key="m:1"), answers("二"))
    with store.read() as records:
        for resident, text in ((granny, "一"), (farmer, "二")):
            found = records.conversations.reply_to(resident.id, "m:1")
            assert found is not None
            assert found.text == text


def test_a_key_is_never_kept_twice_and_the_fault_is_not_swallowed(store: SqlStore) -> None:
    with store.write() as records:
        exchange(records, says(key="m:1"))
    with pytest.raises(IntegrityError), store.write() as records:
        exchange(records, says(key="m:1"))
    with store.read() as records:
        assert records.exports.counts()["messages"] == 1


def test_offers_are_of_the_last_reply_and_what_staff_said_since(store: SqlStore) -> None:
    old, last, staff_first, staff_last = (Offer(question=q) for q in "甲乙丙丁")
    with store.write() as records:
        member, number = lawyer(records), case(records).number
        exchange(records, reply=answers(offer=old))
        resident, _ = exchange(records, reply=answers(offer=last))
        for offer in (staff_first, staff_last):
            records.conversations.add_answer(number, member.id, "答复", offer, NOON)
        assert records.conversations.prior(resident.id, "").offers == (
            staff_last,
            staff_first,
            last,
        )


def test_a_resident_who_was_told_nothing_has_no_offers(store: SqlStore) -> None:
    with store.write() as records:
        resident = records.conversations.resident(GRANNY, NOON)
        assert records.conversations.prior(resident.id, "").offers == ()


def test_a_silent_reply_leaves_the_offers_before_it_standing(store: SqlStore) -> None:
    choices = Offer(choices=(EntryId("wages-unpaid"),))
    with store.write() as records:
        exchange(records, reply=answers(offer=choices))
        resident, _ = exchange(records, says("", kind=Kind.EVENT), answers(""))
        assert records.conversations.prior(resident.id, "").offers == (choices,)


def test_offers_of_others_are_not_mine(store: SqlStore) -> None:
    with store.write() as records:
        granny, _ = exchange(records, says(who=GRANNY), answers(offer=Offer(question="甲")))
        exchange(records, says(who=FARMER), answers(offer=Offer(question="乙")))
        assert records.conversations.prior(granny.id, "").offers == (Offer(question="甲"),)


def test_a_conversation_reads_in_the_order_it_was_held(store: SqlStore) -> None:
    with store.write() as records:
        member, number = lawyer(records), case(records).number
        resident, first = exchange(records, says("问"), answers("答", consultation=number))
        records.conversations.add_answer(number, member.id, "律师答", FULL_OFFER, NOON + HOUR)
    with store.read() as records:
        asked, replied, answered = records.conversations.since(resident.id, MessageId(0), 10)
    assert (asked.id, asked.author, asked.text) == (first, Author.RESIDENT, "问")
    assert (replied.author, replied.text, replied.decision) == (
        Author.MACHINE,
        "答",
        DecisionName.ANSWER,
    )
    assert (answered.author, answered.text, answered.staff) == (
        Author.STAFF,
        "律师答",
        member.name,
    )
    assert answered.offer == FULL_OFFER
    assert answered.at == NOON + HOUR
    assert {u.consultation for u in (asked, replied, answered)} == {number}


def test_zero_means_the_newest_and_a_number_means_what_follows_it(store: SqlStore) -> None:
    with store.write() as records:
        ids = [exchange(records, says(str(i)), answers(f"答{i}"))[1] for i in range(5)]
        resident = records.conversations.resident(GRANNY, NOON)

        def texts(after: MessageId, limit: int) -> list[str]:
            return [u.text for u in records.conversations.since(resident.id, after, limit)]

        assert texts(MessageId(0), 3) == ["答3", "4", "答4"]
        assert texts(ids[1], 3) == ["答1", "2", "答2"]
        assert texts(ids[4], 3) == ["答4"]


def test_what_has_no_words_is_shown_only_when_somebody_sent_it(store: SqlStore) -> None:
    with store.write() as records:
        for kind in (Kind.FOLLOW, Kind.EVENT):
            exchange(records, says("", kind=kind), answers(""))
        resident, picture = exchange(records, says("", kind=Kind.MEDIA), answers("请写字"))
        shown = records.conversations.since(resident.id, MessageId(0), 10)
    assert [(u.text, u.author) for u in shown] == [
        ("", Author.RESIDENT),
        ("请写字", Author.MACHINE),
    ]
    assert shown[0].id == picture


def test_an_answer_needs_its_case(store: SqlStore) -> None:
    nowhere = ConsultationNumber(99_999)
    with store.write() as records:
        member = lawyer(records)
        with pytest.raises(NotFound):
            records.conversations.add_answer(nowhere, member.id, "答复", Offer(), NOON)


def test_times_come_back_aware_equal_and_in_utc(store: SqlStore) -> None:
    with store.write() as records:
        resident, _ = exchange(records, says(at=NOON))
    with store.read() as records:
        (asked, _) = records.conversations.since(resident.id, MessageId(0), 2)
    assert asked.at == NOON
    assert asked.at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: SqlStore) -> None:
    with pytest.raises(StatementError, match="NaiveTimeError"), store.write() as records:
        records.conversations.resident(GRANNY, NOON.replace(tzinfo=None))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.text(alphabet=st.characters(), min_size=1))
def test_any_words_are_kept_and_only_what_cannot_be_is_changed(store: SqlStore, words: str) -> None:
    with store.write() as records:
        offer = Offer(question=words, rest=(words,))
        message = says("甲" + words)
        resident, _ = exchange(records, message, answers("乙" + words, offer=offer))
        reply = records.conversations.reply_to(resident.id, message.key)
        asked, _ = records.conversations.since(resident.id, MessageId(0), 2)
    clean = "".join("?" if "\ud800" <= c <= "\udfff" else c for c in words if c != "\0")
    assert asked.text == "甲" + clean
    assert reply is not None
    assert (reply.text, reply.offer) == ("乙" + clean, Offer(question=clean, rest=(clean,)))
