"""How many strangers may begin a conversation on the page in a minute, all of them together.

A page's resident costs nothing to make: whoever throws cookies away is new with every message, and
no limit of a resident holds them. Addresses are not counted: a village may share one. Searches on
the public pages have a limit of each process, since they keep nothing by which to count.
"""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from bot.figures import database_was_unreachable
from bot.services import Services
from bot.storage.newcomers import newcomers
from bot.web.outage import after_advice
from handlers.errors import Unreachable
from handlers.model import Address, ChannelName, Message
from handlers.pace import MINUTE
from handlers.ports import Clock
from knowledge.wording import Phrase

NO_TIME = timedelta(0)

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


class Turnstile:
    """Lets so many through in any minute, whoever they are."""

    def __init__(self, most: int, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._passed: deque[datetime] = deque(maxlen=most)

    def lets_in(self) -> bool:
        """Whether there is room for one more, who has then passed."""
        now = self._clock()
        with self._lock:
            full = len(self._passed) == self._passed.maxlen
            # A clock that was set back would else close the door until it is where it was.
            if full and NO_TIME <= now - self._passed[0] < MINUTE:
                return False
            self._passed.append(now)
            return True
