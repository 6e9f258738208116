"""Answers travel back: pushed, waiting for the resident, or failed in the open."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from handlers.cases import UNFOLLOWED, Author, Delivery, DeliveryId, Route
from handlers.compose import Composer
from handlers.model import ChannelName
from handlers.ports import (
    Channel,
    Clock,
    Delivered,
    GiveUp,
    Outcome,
    Paused,
    Records,
    Store,
    TryLater,
    WaitForResident,
)

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a courier may hold a delivery: far over the 3 s and 5 s time limits of a call."""

PAUSES = tuple(timedelta(seconds=s) for s in (1, 3, 9, 30, 60, 180, 600, 1_800, 3_600, 10_800))
"""Between tries: quick at first for a hiccup, then patient. After the last the answer is held,
since the resident's next message can still carry it."""

KEPT_FOR_PEOPLE = 2
"""Places at the end of a resident's ration that only a person's answer may take: an answer must
not wait because a notice went first."""

SWEEP = 200
"""Deliveries that one sweep wakes at most; the next sweep takes more."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Takes one delivery at a time; any number of couriers may run."""

    store: Store
    clock: Clock
    channels: Mapping[ChannelName, Channel]
    composer: Composer

    def deliver_one(self, delivery: DeliveryId) -> datetime | None:
        """Tries one delivery; when to try again, or None if nothing is left to do.

        Does nothing if another courier has it or it is settled. A courier that dies between
        push and note leaves the row to the next one, which sends again.
        """
        with self.store.write() as records:
            now = self.clock()
            taken = records.deliveries.claim(delivery, now, now + LEASE)
            if taken is None:
                return None
            if taken.to.departed:
                records.deliveries.fail(taken, UNFOLLOWED, now)
                return None
            channel = self.channels.get(taken.to.address.channel)
            obstacle = _obstacle(records, taken, channel, now)
            if obstacle:
                records.deliveries.hold(taken, obstacle)
        if obstacle or channel is None:
            log.info("delivery_held", extra={"delivery": delivery, "reason": obstacle})
            return None
        return self._note(taken, channel.push(taken.to.address, self.composer.parts(taken.text)[0]))

    def overdue(self) -> list[DeliveryId]:
        """What should have been tried by now: lost wake-ups and crashed couriers."""
        with self.store.read() as records:
            return list(records.deliveries.ready(self.clock(), SWEEP))

    def _note(self, taken: Delivery, outcome: Outcome) -> datetime | None:
        again: datetime | None = None
        with self.store.write() as records:
            now = self.clock()
            _settle_place(records, taken, outcome, now)
            match outcome:
                case Delivered():
                    records.deliveries.settle(taken, Route.PUSH, now)
                case WaitForResident(reason):
                    records.deliveries.hold(taken, reason)
                case GiveUp(reason):
                    records.deliveries.fail(taken, reason, now)
                case TryLater(reason):
                    again = _put_off(records, taken, now, reason)
                case Paused(reason, until):
                    again = until if records.deliveries.put_back(taken, until, reason) else None
                case _:
                    assert_never(outcome)
        log.info(
            "delivery_tried",
            extra={
                "delivery": taken.id,
                "outcome": type(outcome).__name__,
                "reason": getattr(outcome, "reason", ""),
                "attempts": taken.attempts,
            },
        )
        return again


def may_push(places_left: int, author: Author) -> bool:
    """Whether the ration has a place for somebody's words: its last two are for people's."""
    kept_back = 0 if author is Author.STAFF else KEPT_FOR_PEOPLE
    return places_left > kept_back


def _obstacle(records: Records, taken: Delivery, channel: Channel | None, now: datetime) -> str:
    """Why a delivery cannot go out now; empty if it can, and then its place is booked."""
    if channel is None:
        return "no_channel"
    if not channel.rationed:
        return ""
    left = records.deliveries.ration_left(taken.to.id, now)
    # Every delivery is a person's answer. One that perhaps arrived has paid for its next try:
    # else an hour of bad gateways would use up the ration without a word arriving.
    if not may_push(left, Author.STAFF) and not records.deliveries.has_place(taken, now):
        return "window"
    records.deliveries.take_place(taken, now + LEASE)
    return ""


def _settle_place(records: Records, taken: Delivery, outcome: Outcome, now: datetime) -> None:
    """Gives the place in the ration back unless the text arrived, or perhaps did."""
    match outcome:
        case Delivered() | TryLater(perhaps=True):
            records.deliveries.use_place(taken, now)
        case TryLater() | Paused() | WaitForResident() | GiveUp():
            records.deliveries.give_place_back(taken)
        case _:
            assert_never(outcome)


def _put_off(records: Records, taken: Delivery, now: datetime, reason: str) -> datetime | None:
    if taken.attempts > len(PAUSES):
        records.deliveries.hold(taken, reason)
        return None
    due = now + PAUSES[taken.attempts - 1]
    records.deliveries.postpone(taken, due, reason)
    return due
