"""Retention: words go when their time is over, and nothing else does."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from bot.storage import retention
from bot.storage.deliveries import PUSHES_IN_WINDOW
from bot.storage.engine import readers
from bot.storage.retention import Kept, erase, overdue, undelivered
from bot.storage.store import SqlStore
from bot.storage.vault import DatabaseVault, sealing_key
from handlers.cases import AttachmentId, Route, State
from handlers.model import Address, ChannelName, ConsultationNumber, Offer
from tests.bot.storage_examples import (
    FARMER,
    GRANNY,
    HOUR,
    NOON,
    SECOND,
    answers,
    case,
    exchange,
    lawyer,
    outgoing,
    says,
    sent,
)

LATER = NOON + timedelta(days=400)
BEFORE: Mapping[Kept, datetime] = dict.fromkeys(Kept, NOON + HOUR)
"""Everything up to an hour after noon is over."""


def purge(store: SqlStore, before: Mapping[Kept, datetime] = BEFORE) -> dict[Kept, int]:
    return {kind: sum(erase(store.engine, kind, before[kind])) for kind in Kept}


def every_word(store: SqlStore) -> str:
    """All that anybody could read in the tables themselves."""
    with readers(store.engine).begin() as connection:
        asked = (
            "SELECT text, offer FROM messages",
            "SELECT question FROM consultations",
            "SELECT text FROM deliveries",
            "SELECT name FROM residents",
        )
        return "\n".join(str(row) for one in asked for row in connection.exec_driver_sql(one))


def ended_case(
    store: SqlStore, *, closed: bool = True, sent: bool = True, who: Address = GRANNY
) -> ConsultationNumber:
    """A case with a question, an answer and its delivery, all at noon."""
    with store.write() as records:
        staff = records.personnel.named("王律师") or lawyer(records)
        delivery = outgoing(records, who=who, text="请带上合同。", staff=staff)
        number = delivery.consultation
        exchange(records, says("工资", who=who), answers("已转人工", consultation=number))
        records.consultations.move(number, State.WAITING, State.ANSWERED, staff.id, NOON)
        if closed:
            records.consultations.move(number, State.ANSWERED, State.CLOSED, staff.id, NOON)
        if sent:
            taken = records.deliveries.claim(delivery.id, NOON, NOON + HOUR)
            assert taken is not None
            records.deliveries.settle(taken, Route.PUSH, NOON)
    return number


def test_words_go_and_counts_numbers_and_deliveries_stay(store: SqlStore) -> None:
    ended_case(store)
    with store.write() as records:
        exchange(records, says("他打我"), answers("打110", offer=Offer(question="他打我")))
    with store.read() as records:
        counts = records.exports.counts()
        before = list(records.exports.deliveries())
    assert purge(store) == {Kept.MESSAGES: 2, Kept.CASES: 1, Kept.RESIDENTS: 1, Kept.PUSHES: 0}
    assert not any(word in every_word(store) for word in ("打", "工资", "合同", "granny"))
    with store.read() as records:
        assert records.exports.counts() == counts
        (delivery,) = records.exports.deliveries()
        assert delivery == before[0] | {"text": "", "resident": "erased-1"}
        assert [row["decision"] for row in records.exports.messages()] == ["answer", "answer"]


def test_a_second_purge_finds_nothing(store: SqlStore) -> None:
    ended_case(store)
    purge(store)
    assert set(purge(store).values()) == {0}
    assert set(overdue(store.engine, BEFORE).values()) == {0}


def test_a_dry_run_counts_what_a_purge_erases_and_erases_nothing(store: SqlStore) -> None:
    ended_case(store)
    with store.write() as records:
        exchange(records, says("他打我", who=FARMER))
    words = every_word(store)
    told = overdue(store.engine, BEFORE)
    assert every_word(store) == words
    assert told == {Kept.MESSAGES: 2, Kept.CASES: 1, Kept.RESIDENTS: 0, Kept.PUSHES: 0}
    done = purge(store)
    assert (done[Kept.MESSAGES], done[Kept.CASES]) == (2, 1)


@pytest.mark.parametrize("state", [State.WAITING, State.CLAIMED])
def test_an_open_case_and_all_around_it_is_left_alone_however_old(
    store: SqlStore, state: State
) -> None:
    with store.write() as records:
        number = case(records).number
        exchange(records, says("闲聊"))
        exchange(records, says("补充"), answers("收到", consultation=number))
        if state is State.CLAIMED:
            staff = lawyer(records)
            records.consultations.move(number, State.WAITING, State.CLAIMED, staff.id, NOON)
    words = every_word(store)
    assert set(purge(store, dict.fromkeys(Kept, LATER)).values()) == {0}
    assert every_word(store) == words


def test_an_answered_case_that_nobody_closed_is_over_all_the_same(store: SqlStore) -> None:
    ended_case(store, closed=False)
    assert purge(store)[Kept.CASES] == 1


def test_an_answer_that_still_waits_keeps_its_case_and_is_told(store: SqlStore) -> None:
    ended_case(store, sent=False)
    words = every_word(store)
    assert purge(store)[Kept.CASES] == 0
    assert undelivered(store.engine, BEFORE[Kept.CASES]) == 1
    assert every_word(store) == words


def test_a_case_that_was_spoken_in_since_is_not_over(store: SqlStore) -> None:
    number = ended_case(store)
    with store.write() as records:
        late = says("再问一句", at=NOON + 2 * HOUR)
        exchange(records, late, answers("好", consultation=number))
    assert purge(store) == {Kept.MESSAGES: 0, Kept.CASES: 0, Kept.RESIDENTS: 0, Kept.PUSHES: 0}


def test_the_moment_itself_is_not_over(store: SqlStore) -> None:
    with store.write() as records:
        exchange(records, says("到点", at=BEFORE[Kept.MESSAGES]))
        exchange(records, says("过点", at=BEFORE[Kept.MESSAGES] - SECOND))
    assert purge(store)[Kept.MESSAGES] == 2
    assert "到点" in every_word(store)


def test_each_kind_has_its_own_time(store: SqlStore) -> None:
    ended_case(store)
    with store.write() as records:
        exchange(records, says("闲聊", who=FARMER))
    early = NOON - HOUR
    only_messages = dict.fromkeys(Kept, early) | {Kept.MESSAGES: LATER}
    assert purge(store, only_messages) == {
        Kept.MESSAGES: 2,
        Kept.CASES: 0,
        Kept.RESIDENTS: 0,
        Kept.PUSHES: 0,
    }
    assert "合同" in every_word(store)
    assert "闲聊" not in every_word(store)
    assert "farmer" in every_word(store)


def test_somebody_who_comes_back_is_new_and_loses_nothing(store: SqlStore) -> None:
    with store.write() as records:
        old, _ = exchange(records, says("你好"))
    purge(store)
    with store.write() as records:
        again, _ = exchange(records, says("又来了", at=LATER))
        assert again.id != old.id
        assert records.conversations.known(GRANNY) == again


def test_more_than_a_batch_is_erased_and_a_stopped_purge_goes_on(store: SqlStore) -> None:
    many = retention.BATCH + 10
    with store.write() as records:
        for number in range(many):
            exchange(records, says("字", who=Address(ChannelName.CHAT, f"page{number}")))
    first = next(erase(store.engine, Kept.MESSAGES, LATER))
    assert first == retention.BATCH
    assert overdue(store.engine, BEFORE)[Kept.MESSAGES] == 2 * many - retention.BATCH
    assert purge(store)[Kept.MESSAGES] == 2 * many - retention.BATCH


def test_a_case_reopened_in_the_meantime_is_left_alone(store: SqlStore) -> None:
    """Between looking and erasing somebody took the case up again."""
    number = ended_case(store)
    rule = retention._RULES[Kept.CASES]
    with store.write() as records:
        staff = records.personnel.named("王律师")
        assert staff is not None
        records.consultations.move(number, State.CLOSED, State.CLAIMED, staff.id, LATER)
    with store.engine.begin() as connection:
        assert retention._erase_batch(connection, rule, [number], BEFORE[Kept.CASES]) == 0
    assert "合同" in every_word(store)


def test_residents_write_on_while_it_erases(store: SqlStore) -> None:
    with store.write() as records:
        for number in range(2_000):
            who = Address(ChannelName.CHAT, f"page{number}")
            exchange(records, says("旧话", who=who), answers("答"))
    written, failed, done = [], [], threading.Event()

    def write_on() -> None:
        number = 0
        while not done.is_set():
            number += 1
            who = Address(ChannelName.CHAT, f"page{number}")
            try:
                with store.write() as records:
                    exchange(records, says(f"新话{number}", who=who, at=LATER))
                written.append(number)
            except Exception as error:  # noqa: BLE001  whatever it was, it failed
                failed.append(error)

    writer = threading.Thread(target=write_on)
    writer.start()
    erased = sum(erase(store.engine, Kept.MESSAGES, BEFORE[Kept.MESSAGES]))
    done.set()
    writer.join()
    assert not failed
    assert written
    assert erased == 4_000
    with store.read() as records:
        texts = {row["text"] for row in records.exports.messages()}
    assert texts == {"", *(f"新话{number}" for number in written)}


def attachments_left(store: SqlStore) -> tuple[int, int]:
    """Attachments, and contents of them."""
    with readers(store.engine).begin() as connection:
        tables = ("attachments", "attachment_contents")
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in tables
        ]
    return counts[0], counts[1]


def keep_content(store: SqlStore, attachment: AttachmentId) -> None:
    DatabaseVault(store.engine, sealing_key("a key of tests, long enough")).put(attachment, b"x")


def test_what_came_without_words_goes_with_its_contents(store: SqlStore) -> None:
    with store.write() as records:
        kept = sent(records)
    keep_content(store, kept.id)
    assert attachments_left(store) == (1, 1)
    assert overdue(store.engine, BEFORE)[Kept.MESSAGES] == 2
    assert purge(store) == {Kept.MESSAGES: 2, Kept.CASES: 0, Kept.RESIDENTS: 1, Kept.PUSHES: 0}
    assert attachments_left(store) == (0, 0)
    assert set(purge(store).values()) == {0}


def test_what_joined_a_case_lasts_as_long_as_that(store: SqlStore) -> None:
    with store.write() as records:
        kept = sent(records)
    number = ended_case(store)
    with store.write() as records:
        records.attachments.join(kept.owner.id, number, NOON)
    keep_content(store, kept.id)
    purge(store, {**BEFORE, Kept.CASES: NOON - HOUR})
    assert attachments_left(store) == (1, 1)
    assert purge(store) == {Kept.MESSAGES: 0, Kept.CASES: 1, Kept.RESIDENTS: 1, Kept.PUSHES: 0}
    assert attachments_left(store) == (0, 0)


def test_an_attachment_of_today_stays(store: SqlStore) -> None:
    with store.write() as records:
        kept = sent(records, at=NOON + 2 * HOUR)
    keep_content(store, kept.id)
    purge(store)
    assert attachments_left(store) == (1, 1)


def test_pushes_go_once_they_count_for_nobody_and_deliveries_stay(store: SqlStore) -> None:
    with store.write() as records:
        delivery = outgoing(records)
        taken = records.deliveries.claim(delivery.id, NOON, NOON + HOUR)
        assert taken is not None
        records.deliveries.take_place(taken, BEFORE[Kept.PUSHES])
        exchange(records, says("又来", at=NOON))
        assert records.deliveries.ration_left(taken.to.id, NOON) == PUSHES_IN_WINDOW - 1
    assert purge(store)[Kept.PUSHES] == 0
    later = {**BEFORE, Kept.PUSHES: BEFORE[Kept.PUSHES] + SECOND}
    assert overdue(store.engine, later)[Kept.PUSHES] == 1
    assert purge(store, later)[Kept.PUSHES] == 1
    with store.read() as records:
        assert records.deliveries.ration_left(taken.to.id, NOON) == PUSHES_IN_WINDOW
        assert len(list(records.exports.deliveries())) == 1
