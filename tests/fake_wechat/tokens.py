"""Access tokens as the platform hands them out, checks them and lets them die."""

import secrets
import threading
from dataclasses import dataclass
from datetime import date, datetime

from tests.fake_wechat.account import Limits
from tests.fake_wechat.clock import Clock
from tests.fake_wechat.errors import (
    DAILY_LIMIT,
    INVALID_CREDENTIAL,
    MALFORMED_TOKEN,
    TOKEN_EXPIRED,
    TOKEN_MISSING,
    Refused,
)

# Real tokens begin with a two-digit number; the rest is opaque.
_PREFIX = "95_"


@dataclass(slots=True)
class _Issued:
    value: str
    expires_at: datetime
    dies_at: datetime | None = None

    def left(self, now: datetime) -> float:
        return (self.expires_at - now).total_seconds()

    def is_dead(self, now: datetime) -> bool:
        return self.dies_at is not None and self.dies_at <= now

    def dies(self, at: datetime) -> None:
        self.dies_at = at if self.dies_at is None else min(self.dies_at, at)


class TokenDesk:
    """Both kinds of token: they live apart, and fetching one leaves the other alone."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._issued: dict[str, _Issued] = {}
        self._stable: _Issued | None = None
        self._plain: _Issued | None = None
        self._forced: list[datetime] = []

    def plain(self) -> tuple[str, int]:
        """A new token each time, with its seconds to live; the previous one dies after a grace."""
        with self._lock:
            now = self._clock()
            if self._plain is not None:
                self._plain.dies(now + self._limits.plain_token_grace)
            self._plain = self._issue(now)
            return self._plain.value, int(self._plain.left(now))

    def stable(self, *, force: bool) -> tuple[str, int]:
        """The same token until it is nearly over; forced, a new one and the old is dead.

        A forced refresh too soon after another changes nothing. Raises `Refused` (45009)
        past the day's forced refreshes.
        """
        with self._lock:
            now = self._clock()
            if force and self._may_force(now) and self._stable is not None:
                self._stable.dies(now)
            self._stable = self._current_stable(now)
            return self._stable.value, int(self._stable.left(now))

    def check(self, token: str | None) -> None:
        """Raise `Refused` (41001, 40014, 40001 or 42001) unless this token works now."""
        if not token:
            raise Refused(TOKEN_MISSING)
        if not token.startswith(_PREFIX) or len(token) != self._limits.token_length:
            raise Refused(MALFORMED_TOKEN)
        with self._lock:
            now, issued = self._clock(), self._issued.get(token)
            if issued is None or issued.is_dead(now):
                raise Refused(INVALID_CREDENTIAL)
            if issued.left(now) <= 0:
                raise Refused(TOKEN_EXPIRED)

    def revoke_all(self) -> None:
        """Every token handed out so far is invalid at once, as after a new secret."""
        with self._lock:
            now = self._clock()
            for issued in self._issued.values():
                issued.dies(now)

    def _may_force(self, now: datetime) -> bool:
        if self._forced and now - self._forced[-1] < self._limits.forced_refresh_gap:
            return False
        if self._forced_on(now.date()) >= self._limits.forced_refreshes_a_day:
            raise Refused(DAILY_LIMIT)
        self._forced.append(now)
        return True

    def _forced_on(self, day: date) -> int:
        return sum(at.date() == day for at in self._forced)

    def _current_stable(self, now: datetime) -> _Issued:
        old = self._stable
        renewal = self._limits.token_renewal.total_seconds()
        if old is None or old.is_dead(now) or old.left(now) <= renewal:
            return self._issue(now)
        return old

    def _issue(self, now: datetime) -> _Issued:
        body = secrets.token_urlsafe(self._limits.token_length)
        value = (_PREFIX + body)[: self._limits.token_length]
        issued = _Issued(value, now + self._limits.token_life)
        self._issued[value] = issued
        return issued
