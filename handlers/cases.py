"""What people work on: consultations, answers on their way back, and the staff themselves."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from handlers.model import (
    Attachment,
    ConsultationNumber,
    DecisionName,
    MessageId,
    Offer,
    Resident,
)

AttachmentId = NewType("AttachmentId", int)
DeliveryId = NewType("DeliveryId", int)
StaffId = NewType("StaffId", int)


class State(StrEnum):
    """Where a consultation stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"


class Priority(StrEnum):
    """How soon a consultation must be looked at."""

    URGENT = "urgent"
    NORMAL = "normal"


@dataclass(frozen=True, slots=True)
class Consultation:
    """A resident's question in the hands of people; the number is what the resident is told."""

    number: ConsultationNumber
    resident: Resident
    state: State
    priority: Priority
    reason: str
    topic: str
    question: str
    opened_at: datetime
    claimed_by: StaffId | None = None
    claimed_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None


class Author(StrEnum):
    """Who said something in a conversation."""

    RESIDENT = "resident"
    MACHINE = "machine"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of a conversation as page and console show it; `id` grows with time."""

    id: MessageId
    author: Author
    text: str
    at: datetime
    decision: DecisionName | None = None
    consultation: ConsultationNumber | None = None
    staff: str = ""
    offer: Offer = field(default_factory=Offer)


class DeliveryState(StrEnum):
    """Where an answer is on its way back.

    DUE waits for its time, SENDING is in a courier's hands, HELD waits for the resident,
    SENT arrived as far as the channel tells, FAILED needs a person.
    """

    DUE = "due"
    SENDING = "sending"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"


UNFOLLOWED = "unfollowed"
"""Why a delivery FAILED whose resident left: they unfollowed, or had their records deleted."""


class Route(StrEnum):
    """How an answer reached the resident."""

    PUSH = "push"
    REPLY = "reply"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One staff answer on its way back. `attempts` counts pushes begun, and fences them."""

    id: DeliveryId
    consultation: ConsultationNumber
    to: Resident
    text: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    route: Route | None = None
    held_reason: str = ""
    settled_at: datetime | None = None


class Keeping(StrEnum):
    """Whether we have what came along: WANTED is still to be fetched, GONE cannot be any more."""

    WANTED = "wanted"
    KEPT = "kept"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class KeptAttachment:
    """An attachment in our records. `attempts` counts fetches begun, and fences them.

    `reason` says why it is not there (yet). `media_type`, `size` in bytes and `digest` (SHA-256)
    are those of the content we hold; empty where there is none.
    """

    id: AttachmentId
    message: MessageId
    owner: Resident
    attachment: Attachment
    state: Keeping
    attempts: int
    came_at: datetime
    consultation: ConsultationNumber | None = None
    reason: str = ""
    media_type: str = ""
    size: int = 0
    digest: str = ""


class Role(StrEnum):
    """What a member of staff does."""

    ADMIN = "admin"
    LAWYER = "lawyer"
    MEDIATOR = "mediator"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the desk."""

    id: StaffId
    name: str
    role: Role
    active: bool = True
