"""Customer-service messages as a delivery channel."""

from dataclasses import dataclass
from typing import assert_never

from bot.wechat.client import Platform, PlatformError
from bot.wechat.errcodes import Act, meaning
from handlers.errors import Unreachable
from handlers.model import Address
from handlers.ports import Delivered, GiveUp, Outcome, Paused, TryLater, WaitForResident


@dataclass(frozen=True, slots=True)
class PushChannel:
    """Pushes to followers of the official account."""

    platform: Platform
    rationed: bool = True

    def push(self, to: Address, text: str) -> Outcome:
        """Sends one text; every error code becomes what it means for the answer."""
        try:
            self.platform.send_text(to.resident, text)
        except PlatformError as error:
            return _outcome(error)
        except Unreachable:
            return TryLater("database")
        return Delivered()


def _outcome(error: PlatformError) -> Outcome:
    if error.until is not None:
        return Paused(error.code, error.until)
    act = meaning(error.code).act
    match act:
        case Act.AGAIN | Act.RENEW | Act.PAUSE:
            return TryLater(error.code, perhaps=not error.surely)
        case Act.WAIT:
            return WaitForResident(error.code)
        case Act.GIVE_UP:
            return GiveUp(error.code)
        case _:
            assert_never(act)
