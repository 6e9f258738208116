"""Everything the fake platform knows, apart from how it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from tests.fake_wechat.account import Account, Limits
from tests.fake_wechat.clock import Clock, ShiftableClock
from tests.fake_wechat.faults import Fault, FaultBoard
from tests.fake_wechat.followers import Followers, Touch
from tests.fake_wechat.media import MediaShelf
from tests.fake_wechat.record import LoggedRequest, Record, Shown, Via
from tests.fake_wechat.tokens import TokenDesk


@dataclass(slots=True)
class Menu:
    """The menu last pushed; None when there is none."""

    current: Mapping[str, object] | None = None


class PlatformState:
    def __init__(self, account: Account, limits: Limits, clock: Clock) -> None:
        self.account = account
        self.limits = limits
        self.clock = ShiftableClock(clock)
        self.tokens = TokenDesk(limits, self.clock)
        self.followers = Followers(limits, self.clock)
        self.faults = FaultBoard()
        self.record = Record()
        self.media = MediaShelf(limits, self.clock)
        self.menu = Menu()

    def show(
        self,
        openid: str,
        via: Via,
        kind: str,
        text: str,
        payload: Mapping[str, object] | None = None,
    ) -> None:
        """Put a bubble on a user's screen."""
        self.record.show(Shown(openid, self.clock(), via, kind, text, payload or {}))


class PlatformSide(Protocol):
    """What a resident and a test need of the platform, in this process or in another one."""

    def touch(self, openid: str, touch: Touch) -> None:
        """Tell the platform what a user did: it opens or closes that user's window."""

    def show(self, openid: str, via: Via, kind: str, text: str) -> None:
        """Put a bubble on a user's screen."""

    def seen(self, openid: str) -> tuple[Shown, ...]:
        """All a user was shown, in order: passive replies, pushes and failure notices."""

    def messages(self, openid: str | None = None) -> tuple[Shown, ...]:
        """What came by the API alone (pushes and notices), of one user or of all."""

    def requests(self, path: str | None = None) -> tuple[LoggedRequest, ...]:
        """Every request to the API, in order."""

    def fault(self, path: str, fault: Fault) -> None:
        """Switch a fault on; several on one path wait in line."""

    def clear_faults(self, path: str | None = None) -> None:
        """Switch the faults of one path off, or all."""

    def revoke_tokens(self) -> None:
        """Every token handed out so far is refused with 40001 from now on."""

    def grant_notices(self, openid: str, times: int) -> None:
        """The user agrees to this many subscription notices."""

    def shift(self, by: timedelta) -> None:
        """Move the platform's clock on; the service's own clock is not touched."""
