"""Every question the ports ask is answered from an index: as fast with ten million messages."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from bot.storage.newcomers import newcomers
from bot.storage.places import book
from bot.storage.store import SqlRecords, SqlStore
from handlers.cases import AttachmentId, DeliveryId, State
from handlers.model import ChannelName, ConsultationNumber, MessageId, ResidentId
from tests.bot.storage_examples import FARMER, GRANNY, HOUR, NOON, exchange, outgoing, sent

WHO = ResidentId(1)
NUMBER = ConsultationNumber(10_001)

QUESTIONS: dict[str, Callable[[SqlRecords], object]] = {
    "a message with its reply": exchange,
    "a resident": lambda r: r.conversations.take(GRANNY),
    "a newcomer": lambda r: r.conversations.standing(FARMER, NOON),
    "a repeat after a departure": lambda r: r.conversations.said_to_departed(
        ChannelName.WECHAT, "m:1", NOON
    ),
    "a departure": lambda r: r.conversations.depart(WHO, NOON),
    "what a departure abandons": lambda r: r.deliveries.abandon(WHO, "unfollowed", NOON),
    "the supplements of a case": lambda r: r.conversations.supplements(NUMBER, NOON),
    "what matters of before": lambda r: r.conversations.prior(WHO, "m:1"),
    "who writes and what matters of before": lambda r: r.conversations.meet(GRANNY, "m:1"),
    "the reply to a key": lambda r: r.conversations.reply_to(WHO, "m:1"),
    "the newest of a conversation": lambda r: r.conversations.since(WHO, MessageId(0), 50),
    "the rest of a conversation": lambda r: r.conversations.since(WHO, MessageId(7), 50),
    "a case": lambda r: r.consultations.get(NUMBER),
    "the latest case": lambda r: r.consultations.latest_of(WHO),
    "a page of the queue": lambda r: r.consultations.listed([State.WAITING], None, 50, 50),
    "the length of the queue": lambda r: r.consultations.count([State.WAITING], None),
    "a move": lambda r: r.consultations.move(NUMBER, State.WAITING, State.CLOSED, None, NOON),
    "an answer on its way": outgoing,
    "a claim": lambda r: r.deliveries.claim(DeliveryId(1), NOON, NOON + HOUR),
    "what is held": lambda r: r.deliveries.held_for(WHO),
    "the deliveries of a case": lambda r: r.deliveries.for_consultation(NUMBER),
    "what a sweep wakes": lambda r: r.deliveries.ready(NOON, 200),
    "something sent along": sent,
    "an attachment": lambda r: r.attachments.get(AttachmentId(1)),
    "the attachments of a thread": lambda r: r.attachments.of_messages([MessageId(1)]),
    "the kinds in the queue": lambda r: r.attachments.kinds_in([NUMBER]),
    "what belongs to no case is erased": lambda r: r.attachments.erase_unfiled(WHO),
    "what joins a case": lambda r: r.attachments.join(WHO, NUMBER, NOON),
    "a fetch": lambda r: r.attachments.claim(AttachmentId(1), NOON, NOON + HOUR),
    "a loss": lambda r: r.attachments.lose(sent(r), "expired"),
    "a request to send again": lambda r: r.attachments.ask_again(sent(r, number=NUMBER).id, NOON),
    "what a collector wakes": lambda r: r.attachments.ready(NOON, 50),
    "a place without a delivery": lambda r: book(r, GRANNY, NOON, NOON + HOUR),
    "who is new": lambda r: newcomers(r, ChannelName.CHAT, NOON, NOON + HOUR),
    "what is left of the ration": lambda r: r.deliveries.ration_left(WHO, NOON),
}


def plans(store: SqlStore, ask: Callable[[SqlRecords], object]) -> list[str]:
    """What SQLite says of each statement that the question needs."""
    asked: list[tuple[str, Any]] = []
    with store.write() as records:
        exchange(records)
        outgoing(records)
        connection = records.conversations.connection

        def note(_c: object, _u: object, statement: str, parameters: Any, *_: object) -> None:
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        ask(records)
        event.remove(connection, "before_cursor_execute", note)
        return [
            f"{row.detail} <- {statement}"
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_no_question_reads_or_sorts_a_whole_table(
    sqlite_store: SqlStore, ask: Callable[[SqlRecords], object]
) -> None:
    found = plans(sqlite_store, ask)
    assert found
    for plan in found:
        step = plan.partition("<-")[0].replace("SCAN CONSTANT ROW", "")  # of no table at all
        assert "SCAN" not in step, plan
        assert "TEMP B-TREE" not in plan.partition("<-")[0], plan


def test_a_question_without_an_index_would_be_noticed(sqlite_store: SqlStore) -> None:
    """An export is meant to read everything."""
    found = plans(sqlite_store, lambda records: list(records.exports.deliveries()))
    assert any("SCAN" in plan.partition("<-")[0] for plan in found)
