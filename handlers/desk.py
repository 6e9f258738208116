"""The desk: people take a consultation, answer it, give it back or close it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from handlers.cases import (
    Consultation,
    Delivery,
    KeptAttachment,
    Role,
    Staff,
    StaffId,
    State,
    Utterance,
)
from handlers.compose import Composer
from handlers.errors import AlreadyTaken, BadInput, NotFound, NotPossible
from handlers.model import ConsultationNumber, MessageId, Offer
from handlers.ports import Clock, Records, Store

ANSWER_LIMIT = 4_000
"""Characters of one answer: about seven messages, more than a resident reads on a phone."""

THREAD_LENGTH = 200
"""Utterances shown with a case, newest last; the older ones are in the export."""


class View(StrEnum):
    """The lists of the desk: MINE is the part of TAKEN that is one's own."""

    WAITING = "waiting"
    MINE = "mine"
    TAKEN = "taken"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of a list, and how many stand in each list."""

    consultations: Sequence[Consultation]
    counts: dict[View, int]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that staff need to see of one consultation."""

    consultation: Consultation
    holder: str
    thread: Sequence[Utterance]
    deliveries: Sequence[Delivery]
    attachments: Mapping[MessageId, KeptAttachment]


@dataclass(frozen=True, slots=True)
class Desk:
    """What staff can do. Every method is safe to call twice and by two people at once."""

    store: Store
    clock: Clock
    zone: ZoneInfo
    composer: Composer

    def queue(self, view: View, staff: Staff, skip: int = 0, limit: int = 50) -> Queue:
        """A page of a list, urgent first, then the longest waiting."""
        with self.store.read() as records:
            listed = records.consultations.listed(*_filter(view, staff), skip, limit)
            counts = {v: records.consultations.count(*_filter(v, staff)) for v in View}
        return Queue(listed, counts)

    def case(self, number: ConsultationNumber) -> Case:
        """One consultation with its conversation. Raises NotFound."""
        with self.store.read() as records:
            found = _get(records, number)
            thread = records.conversations.since(found.resident.id, MessageId(0), THREAD_LENGTH)
            deliveries = records.deliveries.for_consultation(number)
            attachments = records.attachments.of_messages([said.id for said in thread])
            return Case(found, _holder(records, found), thread, deliveries, attachments)

    def claim(self, number: ConsultationNumber, staff: Staff) -> Consultation:
        """Takes a waiting case. Taking one's own again changes nothing.

        Raises NotFound, AlreadyTaken, NotPossible (it is closed).
        """
        with self.store.write() as records:
            found = _get(records, number)
            if found.claimed_by == staff.id and found.state in (State.CLAIMED, State.ANSWERED):
                return found
            if found.state is State.CLOSED:
                raise NotPossible
            if not self._move(records, found, State.WAITING, State.CLAIMED, staff):
                raise AlreadyTaken(_holder(records, _get(records, number)))
            return _get(records, number)

    def release(self, number: ConsultationNumber, staff: Staff) -> Consultation:
        """Gives a claimed case back to the queue. Raises NotFound, AlreadyTaken, NotPossible."""
        with self.store.write() as records:
            found = self._held(records, number, staff)
            if not self._move(records, found, State.CLAIMED, State.WAITING, staff):
                raise NotPossible
            return _get(records, number)

    def answer(self, number: ConsultationNumber, staff: Staff, text: str) -> Delivery:
        """Keeps the answer and its way back in one transaction.

        The same words twice in a row are one answer: a double click sends once. Raises
        NotFound, AlreadyTaken, NotPossible, BadInput("text").
        """
        words = text.strip()
        if not words or len(words) > ANSWER_LIMIT:
            raise BadInput("text")
        with self.store.write() as records:
            found = self._held(records, number, staff)
            if found.state is State.CLOSED:
                raise NotPossible
            return self._send(records, found, staff, words)

    def close(self, number: ConsultationNumber, staff: Staff) -> Consultation:
        """Ends an answered case, or one that needs no answer. Raises as `release`."""
        with self.store.write() as records:
            found = self._held(records, number, staff)
            if found.state is not State.CLOSED:
                self._move(records, found, found.state, State.CLOSED, staff)
            return _get(records, number)

    def reopen(self, number: ConsultationNumber, staff: Staff) -> Consultation:
        """Takes a closed case up again, in the hands of whoever reopens it."""
        with self.store.write() as records:
            found = _get(records, number)
            if found.state is State.CLOSED:
                self._move(records, found, State.CLOSED, State.CLAIMED, staff)
            return _get(records, number)

    def _send(self, records: Records, found: Consultation, staff: Staff, words: str) -> Delivery:
        now = self.clock()
        day = now.astimezone(self.zone).date()
        text = self.composer.staff_answer(found.number, words, day)
        said = records.deliveries.for_consultation(found.number)
        if said and said[-1].text == text:
            return said[-1]
        offer = Offer(rest=self.composer.parts(text)[1:])
        message = records.conversations.add_answer(found.number, staff.id, words, offer, now)
        self._move(records, found, found.state, State.ANSWERED, staff)
        return records.deliveries.add(found.number, message, text, now)

    def _move(
        self, records: Records, found: Consultation, expected: State, to: State, staff: Staff
    ) -> bool:
        return records.consultations.move(found.number, expected, to, staff.id, self.clock())

    def _held(self, records: Records, number: ConsultationNumber, staff: Staff) -> Consultation:
        """The case, if it is this person's or they may step in for anybody."""
        found = _get(records, number)
        if found.claimed_by is None:
            raise NotPossible
        if found.claimed_by != staff.id and staff.role is not Role.ADMIN:
            raise AlreadyTaken(_holder(records, found))
        return found


def _filter(view: View, staff: Staff) -> tuple[tuple[State, ...], StaffId | None]:
    """The states of a list, and whose cases it shows (None: everybody's)."""
    match view:
        case View.WAITING:
            return (State.WAITING,), None
        case View.MINE:
            return (State.CLAIMED,), staff.id
        case View.TAKEN:
            return (State.CLAIMED,), None
        case View.ANSWERED:
            return (State.ANSWERED,), None
        case View.CLOSED:
            return (State.CLOSED,), None


def _get(records: Records, number: ConsultationNumber) -> Consultation:
    found = records.consultations.get(number)
    if found is None:
        raise NotFound
    return found


def _holder(records: Records, found: Consultation) -> str:
    """The name of whoever has the case; empty if nobody has."""
    holder = records.personnel.get(found.claimed_by) if found.claimed_by is not None else None
    return holder.name if holder else ""
