"""The outbox: every change of a delivery is a compare-and-swap fenced by its attempt.

A push takes its place in the resident's ration before it begins, in the unit of work that claims
the delivery: two couriers at once cannot take more places than there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.storage.holding import Holding
from bot.storage.statements import HELD, OUTBOX
from bot.storage.tables import consultations, deliveries, messages, pushes, residents
from handlers.cases import UNFOLLOWED, Author, Delivery, DeliveryId, DeliveryState, Route
from handlers.model import Address, ConsultationNumber, MessageId, Resident, ResidentId

PUSH_WINDOW = timedelta(hours=48)
PUSHES_IN_WINDOW = 5
"""How long and how often an account may write after each message of a resident, as WeChat says
(https://developers.weixin.qq.com/doc/subscription/guide/product/kf/intro, read 2026-11)."""

IN_MOTION = (DeliveryState.DUE, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class SqlDeliveries:
    """ports.Deliveries over one connection."""

    connection: Connection
    holding: Holding

    def add(
        self, consultation: ConsultationNumber, message: MessageId, text: str, due_at: datetime
    ) -> Delivery:
        owner = select(consultations.c.resident).where(consultations.c.number == consultation)
        put = insert(deliveries).values(
            consultation=consultation,
            resident=owner.scalar_subquery(),
            message=message,
            text=text,
            state=DeliveryState.DUE,
            attempts=0,
            due_at=due_at,
            wake_at=due_at,
            held_reason="",
        )
        return self._one(self.connection.execute(put.returning(deliveries.c.id)).scalar_one())

    def claim(self, delivery: DeliveryId, at: datetime, lease_until: datetime) -> Delivery | None:
        self.holding.receiver_of(delivery)
        free = (
            deliveries.c.id == delivery,
            deliveries.c.state.in_(IN_MOTION),
            deliveries.c.wake_at <= at,
        )
        taken = (
            update(deliveries)
            .where(*free)
            .values(
                state=DeliveryState.SENDING,
                attempts=deliveries.c.attempts + 1,
                wake_at=lease_until,
            )
        )
        return self._one(delivery) if self.connection.execute(taken).rowcount else None

    def settle(self, delivery: Delivery, route: Route, at: datetime) -> bool:
        waits = deliveries.c.state == DeliveryState.HELD
        ours = or_(_in_hand(delivery), _under_way_at_departure(delivery), waits)
        sent = {"route": route, "settled_at": at}
        return self._leave(ours, delivery, DeliveryState.SENT, **sent)

    def hold(self, delivery: Delivery, reason: str) -> bool:
        return self._leave(_in_hand(delivery), delivery, DeliveryState.HELD, held_reason=reason)

    def postpone(self, delivery: Delivery, due_at: datetime, reason: str) -> bool:
        later = {"due_at": due_at, "wake_at": due_at, "held_reason": reason}
        return self._leave(_in_hand(delivery), delivery, DeliveryState.DUE, **later)

    def put_back(self, delivery: Delivery, due_at: datetime, reason: str) -> bool:
        # Nobody else can hold the number that is counted back: it was this attempt's own.
        untried = {"attempts": delivery.attempts - 1, "held_reason": reason}
        later = {"due_at": due_at, "wake_at": due_at}
        return self._leave(_in_hand(delivery), delivery, DeliveryState.DUE, **untried, **later)

    def fail(self, delivery: Delivery, reason: str, at: datetime) -> bool:
        failed = {"held_reason": reason, "settled_at": at}
        return self._leave(_in_hand(delivery), delivery, DeliveryState.FAILED, **failed)

    def abandon(self, resident: ResidentId, reason: str, at: datetime) -> None:
        unsettled = (
            deliveries.c.resident == resident,
            deliveries.c.state.in_((*IN_MOTION, DeliveryState.HELD)),
        )
        failed = {"held_reason": reason, "settled_at": at, "wake_at": None}
        given_up = update(deliveries).where(*unsettled)
        self.connection.execute(given_up.values(state=DeliveryState.FAILED, **failed))

    def held_for(self, resident: ResidentId) -> Sequence[Delivery]:
        held = self.connection.execute(HELD, {"resident": resident})
        return [_to_delivery(row) for row in held]

    def for_consultation(self, number: ConsultationNumber) -> Sequence[Delivery]:
        answers = select(messages.c.id).where(
            messages.c.id == deliveries.c.message, messages.c.author == Author.STAFF
        )
        return self._all(and_(deliveries.c.consultation == number, answers.exists()))

    def ready(self, at: datetime, limit: int) -> Sequence[DeliveryId]:
        late = select(deliveries.c.id).where(deliveries.c.wake_at <= at)
        first = late.order_by(deliveries.c.wake_at, deliveries.c.id).limit(limit)
        return self.connection.execute(first).scalars().all()

    def ration_left(self, resident: ResidentId, at: datetime) -> int:
        heard = self._heard(resident)
        if heard is None or at - heard >= PUSH_WINDOW:
            return 0
        counted = select(func.count()).where(
            pushes.c.resident == resident, pushes.c.counted_at >= heard
        )
        return max(0, PUSHES_IN_WINDOW - self.connection.execute(counted).scalar_one())

    def has_place(self, delivery: Delivery, at: datetime) -> bool:
        heard = self._heard(delivery.to.id)
        if heard is None or at - heard >= PUSH_WINDOW:
            return False
        earlier = select(pushes.c.attempt).where(
            pushes.c.delivery == delivery.id, pushes.c.counted_at >= heard
        )
        return self.connection.execute(earlier.limit(1)).first() is not None

    def take_place(self, delivery: Delivery, until: datetime) -> None:
        place = insert(pushes).values(
            delivery=delivery.id,
            attempt=delivery.attempts,
            resident=delivery.to.id,
            counted_at=until,
        )
        self.connection.execute(place)

    def use_place(self, delivery: Delivery, at: datetime) -> None:
        self.connection.execute(update(pushes).where(*_place(delivery)).values(counted_at=at))

    def give_place_back(self, delivery: Delivery) -> None:
        self.connection.execute(delete(pushes).where(*_place(delivery)))

    def _heard(self, resident: ResidentId) -> datetime | None:
        """When the resident last wrote something that lets us write first."""
        heard_at = select(residents.c.last_heard_at).where(residents.c.id == resident)
        return self.connection.execute(heard_at).scalar_one_or_none()

    def _leave(
        self, ours: ColumnElement[bool], delivery: Delivery, to: DeliveryState, **values: object
    ) -> bool:
        """Out of our hands into another state, where nobody need wake it unless it says so."""
        changes = {"state": to, "wake_at": None, **values}
        left = update(deliveries).where(deliveries.c.id == delivery.id, ours).values(changes)
        return self.connection.execute(left).rowcount == 1

    def _one(self, delivery: DeliveryId) -> Delivery:
        return self._all(deliveries.c.id == delivery)[0]

    def _all(self, which: ColumnElement[bool]) -> Sequence[Delivery]:
        rows = self.connection.execute(OUTBOX.where(which).order_by(deliveries.c.id))
        return [_to_delivery(row) for row in rows]


def _in_hand(delivery: Delivery) -> ColumnElement[bool]:
    """Still this attempt: a courier that took over since has counted one more."""
    return and_(
        deliveries.c.state == DeliveryState.SENDING,
        deliveries.c.attempts == delivery.attempts,
    )


def _place(delivery: Delivery) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The place in the ration that this very attempt took."""
    return pushes.c.delivery == delivery.id, pushes.c.attempt == delivery.attempts


def _under_way_at_departure(delivery: Delivery) -> ColumnElement[bool]:
    """Abandoned during this very attempt, whose push may have gone through all the same."""
    return and_(
        literal(delivery.state is DeliveryState.SENDING),
        deliveries.c.state == DeliveryState.FAILED,
        deliveries.c.held_reason == UNFOLLOWED,
        deliveries.c.attempts == delivery.attempts,
    )


def _to_delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        consultation=row.consultation,
        to=Resident(
            row.resident, Address(row.channel, row.name), departed=row.departed_at is not None
        ),
        text=row.text,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        route=row.route,
        held_reason=row.held_reason,
        settled_at=row.settled_at,
    )
