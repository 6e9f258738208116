"""The doors: storage, delivery channel, clock. Two sides each, or it would not be a door."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.cases import (
    Consultation,
    Delivery,
    DeliveryId,
    Priority,
    Route,
    Staff,
    StaffId,
    State,
    Utterance,
)
from handlers.model import (
    Address,
    ConsultationNumber,
    Message,
    MessageId,
    Offer,
    Reply,
    Resident,
    ResidentId,
)

Clock = Callable[[], datetime]
"""The time now, always aware. Nobody asks the system elsewhere."""


class Conversations(Protocol):
    """What was said, by whom, and what it rested on."""

    def resident(self, address: Address, at: datetime) -> Resident:
        """The resident of an address, made on the first call.

        Until the unit of work ends no other one gets the same resident: what is read of a
        resident after this call cannot change under the reader.
        """

    def reply_to(self, resident: ResidentId, key: str) -> Reply | None:
        """What was said to the message with this key; None if it never came."""

    def offers(self, resident: ResidentId) -> Sequence[Offer]:
        """Offers of everything said since the machine's last reply, newest first, that included."""

    def add(self, resident: ResidentId, message: Message, reply: Reply) -> MessageId:
        """Keeps a message and its reply together; both belong to `reply.consultation` if set."""

    def add_answer(
        self,
        consultation: ConsultationNumber,
        staff: StaffId,
        text: str,
        offer: Offer,
        at: datetime,
    ) -> MessageId:
        """Keeps a staff answer as part of the resident's conversation."""

    def since(self, resident: ResidentId, after: MessageId, limit: int) -> Sequence[Utterance]:
        """What was said after an utterance, oldest first; `after` 0 means the newest `limit`."""


class Consultations(Protocol):
    """The cases of the desk. Every change is kept as an event with who and when."""

    def open(
        self,
        resident: Resident,
        priority: Priority,
        reason: str,
        topic: str,
        question: str,
        at: datetime,
    ) -> Consultation:
        """Opens a case under the next number."""

    def get(self, number: ConsultationNumber) -> Consultation | None:
        """The case by its number."""

    def latest_of(self, resident: ResidentId) -> Consultation | None:
        """The case the resident opened last, in whatever state."""

    def listed(
        self, states: Sequence[State], claimed_by: StaffId | None, before: int, limit: int
    ) -> Sequence[Consultation]:
        """Cases in these states: urgent first, then oldest first; `before` skips that many."""

    def count(self, states: Sequence[State], claimed_by: StaffId | None) -> int:
        """How many `listed` would give without a limit."""

    def move(
        self,
        number: ConsultationNumber,
        expected: State,
        to: State,
        staff: StaffId | None,
        at: datetime,
    ) -> bool:
        """Compare-and-swap of the state; False if it was no longer `expected`.

        To CLAIMED and ANSWERED set the holder to `staff`, to WAITING clears it, to CLOSED keeps
        it. The event records `staff` (None: the resident or the service itself).
        """

    def raise_priority(self, number: ConsultationNumber, reason: str, at: datetime) -> None:
        """Makes a case urgent, for this reason from now on; urgent ones stay as they are."""

    def ask(self, number: ConsultationNumber, question: str) -> None:
        """Sets the question of a case that was opened without one."""


class Deliveries(Protocol):
    """The outbox."""

    def add(
        self, consultation: ConsultationNumber, message: MessageId, text: str, due_at: datetime
    ) -> Delivery:
        """Puts an answer into the outbox, DUE at `due_at`."""

    def claim(self, delivery: DeliveryId, at: datetime, lease_until: datetime) -> Delivery | None:
        """DUE and its time has come, or SENDING with a lease run out: becomes SENDING, ours.

        None if somebody else has it or it is settled. `attempts` grows by one.
        """

    def settle(self, delivery: Delivery, route: Route, at: datetime) -> bool:
        """SENDING by this very attempt, or HELD, becomes SENT. False: it was not ours any more."""

    def hold(self, delivery: Delivery, reason: str) -> bool:
        """SENDING by this very attempt becomes HELD until the resident writes."""

    def postpone(self, delivery: Delivery, due_at: datetime, reason: str) -> bool:
        """SENDING by this very attempt becomes DUE again at `due_at`."""

    def fail(self, delivery: Delivery, reason: str, at: datetime) -> bool:
        """SENDING by this very attempt becomes FAILED: a person has to look."""

    def held_for(self, resident: ResidentId) -> Sequence[Delivery]:
        """What waits for this resident, oldest first."""

    def for_consultation(self, number: ConsultationNumber) -> Sequence[Delivery]:
        """All deliveries of a case, oldest first."""

    def ready(self, at: datetime, limit: int) -> Sequence[DeliveryId]:
        """What a sweep should wake: DUE and late, or SENDING with a lease run out."""

    def room_to_push(self, resident: ResidentId, at: datetime) -> bool:
        """Whether the platform lets us write first now: its 48 hours and five messages."""


class Personnel(Protocol):
    """Who works here."""

    def get(self, staff: StaffId) -> Staff | None:
        """By id, active or not."""

    def named(self, name: str) -> Staff | None:
        """By name, active or not."""


@dataclass(frozen=True, slots=True)
class Records:
    """One unit of work over everything that is kept."""

    conversations: Conversations
    consultations: Consultations
    deliveries: Deliveries
    personnel: Personnel


class Store(Protocol):
    """Where everything is kept."""

    def write(self) -> AbstractContextManager[Records]:
        """A unit of work: all of it is kept when the block ends, none if it raises.

        The first resident it touches, be it by getting one of their cases, is held until it
        ends: what is read of them after that cannot change under the reader. Raises Unreachable
        if the database does not answer.
        """

    def read(self) -> AbstractContextManager[Records]:
        """A look without changes that waits for no writer. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The channel took it."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """It may work later; `reason` is a code without words of the resident."""

    reason: str


@dataclass(frozen=True, slots=True)
class WaitForResident:
    """Only the resident's next message opens the way."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not work; a person has to look."""

    reason: str


Outcome = Delivered | TryLater | WaitForResident | GiveUp


class Channel(Protocol):
    """A way to reach a resident who is not asking right now."""

    @property
    def rationed(self) -> bool:
        """Whether `Deliveries.room_to_push` has to allow a push first."""

    def push(self, to: Address, text: str) -> Outcome:
        """Sends one text that fits one message. Raises nothing."""
