"""The way out of the spool: messages are stored in order of arrival, then residents are told.

See docs/adr/0009-spool.md.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from bot.sealed import Name, Unreadable
from bot.spool import Spool
from bot.telling import Teller
from handlers.errors import Unreachable
from handlers.model import Kind, Message, Reply
from handlers.ports import Clock

log = logging.getLogger(__name__)

EXTENSION = "faxiaomei_replayer"
"""Under which name the application keeps the replayer for its web processes."""

LOOK_EVERY = 2.0
"""Seconds between looks into the spool: an empty folder costs nothing to list."""

TELL_FOR = 3.0
"""Seconds for telling while others wait to be stored."""

MOST_TRIES = 5
"""Rounds in which a message may fail with the database up, until a person has to look."""

_ASKED = (Kind.TEXT, Kind.VOICE, Kind.MEDIA)
"""Whoever wrote waits for an answer, as does whoever tapped what stands for words."""


class Receives(Protocol):
    """Whoever receives what waited."""

    def receive(self, message: Message) -> Reply:
        """As Reception."""


@dataclass(slots=True)
class Round:
    """What one round did."""

    stored: int = 0
    bad: int = 0
    told: int = 0
    attached: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Replayer:
    """Any number may run over one spool: only one works at a time."""

    spool: Spool
    reception: Receives
    teller: Teller
    clock: Clock
    gather: Callable[[], None]
    """Asks for what came along with messages to be fetched now; raises nothing."""
    stopping: Event = field(default_factory=Event)
    _failures: Counter[Name] = field(default_factory=Counter)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Replays in a thread of its own while something else runs.

        In the worker beside the task engine, whose queue may be away together with the database;
        in every web process too, since a host may have web processes alone.
        """
        thread = Thread(target=self.run, name="replayer")
        thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            thread.join()

    def run(self) -> None:
        """Replays whatever comes until `stopping` is set. Raises nothing."""
        pause = 0.0
        while not self.stopping.wait(pause):
            pause = LOOK_EVERY
            try:
                done = self.round()
            except Exception:  # the next round may find the disk or the database well again
                log.exception("replay_round_failed")
                continue
            if done is not None and done.stored and not done.stopped:
                pause = 0.0

    def round(self) -> Round | None:
        """Stores what waits, then tells. None if another replayer is at it."""
        done = Round()
        if self.spool.is_empty():
            return done
        with self.spool.replaying() as ours:
            if not ours:
                return None
            self.spool.drop_old(self.clock())
            self._store_all(done)
            if done.attached:
                # Each hour of an outage is one less of the days for which the platform has it.
                self.gather()
            if not done.stopped:
                done.told = self.teller.tell_all(self._patience())
        if done.stored or done.bad or done.told:
            counts = {"stored": done.stored, "bad": done.bad, "told": done.told}
            log.info("spool_replayed", extra=counts)
        return done

    def _patience(self) -> Callable[[], bool]:
        """When to stop telling: storing what came in the meantime does not wait for long."""
        until = monotonic() + TELL_FOR

        def is_over() -> bool:
            if self.stopping.is_set():
                return True
            return monotonic() > until and bool(self.spool.waiting.names())

        return is_over

    def _store_all(self, done: Round) -> None:
        """In order of arrival. Behind a message that fails its sender's others wait."""
        failed: set[str] = set()
        for name in self.spool.waiting.names():
            if self.stopping.is_set():
                done.stopped = True
            elif name.owner not in failed and not self._store(name, done):
                failed.add(name.owner)
            if done.stopped:
                return

    def _store(self, name: Name, done: Round) -> bool:
        """False if the message has to be tried again."""
        waiting = self.spool.waiting
        try:
            message = self.spool.read(waiting, name)
            reply = self.reception.receive(message)
        except Unreadable as error:
            if isinstance(error.__cause__, OSError):  # a disk may be well again at the next look
                return self._failed(name, str(error), done)
            self._set_aside(name, str(error), done)
            return True
        except Unreachable:
            done.stopped = True
            return False
        except Exception as error:  # a message that cannot be stored must not hold up the others
            log.exception("replay_failed", extra={"file": str(name)})
            return self._failed(name, type(error).__name__, done)
        self._failures.pop(name, None)
        if reply.text and (message.kind in _ASKED or message.text):
            # Told from there: to store must never wait for the network.
            waiting.move(name, self.spool.untold)
        else:
            waiting.remove(name)
        done.stored += 1
        done.attached += message.attachment is not None
        return True

    def _failed(self, name: Name, reason: str, done: Round) -> bool:
        """Whether it failed often enough to be set aside."""
        self._failures[name] += 1
        if self._failures[name] < MOST_TRIES:
            return False
        self._set_aside(name, reason, done)
        return True

    def _set_aside(self, name: Name, reason: str, done: Round) -> None:
        self.spool.waiting.move(name, self.spool.bad)
        self._failures.pop(name, None)
        log.error("spool_set_aside", extra={"file": str(name), "reason": reason})
        done.bad += 1
