"""Tells residents what came of their messages that waited in the spool."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.sealed import Name, Unreadable
from bot.spool import Spool
from bot.storage import places
from bot.storage.places import Place
from bot.storage.store import SqlStore
from handlers.courier import LEASE
from handlers.model import Address, ChannelName, Message
from handlers.parts import MESSAGE_BYTES, size
from handlers.ports import Channel, Clock, Delivered, Outcome, Paused, TryLater
from knowledge.wording import Phrase, Wording

log = logging.getLogger(__name__)

PAUSES = (timedelta(seconds=10), timedelta(seconds=60))
"""While the channel is busy. Then no more: each try may have arrived after all."""


@dataclass(frozen=True, slots=True)
class Late:
    """Words that a resident has not seen, and the files that they come from."""

    names: tuple[Name, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Again:
    tries: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Teller:
    """Works under the replayer's lock. A crash after a push, before its note, tells twice."""

    spool: Spool
    store: SqlStore
    channels: Mapping[ChannelName, Channel]
    wording: Wording
    clock: Clock
    _again: dict[str, _Again] = field(default_factory=dict)

    def tell_all(self, must_stop: Callable[[], bool]) -> int:
        """Tells one resident after another; how many pushes arrived. Raises Unreachable."""
        names = self.spool.untold.names()
        told = 0
        for owner in dict.fromkeys(name.owner for name in names):
            if must_stop():
                break
            again = self._again.get(owner)
            if again is None or again.at <= self.clock():
                told += self._tell(owner, [name for name in names if name.owner == owner])
        return told

    def _tell(self, owner: str, names: Sequence[Name]) -> int:
        messages = self._messages(names)
        if not messages:
            return 0
        sender = next(iter(messages.values())).sender
        texts, obstacle = self._look_up(sender, messages)
        for silent in (late for late in texts if not late.text):
            self.spool.untold.remove(silent.names[0])
        channel = self.channels.get(sender.channel)
        if channel is None or obstacle:
            self._leave(owner, names, obstacle or "no_channel")
            return 0
        return self._push(
            owner, channel, sender, self._packed([late for late in texts if late.text])
        )

    def _messages(self, names: Sequence[Name]) -> dict[Name, Message]:
        found: dict[Name, Message] = {}
        for name in names:
            try:
                found[name] = self.spool.read(self.spool.untold, name)
            except Unreadable:
                self.spool.untold.move(name, self.spool.bad)
                log.error("spool_set_aside", extra={"file": str(name), "reason": "untold"})
        return found

    def _look_up(self, sender: Address, messages: Mapping[Name, Message]) -> tuple[list[Late], str]:
        """What was said to each, and why it cannot be told, if so. Keeps nothing."""
        with self.store.read() as records:
            resident = records.conversations.known(sender)
            if resident is None:
                return [], "nobody"
            replies = {
                name: records.conversations.reply_to(resident.id, message.key)
                for name, message in messages.items()
            }
        return [Late((name,), reply.text if reply else "") for name, reply in replies.items()], ""

    def _packed(self, texts: Sequence[Late]) -> list[Late]:
        """As few messages as they fit in, each introduced; the same words once only."""
        head = self.wording.say(Phrase.TOLD_LATE)
        packed: list[Late] = []
        for late in texts:
            last = packed[-1] if packed else Late((), "")
            if packed and late.text in last.text:
                joined = last.text
            else:
                joined = f"{last.text or head}\n\n{late.text}"
            if packed and size(joined) <= MESSAGE_BYTES:
                packed[-1] = Late((*last.names, *late.names), joined)
            else:
                packed.append(replace(late, text=f"{head}\n\n{late.text}"))
        return packed

    def _push(self, owner: str, channel: Channel, sender: Address, packed: Sequence[Late]) -> int:
        for told, late in enumerate(packed):
            outcome = self._push_one(channel, sender, late)
            if isinstance(outcome, (TryLater, Paused)) and self._may_try_again(owner):
                return told
            if not isinstance(outcome, Delivered):
                rest = [name for later in packed[told:] for name in later.names]
                self._leave(owner, rest, getattr(outcome, "reason", "ration"))
                return told
        self._again.pop(owner, None)
        return len(packed)

    def _push_one(self, channel: Channel, sender: Address, late: Late) -> Outcome | None:
        """One push, its place booked before it begins; None if the ration has none for it."""
        place: Place | None = None
        if channel.rationed:
            with self.store.write() as records:
                now = self.clock()
                place = places.book(records, sender, now, now + LEASE)
            if place is None:
                return None
        outcome = channel.push(sender, late.text)
        reason = getattr(outcome, "reason", "")
        log.info("reply_told_late", extra={"outcome": type(outcome).__name__, "reason": reason})
        if isinstance(outcome, Delivered):
            # Before the database is asked: if that fails now, nobody is told twice for it.
            for name in late.names:
                self.spool.untold.remove(name)
        if place is not None:
            self._settle(place, outcome)
        return outcome

    def _settle(self, place: Place, outcome: Outcome) -> None:
        with self.store.write() as records:
            match outcome:
                case Delivered() | TryLater(perhaps=True):
                    places.use(records, place, self.clock())
                case _:
                    places.give_back(records, place)

    def _may_try_again(self, owner: str) -> bool:
        tries = self._again[owner].tries if owner in self._again else 0
        if tries == len(PAUSES):
            return False
        self._again[owner] = _Again(tries + 1, self.clock() + PAUSES[tries])
        return True

    def _leave(self, owner: str, names: Sequence[Name], reason: str) -> None:
        """Gives up telling: the replies stay in the conversation, where people see them."""
        self._again.pop(owner, None)
        for name in names:
            self.spool.untold.remove(name)
        log.warning("replies_not_told", extra={"count": len(names), "reason": reason})
