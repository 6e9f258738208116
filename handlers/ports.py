"""The doors: storage, delivery channel, clock. Two sides each, or it would not be a door."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from handlers.attachments import Attachments
from handlers.cases import (
    Consultation,
    Delivery,
    DeliveryId,
    Priority,
    Route,
    Staff,
    StaffId,
    State,
)
from handlers.conversations import Conversations
from handlers.model import Address, ConsultationNumber, MessageId, Resident, ResidentId
from handlers.revisions import Revisions

T = TypeVar("T")

Clock = Callable[[], datetime]
"""The time now, always aware. Nobody asks the system elsewhere."""


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
        """SENDING by this very attempt, or HELD, becomes SENT. False: it was not ours any more.

        A push that was under way when the resident left has arrived all the same.
        """

    def hold(self, delivery: Delivery, reason: str) -> bool:
        """SENDING by this very attempt becomes HELD until the resident writes."""

    def postpone(self, delivery: Delivery, due_at: datetime, reason: str) -> bool:
        """SENDING by this very attempt becomes DUE again at `due_at`."""

    def put_back(self, delivery: Delivery, due_at: datetime, reason: str) -> bool:
        """As `postpone`, and the attempt does not count: nothing was tried."""

    def fail(self, delivery: Delivery, reason: str, at: datetime) -> bool:
        """SENDING by this very attempt becomes FAILED: a person has to look."""

    def abandon(self, resident: ResidentId, reason: str, at: datetime) -> None:
        """All that is not settled of this resident becomes FAILED for this reason."""

    def held_for(self, resident: ResidentId) -> Sequence[Delivery]:
        """What waits for this resident, oldest first."""

    def for_consultation(self, number: ConsultationNumber) -> Sequence[Delivery]:
        """The deliveries of a case that carry answers of staff, oldest first."""

    def ready(self, at: datetime, limit: int) -> Sequence[DeliveryId]:
        """What a sweep should wake: DUE and late, or SENDING with a lease run out."""

    def ration_left(self, resident: ResidentId, at: datetime) -> int:
        """How many more pushes the channel allows us to this resident now.

        0 too long after their last message. Pushes on their way count: `take_place`.
        """

    def has_place(self, delivery: Delivery, at: datetime) -> bool:
        """Whether an earlier attempt, that perhaps arrived, has a place in the present ration."""

    def take_place(self, delivery: Delivery, until: datetime) -> None:
        """Books a push for this attempt, before it begins; `until` is the latest it may arrive.

        Whoever claimed the delivery in this unit of work holds the resident: what `ration_left`
        said is still so. A courier that dies leaves the place taken.
        """

    def use_place(self, delivery: Delivery, at: datetime) -> None:
        """The booked push arrived, or perhaps did, by `at`."""

    def give_place_back(self, delivery: Delivery) -> None:
        """The booked push of this attempt surely did not arrive; a second time changes nothing."""


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
    attachments: Attachments
    revisions: Revisions


class Store(Protocol):
    """Where everything is kept."""

    def write(self) -> AbstractContextManager[Records]:
        """A unit of work: all of it is kept when the block ends, none if it raises.

        The first resident it touches, be it by getting one of their cases, is held until it
        ends: what is read of them after that cannot change under the reader. Raises Unreachable
        if the database does not answer.
        """

    def in_turn(self, work: Callable[[Records], T]) -> T:
        """As `write`, for a unit of work that is a function: where many wait, they wait less.

        It may run in another thread, in the caller's context: what it sets there is not seen.
        It may also run twice, the first time undone, when another one beside it has failed.
        """

    def read(self) -> AbstractContextManager[Records]:
        """A look without changes that waits for no writer. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The channel took it."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """It may work later; `reason` is a code without words of the resident.

    `perhaps` says that the text may have arrived all the same: nobody answered to tell.
    """

    reason: str
    perhaps: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """The channel takes nothing from anybody until `until`; the text was not sent."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class WaitForResident:
    """Only the resident's next message opens the way."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not work; a person has to look."""

    reason: str


Outcome = Delivered | TryLater | Paused | WaitForResident | GiveUp


class Channel(Protocol):
    """A way to reach a resident who is not asking right now."""

    @property
    def rationed(self) -> bool:
        """Whether each push takes a place of `Deliveries.ration_left`."""

    def push(self, to: Address, text: str) -> Outcome:
        """Sends one text that fits one message. Raises nothing."""
