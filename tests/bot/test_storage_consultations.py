"""Cases of the desk: numbers, order, compare-and-swap, and a trace of every change."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Row, select

from bot.storage.store import SqlRecords, SqlStore
from bot.storage.tables import Step, consultation_events
from handlers.cases import Priority, State
from handlers.model import ConsultationNumber
from tests.bot.storage_examples import FARMER, GRANNY, HOUR, MINUTE, NOON, case, lawyer

NOWHERE = ConsultationNumber(99_999)


@pytest.fixture
def records(store: SqlStore) -> Iterator[SqlRecords]:
    with store.write() as records:
        yield records


def events(records: SqlRecords, number: ConsultationNumber) -> list[Row[Any]]:
    found = records.consultations.connection.execute(
        select(consultation_events)
        .where(consultation_events.c.consultation == number)
        .order_by(consultation_events.c.id)
    )
    return list(found)


def test_the_first_case_is_10001_and_the_next_follows(records: SqlRecords) -> None:
    assert [case(records).number for _ in range(3)] == [10_001, 10_002, 10_003]


def test_a_number_that_was_deleted_never_comes_back(store: SqlStore) -> None:
    with store.write() as records:
        number = case(records).number
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM consultation_events")
        connection.exec_driver_sql("DELETE FROM consultations")
    with store.write() as records:
        assert case(records).number == number + 1


def test_a_case_comes_back_as_it_was_opened(store: SqlStore) -> None:
    with store.write() as records:
        opened = case(records, priority=Priority.URGENT, question="被打了", at=NOON)
    with store.read() as records:
        assert records.consultations.get(opened.number) == opened
        assert records.consultations.get(NOWHERE) is None
    assert (opened.state, opened.priority, opened.question, opened.opened_at) == (
        State.WAITING,
        Priority.URGENT,
        "被打了",
        NOON,
    )
    assert (opened.resident.address, opened.reason, opened.topic) == (GRANNY, "asked", "labour")
    assert (opened.claimed_by, opened.claimed_at, opened.answered_at, opened.closed_at) == (
        None,
        None,
        None,
        None,
    )


def test_the_latest_case_is_the_residents_own(records: SqlRecords) -> None:
    case(records, who=GRANNY)
    latest = case(records, who=GRANNY)
    others = case(records, who=FARMER)
    assert records.consultations.latest_of(latest.resident.id) == latest
    assert records.consultations.latest_of(others.resident.id) == others


def test_somebody_without_a_case_has_no_latest_one(records: SqlRecords) -> None:
    resident = records.conversations.resident(GRANNY, NOON)
    assert records.consultations.latest_of(resident.id) is None


def test_the_queue_is_urgent_first_then_the_longest_waiting(records: SqlRecords) -> None:
    late = case(records, at=NOON + HOUR).number
    early = case(records, at=NOON).number
    urgent_late = case(records, at=NOON + 2 * HOUR, priority=Priority.URGENT).number
    urgent_early = case(records, at=NOON + HOUR, priority=Priority.URGENT).number
    tie = case(records, at=NOON).number

    def listed(before: int, limit: int) -> list[ConsultationNumber]:
        page = records.consultations.listed([State.WAITING], None, before, limit)
        return [c.number for c in page]

    assert listed(0, 10) == [urgent_early, urgent_late, early, tie, late]
    assert listed(2, 2) == [early, tie]
    assert listed(5, 2) == []


def test_lists_and_counts_are_by_state_and_by_holder(records: SqlRecords) -> None:
    wang, li = lawyer(records, "王"), lawyer(records, "李")
    waiting, mine, theirs, done = (case(records).number for _ in range(4))
    for number, staff in ((mine, wang), (theirs, li), (done, wang)):
        records.consultations.move(number, State.WAITING, State.CLAIMED, staff.id, NOON)
    records.consultations.move(done, State.CLAIMED, State.ANSWERED, wang.id, NOON)

    def numbers(*states: State, by: object = None) -> set[ConsultationNumber]:
        holder = getattr(by, "id", None)
        listed = records.consultations.listed(states, holder, 0, 10)
        assert records.consultations.count(states, holder) == len(listed)
        return {c.number for c in listed}

    assert numbers(State.WAITING) == {waiting}
    assert numbers(State.CLAIMED) == {mine, theirs}
    assert numbers(State.CLAIMED, by=wang) == {mine}
    assert numbers(State.CLAIMED, State.ANSWERED, by=wang) == {mine, done}
    assert numbers(State.CLOSED) == set()


def test_a_case_through_its_whole_life(records: SqlRecords) -> None:
    staff, number = lawyer(records), case(records).number
    steps = [
        (State.WAITING, State.CLAIMED),
        (State.CLAIMED, State.ANSWERED),
        (State.ANSWERED, State.CLOSED),
    ]
    for step, (expected, to) in enumerate(steps, 1):
        assert records.consultations.move(number, expected, to, staff.id, NOON + step * HOUR)
    found = records.consultations.get(number)
    assert found is not None
    assert (found.state, found.claimed_by) == (State.CLOSED, staff.id)
    assert (found.claimed_at, found.answered_at, found.closed_at) == (
        NOON + HOUR,
        NOON + 2 * HOUR,
        NOON + 3 * HOUR,
    )


def test_a_move_from_another_state_than_expected_changes_nothing(records: SqlRecords) -> None:
    wang, li, opened = lawyer(records, "王"), lawyer(records, "李"), case(records)
    assert records.consultations.move(opened.number, State.WAITING, State.CLAIMED, wang.id, NOON)
    before = records.consultations.get(opened.number)
    assert not records.consultations.move(
        opened.number, State.WAITING, State.CLAIMED, li.id, NOON + HOUR
    )
    assert records.consultations.get(opened.number) == before
    assert len(events(records, opened.number)) == 2
    assert not records.consultations.move(NOWHERE, State.WAITING, State.CLOSED, wang.id, NOON)


def test_back_to_the_queue_clears_the_holder_and_keeps_the_place(records: SqlRecords) -> None:
    staff, opened = lawyer(records), case(records)
    records.consultations.move(opened.number, State.WAITING, State.CLAIMED, staff.id, NOON)
    records.consultations.move(opened.number, State.CLAIMED, State.WAITING, staff.id, NOON)
    assert records.consultations.get(opened.number) == opened


def test_reopening_takes_the_closing_back(records: SqlRecords) -> None:
    staff, number = lawyer(records), case(records).number
    records.consultations.move(number, State.WAITING, State.CLOSED, staff.id, NOON)
    records.consultations.move(number, State.CLOSED, State.CLAIMED, staff.id, NOON + HOUR)
    found = records.consultations.get(number)
    assert found is not None
    assert (found.state, found.claimed_by, found.closed_at) == (State.CLAIMED, staff.id, None)


def test_an_answer_without_a_claim_counts_as_one(records: SqlRecords) -> None:
    staff, number = lawyer(records), case(records).number
    records.consultations.move(number, State.WAITING, State.ANSWERED, staff.id, NOON)
    found = records.consultations.get(number)
    assert found is not None
    assert (found.claimed_by, found.claimed_at, found.answered_at) == (staff.id, NOON, NOON)


def test_urgent_twice_is_urgent_once(records: SqlRecords) -> None:
    number = case(records).number
    records.consultations.raise_priority(number, "violence", NOON + MINUTE)
    records.consultations.raise_priority(number, "violence", NOON + HOUR)
    found = records.consultations.get(number)
    assert found is not None
    assert found.priority is Priority.URGENT
    assert [(e.what, e.at) for e in events(records, number)] == [
        (Step.OPENED, NOON),
        (Step.RAISED, NOON + MINUTE),
    ]


def test_a_question_is_set_once(records: SqlRecords) -> None:
    number = case(records, question="").number
    records.consultations.ask(number, "离婚怎么办")
    records.consultations.ask(number, "另一个问题")
    found = records.consultations.get(number)
    assert found is not None
    assert found.question == "离婚怎么办"


def test_every_change_says_who_when_and_from_where_to_where(records: SqlRecords) -> None:
    staff, number = lawyer(records), case(records).number
    records.consultations.move(number, State.WAITING, State.CLAIMED, staff.id, NOON + HOUR)
    records.consultations.move(number, State.CLAIMED, State.WAITING, None, NOON + 2 * HOUR)
    kept = [(e.what, e.from_state, e.to_state, e.staff, e.at) for e in events(records, number)]
    assert kept == [
        (Step.OPENED, None, State.WAITING, None, NOON),
        (Step.MOVED, State.WAITING, State.CLAIMED, staff.id, NOON + HOUR),
        (Step.MOVED, State.CLAIMED, State.WAITING, None, NOON + 2 * HOUR),
    ]
