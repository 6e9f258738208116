"""The cases of the desk and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, literal, select, update

from bot.storage.columns import TIME
from bot.storage.holding import Holding
from bot.storage.tables import Step, consultation_events, consultations, residents
from handlers.cases import Consultation, Priority, StaffId, State
from handlers.model import Address, ConsultationNumber, Resident, ResidentId


@dataclass(frozen=True, slots=True)
class SqlConsultations:
    """ports.Consultations over one connection."""

    connection: Connection
    holding: Holding

    def open(
        self,
        resident: Resident,
        priority: Priority,
        reason: str,
        topic: str,
        question: str,
        at: datetime,
    ) -> Consultation:
        self.holding.resident(resident.id)
        opened = insert(consultations).values(
            resident=resident.id,
            state=State.WAITING,
            priority=priority,
            reason=reason,
            topic=topic,
            question=question,
            opened_at=at,
        )
        numbered = opened.returning(consultations.c.number)
        number = self.connection.execute(numbered).scalar_one()
        self._note(number, at, Step.OPENED, to_state=State.WAITING)
        kept = self.connection.execute(_cases().where(consultations.c.number == number))
        return _to_consultation(kept.one())

    def get(self, number: ConsultationNumber) -> Consultation | None:
        self.holding.owner_of(number)
        found = self.connection.execute(_cases().where(consultations.c.number == number)).first()
        return None if found is None else _to_consultation(found)

    def latest_of(self, resident: ResidentId) -> Consultation | None:
        self.holding.resident(resident)
        theirs = _cases().where(consultations.c.resident == resident)
        latest = theirs.order_by(consultations.c.number.desc()).limit(1)
        found = self.connection.execute(latest).first()
        return None if found is None else _to_consultation(found)

    def listed(
        self, states: Sequence[State], claimed_by: StaffId | None, before: int, limit: int
    ) -> Sequence[Consultation]:
        queue = (
            _cases()
            .where(*_which(states, claimed_by))
            .order_by(consultations.c.priority, consultations.c.opened_at, consultations.c.number)
        )
        page = self.connection.execute(queue.offset(before).limit(limit))
        return [_to_consultation(row) for row in page]

    def count(self, states: Sequence[State], claimed_by: StaffId | None) -> int:
        counted = select(func.count()).select_from(consultations)
        return self.connection.execute(counted.where(*_which(states, claimed_by))).scalar_one()

    def move(
        self,
        number: ConsultationNumber,
        expected: State,
        to: State,
        staff: StaffId | None,
        at: datetime,
    ) -> bool:
        self.holding.owner_of(number)
        where = (consultations.c.number == number, consultations.c.state == expected)
        moved = update(consultations).where(*where).values(state=to, **_becomes(to, staff, at))
        if self.connection.execute(moved).rowcount == 0:
            return False
        self._note(number, at, Step.MOVED, staff=staff, from_state=expected, to_state=to)
        return True

    def raise_priority(self, number: ConsultationNumber, reason: str, at: datetime) -> None:
        self.holding.owner_of(number)
        calm = (consultations.c.number == number, consultations.c.priority != Priority.URGENT)
        urgent = {"priority": Priority.URGENT, "reason": reason}
        raised = update(consultations).where(*calm).values(urgent)
        if self.connection.execute(raised).rowcount:
            self._note(number, at, Step.RAISED)

    def ask(self, number: ConsultationNumber, question: str) -> None:
        self.holding.owner_of(number)
        unasked = (consultations.c.number == number, consultations.c.question == "")
        self.connection.execute(update(consultations).where(*unasked).values(question=question))

    def _note(self, number: ConsultationNumber, at: datetime, what: Step, **more: object) -> None:
        event = insert(consultation_events).values(consultation=number, at=at, what=what, **more)
        self.connection.execute(event)


def _becomes(to: State, staff: StaffId | None, at: datetime) -> dict[str, Any]:
    """The columns that go with a new state."""
    match to:
        case State.WAITING:
            return {"claimed_by": None, "claimed_at": None, "closed_at": None}
        case State.CLAIMED:
            return {"claimed_by": staff, "claimed_at": at, "closed_at": None}
        case State.ANSWERED:
            first = func.coalesce(consultations.c.claimed_at, literal(at, TIME))
            answered = {"answered_at": at, "closed_at": None}
            return {"claimed_by": staff, "claimed_at": first, **answered}
        case State.CLOSED:
            return {"closed_at": at}


def _which(states: Sequence[State], claimed_by: StaffId | None) -> list[ColumnElement[bool]]:
    in_states = consultations.c.state.in_(states)
    if claimed_by is None:
        return [in_states]
    return [in_states, consultations.c.claimed_by == claimed_by]


def _cases() -> Select[Any]:
    return select(consultations, residents.c.channel, residents.c.name).join(
        residents, consultations.c.resident == residents.c.id
    )


def _to_consultation(row: Row[Any]) -> Consultation:
    return Consultation(
        number=row.number,
        resident=Resident(row.resident, Address(row.channel, row.name)),
        state=row.state,
        priority=row.priority,
        reason=row.reason,
        topic=row.topic,
        question=row.question,
        opened_at=row.opened_at,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        answered_at=row.answered_at,
        closed_at=row.closed_at,
    )
