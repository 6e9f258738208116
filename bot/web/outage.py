"""What residents read while the database is away: danger first, then whether they were kept."""

import logging
from threading import Lock
from time import monotonic

from bot.sealed import NotKept
from bot.services import Services
from bot.spool import UnreadPush
from handlers.model import Kind, Message
from knowledge.wording import Phrase

log = logging.getLogger(__name__)

FAILURES = 3
"""In a row: one alone may be a resident's own lock."""

TRY_AGAIN = 2.0
"""Seconds in which nobody asks a database that does not answer."""


class Lately:
    """What this process last saw of the database.

    One that hangs costs everybody who asks it three seconds; with all threads waiting, the
    platform would hang up on residents whose words were never read. So one asks, and the others'
    messages go to the spool at once.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0
        self._ask_at = 0.0

    def spares(self) -> bool:
        """Whether not to ask now. Whoever is told to ask does so alone for a while."""
        if self._failures < FAILURES:
            return False
        with self._lock:
            if monotonic() < self._ask_at:
                return True
            self._ask_at = monotonic() + TRY_AGAIN
            return False

    def answered(self) -> None:
        """The database is there."""
        if self._failures:
            with self._lock:
                self._failures = 0

    def failed(self) -> None:
        """The database did not answer."""
        with self._lock:
            self._failures += 1
            self._ask_at = monotonic() + TRY_AGAIN


def words_if_kept(services: Services, message: Message) -> str | None:
    """Puts the message into the spool; what to say then, or None if it was not kept."""
    try:
        new = services.spool.keep(message)
    except NotKept as error:
        log.error("message_not_kept", extra={"reason": str(error)})
        return None
    log.warning("message_spooled", extra={"new": new})
    if message.kind in (Kind.EVENT, Kind.LEAVE) and not message.text:
        return ""
    return after_advice(services, message, Phrase.KEPT_DANGER) or services.wording.say(
        Phrase.KEPT_FOR_LATER
    )


def words_if_lost(services: Services, message: Message) -> str:
    """Says plainly that the message was not kept."""
    lost = services.wording.say(Phrase.STORE_DOWN)
    return after_advice(services, message, Phrase.STORE_DOWN) or lost


def keep_unread(services: Services, push: UnreadPush) -> None:
    """Keeps a signed push that nobody could read, for when the reader is mended."""
    if not push.body:
        return
    try:
        new = services.spool.keep_unread(push, services.clock())
    except NotKept as error:
        log.error("push_unread", extra={"kept": False, "reason": str(error)})
        return
    log.error("push_unread", extra={"kept": True, "new": new})


def after_advice(services: Services, message: Message, phrase: Phrase) -> str:
    """The safety text and then the phrase; empty where nobody is in danger.

    Screened without a case: that is opened when the message is replayed, if it was kept, and
    until then nobody may say that staff know.
    """
    try:
        danger = services.screen.look(message.text) if message.text else None
    except Exception:  # the screen itself may be what failed before
        log.exception("screen_failed")
        return ""
    if danger is None:
        return ""
    return f"{danger.alone}\n{services.wording.say(phrase)}"
