"""What came along with messages: every change is a compare-and-swap fenced by its attempt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, insert, select, update

from bot.storage.holding import Holding
from bot.storage.tables import attachments, messages, residents
from handlers.attachments import NO_REFERENCE
from handlers.cases import AttachmentId, Keeping, KeptAttachment
from handlers.model import (
    Address,
    Attachment,
    AttachmentKind,
    ConsultationNumber,
    MessageId,
    Resident,
    ResidentId,
)


@dataclass(frozen=True, slots=True)
class SqlAttachments:
    """attachments.Attachments over one connection."""

    connection: Connection
    holding: Holding

    def add(
        self,
        message: MessageId,
        attachment: Attachment,
        consultation: ConsultationNumber | None,
        at: datetime,
    ) -> KeptAttachment:
        state, reason = _beginning(attachment)
        owner = select(messages.c.resident).where(messages.c.id == message)
        added = insert(attachments).values(
            message=message,
            resident=owner.scalar_subquery(),
            consultation=consultation,
            kind=attachment.kind,
            title=attachment.title,
            reference=attachment.reference,
            format=attachment.format,
            link=attachment.link,
            latitude=attachment.latitude,
            longitude=attachment.longitude,
            state=state,
            attempts=0,
            came_at=at,
            wake_at=at if state is Keeping.WANTED else None,
            reason=reason,
            media_type="",
            size=0,
            digest="",
        )
        return self._one(self.connection.execute(added.returning(attachments.c.id)).scalar_one())

    def join(self, resident: ResidentId, number: ConsultationNumber, since: datetime) -> None:
        self.holding.resident(resident)
        homeless = (
            attachments.c.resident == resident,
            attachments.c.consultation.is_(None),
            attachments.c.came_at >= since,
        )
        self.connection.execute(update(attachments).where(*homeless).values(consultation=number))

    def get(self, attachment: AttachmentId) -> KeptAttachment | None:
        return next(iter(self._all(attachments.c.id == attachment)), None)

    def of_messages(self, messages: Sequence[MessageId]) -> Mapping[MessageId, KeptAttachment]:
        found = self._all(attachments.c.message.in_(messages)) if messages else ()
        return {kept.message: kept for kept in found}

    def kinds_in(
        self, numbers: Sequence[ConsultationNumber]
    ) -> Mapping[ConsultationNumber, Sequence[AttachmentKind]]:
        if not numbers:
            return {}
        theirs = attachments.c.consultation.in_(numbers)
        found = self.connection.execute(
            select(attachments.c.consultation, attachments.c.kind).where(theirs)
        )
        pairs = {(row.consultation, row.kind) for row in found}
        return {
            number: [kind for kind in AttachmentKind if (number, kind) in pairs]
            for number in numbers
            if any(number == theirs for theirs, _ in pairs)
        }

    def claim(
        self, attachment: AttachmentId, at: datetime, lease_until: datetime
    ) -> KeptAttachment | None:
        free = (
            attachments.c.id == attachment,
            attachments.c.state == Keeping.WANTED,
            attachments.c.wake_at <= at,
        )
        counted = {"attempts": attachments.c.attempts + 1, "wake_at": lease_until}
        taken = update(attachments).where(*free).values(counted)
        return self._one(attachment) if self.connection.execute(taken).rowcount else None

    def keep(self, taken: KeptAttachment, media_type: str, size: int, digest: str) -> bool:
        content = {"media_type": media_type, "size": size, "digest": digest}
        return self._leave(taken, state=Keeping.KEPT, wake_at=None, reason="", **content)

    def postpone(self, taken: KeptAttachment, due_at: datetime, reason: str) -> bool:
        return self._leave(taken, wake_at=due_at, reason=reason)

    def lose(self, taken: KeptAttachment, reason: str) -> bool:
        # Before our own row: whoever has the resident may be waiting for that.
        self.holding.resident(taken.owner.id)
        return self._leave(taken, state=Keeping.GONE, wake_at=None, reason=reason)

    def ask_again(self, attachment: AttachmentId, at: datetime) -> ConsultationNumber | None:
        self.holding.resident(self._one(attachment).owner.id)
        lost = self._one(attachment)
        asked = select(attachments.c.id).where(
            attachments.c.consultation == lost.consultation, attachments.c.asked_at.is_not(None)
        )
        nowhere = lost.consultation is None or lost.owner.departed
        if nowhere or self.connection.execute(asked.limit(1)).first():
            return None
        noted = update(attachments).where(attachments.c.id == attachment).values(asked_at=at)
        self.connection.execute(noted)
        return lost.consultation

    def erase_unfiled(self, resident: ResidentId) -> None:
        self.holding.resident(resident)
        unfiled = (attachments.c.resident == resident, attachments.c.consultation.is_(None))
        # Contents in the database go with their row.
        self.connection.execute(delete(attachments).where(*unfiled))

    def ready(self, at: datetime, limit: int) -> Sequence[AttachmentId]:
        late = select(attachments.c.id).where(attachments.c.wake_at <= at)
        first = late.order_by(attachments.c.wake_at, attachments.c.id).limit(limit)
        return self.connection.execute(first).scalars().all()

    def _leave(self, taken: KeptAttachment, **values: object) -> bool:
        """Out of this attempt's hands; one that took over since has counted one more."""
        ours = and_(
            attachments.c.id == taken.id,
            attachments.c.state == Keeping.WANTED,
            attachments.c.attempts == taken.attempts,
        )
        left = update(attachments).where(ours).values(values)
        return self.connection.execute(left).rowcount == 1

    def _one(self, attachment: AttachmentId) -> KeptAttachment:
        return self._all(attachments.c.id == attachment)[0]

    def _all(self, which: ColumnElement[bool]) -> Sequence[KeptAttachment]:
        rows = self.connection.execute(_kept().where(which).order_by(attachments.c.id))
        return [_to_attachment(row) for row in rows]


def _beginning(attachment: Attachment) -> tuple[Keeping, str]:
    """The first state of an attachment, and why it is that."""
    if not attachment.has_content:
        return Keeping.KEPT, ""
    if not attachment.reference:
        return Keeping.GONE, NO_REFERENCE
    return Keeping.WANTED, ""


def _kept() -> Select[Any]:
    return select(attachments, residents.c.channel, residents.c.name, residents.c.departed_at).join(
        residents, attachments.c.resident == residents.c.id
    )


def _to_attachment(row: Row[Any]) -> KeptAttachment:
    return KeptAttachment(
        id=row.id,
        message=row.message,
        owner=Resident(
            row.resident, Address(row.channel, row.name), departed=row.departed_at is not None
        ),
        attachment=Attachment(
            kind=row.kind,
            title=row.title,
            reference=row.reference,
            format=row.format,
            link=row.link,
            latitude=row.latitude,
            longitude=row.longitude,
        ),
        state=row.state,
        attempts=row.attempts,
        came_at=row.came_at,
        consultation=row.consultation,
        reason=row.reason,
        media_type=row.media_type,
        size=row.size,
        digest=row.digest,
    )
