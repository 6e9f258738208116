"""Who the official account is, what its kind may do, and the platform's numbers."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class AccountKind(StrEnum):
    SERVICE_VERIFIED = "service-verified"
    SERVICE = "service"
    SUBSCRIPTION_VERIFIED = "subscription-verified"
    SUBSCRIPTION = "subscription"

    @property
    def may_push(self) -> bool:
        """Customer-service messages, typing, media and user details."""
        return self in {AccountKind.SERVICE_VERIFIED, AccountKind.SUBSCRIPTION_VERIFIED}

    @property
    def may_set_menu(self) -> bool:
        return self is not AccountKind.SUBSCRIPTION

    @property
    def may_notify(self) -> bool:
        """Template messages and subscription notices."""
        return self is AccountKind.SERVICE_VERIFIED


@dataclass(frozen=True, slots=True)
class Account:
    app_id: str = "wx6f1e0c2a9b3d4e57"
    app_secret: str = field(default="5d1c8b7a6e4f30219c8d7e6f5a4b3c2d", repr=False)
    original_id: str = "gh_7d3a91c05b2e"
    kind: AccountKind = AccountKind.SERVICE_VERIFIED


@dataclass(frozen=True, slots=True)
class Limits:
    """The platform's published numbers; a test may set its own."""

    message_window: timedelta = timedelta(hours=48)
    message_sends: int = 5
    brief_window: timedelta = timedelta(minutes=1)
    brief_sends: int = 3
    content_bytes: int = 2048
    token_life: timedelta = timedelta(seconds=7200)
    # stable_token never hands out a token with less than this left.
    token_renewal: timedelta = timedelta(seconds=300)
    # How long the previous /cgi-bin/token token still works after a new one is fetched.
    plain_token_grace: timedelta = timedelta(seconds=300)
    # A second forced refresh sooner than this changes nothing and returns the same token.
    forced_refresh_gap: timedelta = timedelta(seconds=30)
    forced_refreshes_a_day: int = 20
    # The platform asks callers to keep room for this many characters, so the fake uses them all.
    token_length: int = 512
    typing_after_touch: timedelta = timedelta(seconds=30)
    typing_lasts: timedelta = timedelta(seconds=15)
    media_life: timedelta = timedelta(days=3)
