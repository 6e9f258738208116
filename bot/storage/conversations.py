"""Residents and what was said to them and by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from bot.storage import prepared
from bot.storage.documents import basis_document, offer_document, to_basis, to_offer
from bot.storage.holding import Holding
from bot.storage.standings import erase, note, to_standing
from bot.storage.statements import (
    AT_ADDRESS,
    CAME,
    MET,
    NEW_MESSAGE,
    NEWCOMER,
    PRIOR,
    REPLY_TO,
    REPLY_TO_DEPARTED,
    SAID,
    STANDING,
    STANDING_COLUMNS,
    STANDING_HELD,
)
from bot.storage.tables import consultations, messages, residents, staff
from handlers.cases import Author, StaffId, Utterance
from handlers.conversations import Prior
from handlers.errors import NotFound
from handlers.model import (
    Address,
    ChannelName,
    ConsultationNumber,
    Message,
    MessageId,
    Offer,
    Reply,
    Resident,
    ResidentId,
)
from handlers.pace import COUNTED, Pace, Standing


@dataclass(frozen=True, slots=True)
class SqlConversations:
    """conversations.Conversations over one connection."""

    connection: Connection
    holding: Holding

    def resident(self, address: Address, at: datetime) -> Resident:
        return self.standing(address, at).resident

    def standing(self, address: Address, at: datetime) -> Standing:
        new = {"channel": address.channel, "name": address.resident, "first_seen_at": at}
        row = NEWCOMER[self.connection.dialect.name].one(self.connection, new)
        self.holding.by_itself()
        return to_standing(row, address)

    def take(self, address: Address) -> Standing | None:
        theirs = STANDING_HELD if self.holding.possible else STANDING
        row = theirs.first(self.connection, _at(address))
        if row is None:
            return None
        self.holding.by_itself()
        return to_standing(row, address)

    def known(self, address: Address) -> Resident | None:
        """The resident of an address, if they ever wrote; makes and holds nothing."""
        theirs = select(residents.c.id).where(*AT_ADDRESS)
        found = self.connection.execute(theirs, _at(address)).scalar()
        return None if found is None else Resident(ResidentId(found), address)

    def depart(self, resident: ResidentId, at: datetime) -> None:
        self.holding.resident(resident)
        erase(self.connection, resident, at)

    def said_to_departed(self, channel: ChannelName, key: str, since: datetime) -> Reply | None:
        asked = {"channel": channel, "key": key, "since": since}
        found = REPLY_TO_DEPARTED.first(self.connection, asked)
        return None if found is None else _to_reply(found)

    def supplements(self, consultation: ConsultationNumber, since: datetime) -> int:
        counted = select(func.count()).where(
            messages.c.consultation == consultation,
            messages.c.author == Author.RESIDENT,
            messages.c.at >= since,
        )
        return self.connection.execute(counted).scalar_one()

    def prior(self, resident: ResidentId, key: str) -> Prior:
        asked = {"resident": resident, "key": key}
        return _to_prior(PRIOR.all(self.connection, asked))

    def meet(self, address: Address, key: str) -> tuple[Standing, Prior] | None:
        if self.holding.possible:  # what is read along with a lock may be older than the lock
            standing = self.take(address)
            if standing is None:
                return None
            return standing, self.prior(standing.resident.id, key)
        rows = MET.all(self.connection, _at(address) | {"key": key})
        if not rows:
            return None
        prior = _to_prior([row[len(STANDING_COLUMNS) :] for row in rows])
        return to_standing(rows[0][: len(STANDING_COLUMNS)], address), prior

    def reply_to(self, resident: ResidentId, key: str) -> Reply | None:
        asked = {"resident": resident, "key": key}
        found = REPLY_TO.first(self.connection, asked)
        return None if found is None else _to_reply(found)

    def add(
        self, resident: ResidentId, message: Message, reply: Reply, pace: Pace | None = None
    ) -> MessageId:
        self.holding.resident(resident)
        note(self.connection, resident, message, reply, pace)
        row = _came(resident, message, reply)
        came = CAME[self.connection.dialect.name].made(self.connection, row)
        SAID.run(self.connection, _said(resident, message, reply, came))
        return MessageId(came)

    def add_answer(
        self,
        consultation: ConsultationNumber,
        staff: StaffId,
        text: str,
        offer: Offer,
        at: datetime,
    ) -> MessageId:
        self.holding.owner_of(consultation)
        return self._keep(
            resident=self._owner(consultation),
            author=Author.STAFF,
            at=at,
            text=text,
            offer=offer_document(offer),
            consultation=consultation,
            staff=staff,
        )

    def add_remark(self, consultation: ConsultationNumber, text: str, at: datetime) -> MessageId:
        self.holding.owner_of(consultation)
        return self._keep(
            resident=self._owner(consultation),
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

    def _owner(self, consultation: ConsultationNumber) -> ResidentId:
        owner = select(consultations.c.resident).where(consultations.c.number == consultation)
        resident = self.connection.execute(owner).scalar_one_or_none()
        if resident is None:
            raise NotFound
        return resident

    def _keep(self, **columns: object) -> MessageId:
        return self.connection.execute(NEW_MESSAGE, columns).scalar_one()


def _at(address: Address) -> dict[str, str]:
    return {"channel": address.channel, "resident": address.resident}


def _came(resident: ResidentId, message: Message, reply: Reply) -> dict[str, Any]:
    return {
        "resident": resident,
        "author": Author.RESIDENT,
        "at": message.received_at,
        "text": message.text,
        "key": message.key,
        "kind": message.kind,
        "consultation": reply.consultation,
    }


def _said(resident: ResidentId, message: Message, reply: Reply, came: int) -> dict[str, Any]:
    return {
        "resident": resident,
        "author": Author.MACHINE,
        "at": message.received_at,
        "text": reply.text,
        "reply_to": came,
        "decision": reply.decision,
        "offer": offer_document(reply.offer),
        "basis": basis_document(reply.basis),
        "consultation": reply.consultation,
        "notice": reply.notice or None,
    }


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
    return or_(messages.c.text != "", messages.c.kind.in_(COUNTED))


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


def _to_prior(rows: Sequence[prepared.Row]) -> Prior:
    """Rows of PRIOR, the newest offer first."""
    if not rows:
        return Prior()
    answered, answers_wait, _, _ = rows[0]
    offers = tuple(to_offer(document) for _, _, said, document in rows if said is not None)
    return Prior(answered, answers_wait, offers)


def _to_reply(row: prepared.Row) -> Reply:
    """A row of REPLY_COLUMNS."""
    decision, text, offer, basis, consultation, notice = row
    return Reply(decision, text, to_offer(offer), to_basis(basis), consultation, notice or "")
