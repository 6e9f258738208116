"""What is erased when its time is over: words and attachments go, the row that bore them stays.

Counts, case numbers and the states of deliveries remain true. Every batch is a transaction of its
own that looks at its conditions again: the service may run meanwhile, and a purge that was stopped
goes on where it was. Which time, and why: docs/privacy.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from bot.storage.columns import WORDS
from bot.storage.engine import reachable, readers
from bot.storage.tables import (
    attachments,
    consultations,
    deliveries,
    messages,
    pushes,
    residents,
)
from handlers.cases import DeliveryState, State

BATCH = 200
"""Rows of one transaction: a resident who writes meanwhile waits for milliseconds."""

ERASED = "erased-"
"""Before the row's number: what stands for a resident's address when it is gone."""

_OPEN = (State.WAITING, State.CLAIMED)
_UNSETTLED = (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.HELD)


class Kept(StrEnum):
    """What has a time of its own, in the order in which it is erased."""

    MESSAGES = "messages"
    CASES = "cases"
    RESIDENTS = "residents"
    PUSHES = "pushes"


@dataclass(frozen=True, slots=True)
class _Rule:
    """The rows of a kind whose time is over, and how a batch of them is erased."""

    key: ColumnElement[Any]
    over: Callable[[datetime], ColumnElement[bool]]
    erase: Callable[[Connection, Sequence[int]], None]


def overdue(engine: Engine, before: Mapping[Kept, datetime]) -> dict[Kept, int]:
    """How many rows of each kind a purge would erase, each kind by itself. Raises Unreachable."""
    with reachable(), readers(engine).begin() as connection:
        return {
            kind: connection.execute(
                select(func.count(_RULES[kind].key)).where(_RULES[kind].over(before[kind]))
            ).scalar_one()
            for kind in Kept
        }


def undelivered(engine: Engine, before: datetime) -> int:
    """Cases whose time is over but for an answer that still waits. Raises Unreachable."""
    waits = select(func.count()).select_from(consultations).where(_ended(before), _has_unsettled())
    with reachable(), readers(engine).begin() as connection:
        return connection.execute(waits).scalar_one()


def erase(engine: Engine, kind: Kept, before: datetime) -> Iterator[int]:
    """Erases what is over, batch by batch; the rows of each. Raises Unreachable.

    Between two batches nothing is locked.
    """
    rule, after = _RULES[kind], 0
    while True:
        with reachable(), readers(engine).begin() as connection:
            page = select(rule.key).where(rule.over(before), rule.key > after)
            found = list(connection.execute(page.order_by(rule.key).limit(BATCH)).scalars())
        if not found:
            return
        with reachable(), engine.begin() as connection:
            erased = _erase_batch(connection, rule, found, before)
        yield erased
        after = found[-1]


def leave_no_trace(engine: Engine) -> None:
    """Empties SQLite's journal, where erased words would stay until it is written over."""
    if engine.dialect.name == "sqlite":
        with reachable(), engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101  a fresh connection has its driver's
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _erase_batch(
    connection: Connection, rule: _Rule, found: Sequence[int], before: datetime
) -> int:
    if connection.dialect.name == "sqlite":
        # Freed pages are overwritten with zeros.
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    still = select(rule.key).where(rule.key.in_(found), rule.over(before))
    # PostgreSQL: whoever is at work on a row keeps it until the next purge.
    locked = still.with_for_update(key_share=True, skip_locked=True)
    keys = list(connection.execute(locked).scalars())
    if keys:
        rule.erase(connection, keys)
    return len(keys)


def _messages_over(before: datetime) -> ColumnElement[bool]:
    """Outside of cases, and of residents who have no case open: that is its context."""
    open_case = exists().where(
        consultations.c.resident == messages.c.resident, consultations.c.state.in_(_OPEN)
    )
    came_along = exists().where(attachments.c.message == messages.c.id, _unfiled())
    left = or_(_has_words(), came_along)
    return and_(messages.c.at < before, messages.c.consultation.is_(None), left, ~open_case)


def _erase_messages(connection: Connection, keys: Sequence[int]) -> None:
    _empty_messages(connection, messages.c.id.in_(keys))
    # What joined a case later goes with that; a content goes with its attachment.
    connection.execute(delete(attachments).where(attachments.c.message.in_(keys), _unfiled()))


def _cases_over(before: datetime) -> ColumnElement[bool]:
    of_case = messages.c.consultation == consultations.c.number
    said = exists().where(of_case, _has_words())
    written = exists().where(
        deliveries.c.consultation == consultations.c.number, deliveries.c.text != ""
    )
    came_along = exists().where(attachments.c.consultation == consultations.c.number)
    left = or_(consultations.c.question != "", said, written, came_along)
    return and_(_ended(before), ~_has_unsettled(), left)


def _erase_cases(connection: Connection, keys: Sequence[int]) -> None:
    _empty_messages(connection, messages.c.consultation.in_(keys))
    connection.execute(delete(attachments).where(attachments.c.consultation.in_(keys)))
    of_cases = deliveries.c.consultation.in_(keys)
    connection.execute(update(deliveries).where(of_cases).values(text=""))
    numbered = consultations.c.number.in_(keys)
    connection.execute(update(consultations).where(numbered).values(question=""))


def _residents_over(before: datetime) -> ColumnElement[bool]:
    """Nothing of theirs is left to read or see, nothing is under way, and they have been silent."""
    theirs = messages.c.resident == residents.c.id
    alive = exists().where(theirs, or_(_has_words(), messages.c.at >= before))
    of_resident = consultations.c.resident == residents.c.id
    case_left = exists().where(
        of_resident, or_(consultations.c.state.in_(_OPEN), consultations.c.question != "")
    )
    waits = exists().where(
        deliveries.c.resident == residents.c.id,
        or_(deliveries.c.state.in_(_UNSETTLED), deliveries.c.text != ""),
    )
    came_along = exists().where(attachments.c.resident == residents.c.id)
    silent = residents.c.first_seen_at < before
    named = ~residents.c.name.startswith(ERASED)
    return and_(silent, named, ~alive, ~came_along, ~case_left, ~waits)


def _erase_residents(connection: Connection, keys: Sequence[int]) -> None:
    number = type_coerce(cast(residents.c.id, Text), WORDS)
    nameless = type_coerce(ERASED, WORDS) + number
    erased = update(residents).where(residents.c.id.in_(keys))
    connection.execute(erased.values(name=nameless, last_heard_at=None))


def _pushes_over(before: datetime) -> ColumnElement[bool]:
    return pushes.c.counted_at < before


def _erase_pushes(connection: Connection, keys: Sequence[int]) -> None:
    connection.execute(delete(pushes).where(pushes.c.id.in_(keys)))


def _ended(before: datetime) -> ColumnElement[bool]:
    """Closed, or answered and left so, with nothing said in it since."""
    answered, closed = consultations.c.answered_at, consultations.c.closed_at
    ended_at = case((consultations.c.state == State.CLOSED, closed), else_=answered)
    later = exists().where(
        messages.c.consultation == consultations.c.number, messages.c.at >= before
    )
    return and_(consultations.c.state.not_in(_OPEN), ended_at < before, ~later)


def _has_unsettled() -> ColumnElement[bool]:
    of_case = deliveries.c.consultation == consultations.c.number
    return exists().where(of_case, deliveries.c.state.in_(_UNSETTLED))


def _has_words() -> ColumnElement[bool]:
    return or_(messages.c.text != "", messages.c.offer.is_not(None))


def _unfiled() -> ColumnElement[bool]:
    return attachments.c.consultation.is_(None)


def _empty_messages(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(messages).where(which).values(text="", offer=None))


_RULES: Mapping[Kept, _Rule] = {
    Kept.MESSAGES: _Rule(messages.c.id, _messages_over, _erase_messages),
    Kept.CASES: _Rule(consultations.c.number, _cases_over, _erase_cases),
    Kept.RESIDENTS: _Rule(residents.c.id, _residents_over, _erase_residents),
    Kept.PUSHES: _Rule(pushes.c.id, _pushes_over, _erase_pushes),
}
