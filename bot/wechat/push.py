"""Customer-service messages as a delivery channel."""

from dataclasses import dataclass

from bot.wechat.client import Platform, PlatformError
from handlers.model import Address
from handlers.ports import Delivered, GiveUp, Outcome, TryLater, WaitForResident

_RESIDENT_MUST_WRITE = frozenset({"43004", "45015", "45047", "48001", "40200", "48004"})
"""Not following, past 48 hours, over five messages; or the account may not push at all: in each
case the resident's next message can carry the answer."""

_NOBODY_THERE = frozenset({"40003", "43019"})
"""No such openid, or on the account's black list."""

_OUR_FAULT = frozenset({"45002", "44004", "45008"})
"""The message itself is refused: pushing it again cannot work, a passive reply can."""


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
            return _meaning(error.code)
        return Delivered()


def _meaning(code: str) -> Outcome:
    if code in _RESIDENT_MUST_WRITE or code in _OUR_FAULT:
        return WaitForResident(code)
    if code in _NOBODY_THERE:
        return GiveUp(code)
    return TryLater(code)
