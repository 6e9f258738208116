"""How many strangers may begin a conversation on the page in a minute, all of them together.

A page's resident costs nothing to make: whoever throws cookies away is new with every message, and
no limit of a resident holds them. Addresses are not counted: a village may share one.
"""

from bot.figures import database_was_unreachable
from bot.services import Services
from bot.storage.newcomers import newcomers
from bot.web.outage import after_advice
from handlers.errors import Unreachable
from handlers.model import Address, ChannelName, Message
from handlers.pace import MINUTE
from knowledge.wording import Phrase

TRY_AGAIN = int(MINUTE.total_seconds())
"""Seconds until there is room again, whatever happens."""


def is_crowded_for(services: Services, sender: Address) -> bool:
    """Whether this sender is new and too many were within a minute. Raises Unreachable.

    Several at the same moment may all find the last place free: that many more get in.
    """
    most = services.settings.chat_newcomers_per_minute
    now = services.clock()
    try:
        with services.store.read() as records:
            if records.conversations.known(sender) is not None:
                return False
            return newcomers(records, ChannelName.CHAT, now - MINUTE, now) >= most
    except Unreachable:
        database_was_unreachable()
        raise


def words_for_later(services: Services, message: Message) -> str:
    """Says that a message was not kept and when to send it again; danger is advised first."""
    later = services.wording.say(Phrase.CROWDED)
    return after_advice(services, message, Phrase.CROWDED) or later
