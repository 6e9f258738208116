"""What residents read while the database is away: danger first, then whether they were kept."""

import logging

from bot.sealed import NotKept
from bot.services import Services
from bot.spool import UnreadPush
from handlers.model import Kind, Message
from knowledge.wording import Phrase

log = logging.getLogger(__name__)


def words_if_kept(services: Services, message: Message) -> str | None:
    """Puts the message into the spool; what to say then, or None if it was not kept."""
    try:
        new = services.spool.keep(message)
    except NotKept as error:
        log.error("message_not_kept", extra={"reason": str(error)})
        return None
    log.warning("message_spooled", extra={"new": new})
    if message.kind is Kind.EVENT:
        return ""
    return _after_advice(services, message, Phrase.KEPT_DANGER) or services.wording.say(
        Phrase.KEPT_FOR_LATER
    )


def words_if_lost(services: Services, message: Message) -> str:
    """Says plainly that the message was not kept."""
    lost = services.wording.say(Phrase.STORE_DOWN)
    return _after_advice(services, message, Phrase.STORE_DOWN) or lost


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


def _after_advice(services: Services, message: Message, phrase: Phrase) -> str:
    """The safety text and then the phrase; empty where nobody is in danger.

    Screened without a case: that is opened when the message is replayed.
    """
    try:
        danger = services.reception.screen.look(message.text) if message.text else None
    except Exception:  # the screen itself may be what failed before
        log.exception("screen_failed")
        return ""
    if danger is None:
        return ""
    return f"{danger.advice.strip()}\n{services.wording.say(phrase)}"
