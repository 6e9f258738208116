"""From a conversation to the desk and back: opening a case, adding to it, looking it up."""

from datetime import datetime

from handlers.cases import Consultation, Delivery, Priority, Route, State
from handlers.compose import Composer
from handlers.model import ConsultationNumber, Reply, Resident
from handlers.ports import Records
from knowledge.wording import Phrase


def hand_over(
    records: Records,
    resident: Resident,
    priority: Priority,
    reason: str,
    question: str,
    at: datetime,
) -> tuple[ConsultationNumber, bool]:
    """Gives a question to people; the number, and whether a case was opened for it.

    A resident has one open case at a time: what comes meanwhile belongs to it. An answered case
    goes back to the queue, since the person who answered may be away.
    """
    latest = records.consultations.latest_of(resident.id)
    if latest is None or latest.state is State.CLOSED:
        opened = records.consultations.open(resident, priority, reason, "", question, at)
        return opened.number, True
    if priority is Priority.URGENT:
        records.consultations.raise_priority(latest.number, reason, at)
    if latest.state is State.ANSWERED:
        records.consultations.move(latest.number, State.ANSWERED, State.WAITING, None, at)
    if question and not latest.question:
        records.consultations.ask(latest.number, question)
    return latest.number, False


def look_up(
    records: Records,
    resident: Resident,
    number: ConsultationNumber | None,
    composer: Composer,
    at: datetime,
) -> Reply:
    """Where a resident's own case stands, with the answer in whole if there is one.

    Somebody else's number is answered like one that does not exist.
    """
    found = _own(records, resident, number)
    if found is None:
        return composer.command(Phrase.LOOK_NOTHING)
    answers = records.deliveries.for_consultation(found.number)
    if answers:
        return _last_answer(records, answers[-1], composer, at)
    phrase = {
        State.WAITING: Phrase.LOOK_WAITING,
        State.CLAIMED: Phrase.LOOK_CLAIMED,
        State.ANSWERED: Phrase.LOOK_CLAIMED,
        State.CLOSED: Phrase.LOOK_CLOSED,
    }[found.state]
    return composer.command(phrase, number=found.number)


def _own(
    records: Records, resident: Resident, number: ConsultationNumber | None
) -> Consultation | None:
    if number is None:
        return records.consultations.latest_of(resident.id)
    found = records.consultations.get(number)
    return found if found is not None and found.resident.id == resident.id else None


def _last_answer(records: Records, delivery: Delivery, composer: Composer, at: datetime) -> Reply:
    records.deliveries.settle(delivery, Route.REPLY, at)
    return composer.told(delivery.text)
