"""Residents, messages and replies to keep in tests of the storage."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from bot.storage.store import SqlRecords
from handlers.cases import Consultation, Delivery, KeptAttachment, Priority, Role, Staff
from handlers.model import (
    Address,
    Attachment,
    AttachmentKind,
    ChannelName,
    ConsultationNumber,
    DecisionName,
    Kind,
    Message,
    MessageId,
    Offer,
    Reply,
    Resident,
)
from handlers.revisions import Act, NewRevision, Revision
from knowledge.entry import TopicId
from knowledge.overlay import Locks
from tests.entry_texts import DOGS, ROW, TEXT

NOON = datetime(2026, 11, 23, 12, 0, 0, 123_456, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

GRANNY = Address(ChannelName.WECHAT, "granny")
FARMER = Address(ChannelName.WECHAT, "farmer")

_keys = count()


def says(
    text: str = "拖欠工资怎么办",
    *,
    who: Address = GRANNY,
    key: str = "",
    kind: Kind = Kind.TEXT,
    at: datetime = NOON,
) -> Message:
    return Message(who, key or f"m:{next(_keys)}", kind, text, at)


def answers(
    text: str = "可以向劳动监察投诉。",
    *,
    offer: Offer | None = None,
    consultation: ConsultationNumber | None = None,
) -> Reply:
    return Reply(DecisionName.ANSWER, text, offer or Offer(), None, consultation)


def exchange(
    records: SqlRecords, message: Message | None = None, reply: Reply | None = None
) -> tuple[Resident, MessageId]:
    message = message or says()
    resident = records.conversations.resident(message.sender, message.received_at)
    return resident, records.conversations.add(resident.id, message, reply or answers())


def lawyer(records: SqlRecords, name: str = "王律师") -> Staff:
    return records.personnel.add(name, Role.LAWYER, "hash")


def case(
    records: SqlRecords,
    *,
    who: Address = GRANNY,
    priority: Priority = Priority.NORMAL,
    at: datetime = NOON,
    question: str = "拖欠工资怎么办",
) -> Consultation:
    resident = records.conversations.resident(who, at)
    return records.consultations.open(resident, priority, "asked", "labour", question, at)


def outgoing(
    records: SqlRecords,
    *,
    who: Address = GRANNY,
    text: str = "请带上合同。",
    due_at: datetime = NOON,
    staff: Staff | None = None,
) -> Delivery:
    """An answer in the outbox, with the case and the person that it needs."""
    staff = staff or records.personnel.named("王律师") or lawyer(records)
    number = case(records, who=who).number
    said = records.conversations.add_answer(number, staff.id, text, Offer(), due_at)
    return records.deliveries.add(number, said, text, due_at)


def released_revision(records: SqlRecords, by: Staff, at: datetime = NOON) -> Revision:
    """A text of an entry that residents get, with a row of the lock and two events."""
    new = NewRevision(DOGS, TopicId("linli"), "狗咬人", TEXT, "", "")
    records.revisions.hold()
    added = records.revisions.add(new, by, at)
    records.revisions.note(added.id, by, Act.OPENED, at, "")
    records.revisions.release(added.id, TEXT, Locks((ROW,)), by, at)
    records.revisions.note(added.id, by, Act.RELEASED, at, "同意")
    found = records.revisions.published(DOGS)
    assert found is not None
    return found


def sent(
    records: SqlRecords,
    kind: AttachmentKind = AttachmentKind.VOICE,
    *,
    who: Address = GRANNY,
    at: datetime = NOON,
    number: ConsultationNumber | None = None,
    reference: str = "media-1",
) -> KeptAttachment:
    """Something that came along with a message."""
    _, message = exchange(records, says("", who=who, kind=Kind.MEDIA, at=at))
    return records.attachments.add(message, Attachment(kind, reference=reference), number, at)
