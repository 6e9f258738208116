"""Residents and what was said to them and by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.documents import basis_document, offer_document, to_basis, to_offer
from bot.storage.holding import Holding
from bot.storage.tables import consultations, messages, residents, staff
from handlers.cases import Author, StaffId, Utterance
from handlers.errors import NotFound
from handlers.model import (
    Address,
    ConsultationNumber,
    Kind,
    Message,
    MessageId,
    Offer,
    Reply,
    Resident,
    ResidentId,
)

OPENS_WINDOW = (Kind.TEXT, Kind.VOICE, Kind.MEDIA)
"""What lets us write first for 48 hours. A tap on a menu or a follow opens one minute only."""


@dataclass(frozen=True, slots=True)
class SqlConversations:
    """ports.Conversations over one connection."""

    connection: Connection
    holding: Holding

    def resident(self, address: Address, at: datetime) -> Resident:
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        new = dialect.insert(residents).values(
            channel=address.channel, name=address.resident, first_seen_at=at
        )
        # Setting a column to itself is what locks the row of a resident we know.
        found = new.on_conflict_do_update(
            index_elements=["channel", "name"],
            set_={"first_seen_at": residents.c.first_seen_at},
        ).returning(residents.c.id)
        resident = self.connection.execute(found).scalar_one()
        self.holding.by_upsert()
        return Resident(resident, address)

    def known(self, address: Address) -> Resident | None:
        """The resident of an address, if they ever wrote; makes and holds nothing."""
        where = (residents.c.channel == address.channel, residents.c.name == address.resident)
        found = self.connection.execute(select(residents.c.id).where(*where)).scalar()
        return None if found is None else Resident(ResidentId(found), address)

    def reply_to(self, resident: ResidentId, key: str) -> Reply | None:
        came = messages.alias()
        found = self.connection.execute(
            select(messages)
            .join(came, messages.c.reply_to == came.c.id)
            .where(came.c.resident == resident, came.c.key == key)
        ).first()
        return None if found is None else _to_reply(found)

    def offers(self, resident: ResidentId) -> Sequence[Offer]:
        theirs = messages.c.resident == resident
        last = select(func.max(messages.c.id)).where(
            theirs,
            messages.c.author == Author.MACHINE,
            messages.c.reply_to.is_not(None),
            messages.c.text != "",
        )
        said = self.connection.execute(
            select(messages.c.offer)
            .where(theirs, messages.c.id >= func.coalesce(last.scalar_subquery(), 0))
            .where(messages.c.author != Author.RESIDENT, messages.c.text != "")
            .order_by(messages.c.id.desc())
        )
        return [to_offer(document) for document in said.scalars()]

    def add(self, resident: ResidentId, message: Message, reply: Reply) -> MessageId:
        self.holding.resident(resident)
        if message.kind in OPENS_WINDOW:
            self._heard(resident, message.received_at)
        came = self._keep(
            resident=resident,
            author=Author.RESIDENT,
            at=message.received_at,
            text=message.text,
            key=message.key,
            kind=message.kind,
            consultation=reply.consultation,
        )
        self._keep(
            resident=resident,
            author=Author.MACHINE,
            at=message.received_at,
            text=reply.text,
            reply_to=came,
            decision=reply.decision,
            offer=offer_document(reply.offer),
            basis=basis_document(reply.basis),
            consultation=reply.consultation,
        )
        return came

    def add_answer(
        self,
        consultation: ConsultationNumber,
        staff: StaffId,
        text: str,
        offer: Offer,
        at: datetime,
    ) -> MessageId:
        self.holding.owner_of(consultation)
        owner = select(consultations.c.resident).where(consultations.c.number == consultation)
        resident = self.connection.execute(owner).scalar_one_or_none()
        if resident is None:
            raise NotFound
        return self._keep(
            resident=resident,
            author=Author.STAFF,
            at=at,
            text=text,
            offer=offer_document(offer),
            consultation=consultation,
            staff=staff,
        )

    def add_notice(self, consultation: ConsultationNumber, text: str, at: datetime) -> MessageId:
        self.holding.owner_of(consultation)
        owner = select(consultations.c.resident).where(consultations.c.number == consultation)
        return self._keep(
            resident=owner.scalar_subquery(),
            author=Author.MACHINE,
            at=at,
            text=text,
            consultation=consultation,
        )

    def since(self, resident: ResidentId, after: MessageId, limit: int) -> Sequence[Utterance]:
        theirs = _utterances().where(messages.c.resident == resident).limit(limit)
        if after:
            later = theirs.where(messages.c.id > after).order_by(messages.c.id)
            return [_to_utterance(row) for row in self.connection.execute(later)]
        newest = self.connection.execute(theirs.order_by(messages.c.id.desc())).all()
        return [_to_utterance(row) for row in reversed(newest)]

    def _heard(self, resident: ResidentId, at: datetime) -> None:
        """Messages may come late and out of order: the time never goes back."""
        earlier = or_(residents.c.last_heard_at.is_(None), residents.c.last_heard_at < at)
        heard = update(residents).where(residents.c.id == resident, earlier)
        self.connection.execute(heard.values(last_heard_at=at))

    def _keep(self, **columns: object) -> MessageId:
        kept = insert(messages).values(columns).returning(messages.c.id)
        return self.connection.execute(kept).scalar_one()


def _utterances() -> Select[Any]:
    """What has words, and media; a follow, a tap or a silent reply is no utterance."""
    return (
        select(
            messages.c.id,
            messages.c.author,
            messages.c.text,
            messages.c.at,
            messages.c.decision,
            messages.c.consultation,
            staff.c.name,
            messages.c.offer,
        )
        .outerjoin(staff, messages.c.staff == staff.c.id)
        .where(_was_said())
    )


def _was_said() -> ColumnElement[bool]:
    return or_(messages.c.text != "", messages.c.kind.in_(OPENS_WINDOW))


def _to_utterance(row: Row[Any]) -> Utterance:
    return Utterance(
        id=row.id,
        author=row.author,
        text=row.text,
        at=row.at,
        decision=row.decision,
        consultation=row.consultation,
        staff=row.name or "",
        offer=to_offer(row.offer),
    )


def _to_reply(row: Row[Any]) -> Reply:
    return Reply(
        decision=row.decision,
        text=row.text,
        offer=to_offer(row.offer),
        basis=to_basis(row.basis),
        consultation=row.consultation,
    )
