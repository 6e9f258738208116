"""What the console shows of a list and of a case, worked out for the templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.services import Services
from bot.web.attachments import Look, look
from handlers.cases import (
    Author,
    Consultation,
    Delivery,
    DeliveryState,
    KeptAttachment,
    Priority,
    Role,
    Staff,
    StaffId,
    State,
    Utterance,
)
from handlers.desk import ANSWER_LIMIT, Case, Queue, View
from handlers.model import AttachmentKind, ChannelName
from handlers.parts import MESSAGE_BYTES, size
from handlers.ports import Records

URGENT_SEEN = 50
"""Urgent cases are the first of the queue: more than this many are still "very many"."""


@dataclass(frozen=True, slots=True)
class Row:
    """One consultation of a list, and what residents sent for it besides words."""

    consultation: Consultation
    urgent: bool
    minutes: int
    holder: str
    sent: Sequence[AttachmentKind]


@dataclass(frozen=True, slots=True)
class QueuePicture:
    """One page of a list; `urgent` counts what waits and cannot."""

    view: View
    views: Sequence[View]
    rows: Sequence[Row]
    counts: Mapping[View, int]
    page: int
    pages: int
    urgent: int


@dataclass(frozen=True, slots=True)
class AttachmentPicture:
    """Something that was sent besides words, and how it is shown."""

    kept: KeptAttachment
    look: Look


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said, what came with it, and for an answer of staff how it travels."""

    said: Utterance
    sent: AttachmentPicture | None
    delivery: Delivery | None
    status: str


@dataclass(frozen=True, slots=True)
class CasePicture:
    """A case and what this member of staff may do with it.

    `room` is how many bytes of an answer fit one message; 0 where length does not matter.
    """

    consultation: Consultation
    urgent_here: bool
    minutes: int
    holder: str
    mine: bool
    lines: Sequence[Line]
    last: int
    may: frozenset[str]
    answered: bool
    longest: int
    room: int
    urgent: int


def queue_picture(
    services: Services, queue: Queue, view: View, page: int, pages: int
) -> QueuePicture:
    """A list as the console shows it."""
    with services.store.read() as records:
        names = _names(records, queue.consultations)
        urgent = _urgent_waiting(records)
        sent = records.attachments.kinds_in([found.number for found in queue.consultations])
    rows = [
        Row(
            consultation=found,
            urgent=found.priority is Priority.URGENT,
            minutes=_waited(services, found),
            holder=names.get(found.claimed_by, "") if found.claimed_by else "",
            sent=sent.get(found.number, ()),
        )
        for found in queue.consultations
    ]
    return QueuePicture(view, tuple(View), rows, queue.counts, page, pages, urgent)


def case_picture(services: Services, case: Case, staff: Staff) -> CasePicture:
    """A case as the console shows it."""
    with services.store.read() as records:
        urgent = _urgent_waiting(records)
    found = case.consultation
    on_page = found.resident.address.channel is ChannelName.CHAT
    return CasePicture(
        consultation=found,
        urgent_here=found.priority is Priority.URGENT,
        minutes=_waited(services, found),
        holder=case.holder,
        mine=found.claimed_by == staff.id,
        lines=_lines(case),
        last=case.thread[-1].id if case.thread else 0,
        may=_may(found, staff),
        answered=bool(case.deliveries),
        longest=ANSWER_LIMIT,
        room=0 if on_page else _room(services, found),
        urgent=urgent,
    )


def _lines(case: Case) -> list[Line]:
    """The thread; every answer of this case has one delivery, in the same order."""
    waiting = list(case.deliveries)
    lines: list[Line] = []
    for said in reversed(case.thread):
        ours = said.author is Author.STAFF and said.consultation == case.consultation.number
        delivery = waiting.pop() if ours and waiting else None
        sent = _sent(case.attachments.get(said.id))
        lines.append(Line(said, sent, delivery, _status(delivery) if delivery else ""))
    return lines[::-1]


def _sent(kept: KeptAttachment | None) -> AttachmentPicture | None:
    return None if kept is None else AttachmentPicture(kept, look(kept))


def _status(delivery: Delivery) -> str:
    """The label of where an answer is on its way."""
    match delivery.state:
        case DeliveryState.SENT:
            return str(delivery.route)
        case DeliveryState.HELD:
            on_page = delivery.to.address.channel is ChannelName.CHAT
            return "held_page" if on_page else "held"
        case DeliveryState.DUE if delivery.attempts:
            return "retrying"
        case DeliveryState.FAILED:
            return "failed"
        case _:
            return "sending"


def _may(found: Consultation, staff: Staff) -> frozenset[str]:
    """What the desk would allow: only that is offered."""
    if found.state is State.WAITING:
        return frozenset({"claim"})
    if found.state is State.CLOSED:
        return frozenset({"reopen"})
    if found.claimed_by != staff.id and staff.role is not Role.ADMIN:
        return frozenset()
    held = frozenset({"answer", "close"})
    return held | {"release"} if found.state is State.CLAIMED else held


def _room(services: Services, found: Consultation) -> int:
    """Bytes that the words around an answer leave of one message."""
    day = services.clock().astimezone(services.settings.zone).date()
    around = services.composer.staff_answer(found.number, "", day)
    return MESSAGE_BYTES - size(around)


def _waited(services: Services, found: Consultation) -> int:
    """Whole minutes since the question came."""
    return max(0, int((services.clock() - found.opened_at).total_seconds() // 60))


def _names(records: Records, listed: Iterable[Consultation]) -> dict[StaffId, str]:
    holders = {found.claimed_by for found in listed if found.claimed_by is not None}
    known = {holder: records.personnel.get(holder) for holder in holders}
    return {holder: staff.name for holder, staff in known.items() if staff is not None}


def _urgent_waiting(records: Records) -> int:
    listed = records.consultations.listed((State.WAITING,), None, 0, URGENT_SEEN)
    return sum(found.priority is Priority.URGENT for found in listed)
