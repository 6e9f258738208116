"""One token for all processes and hosts: kept sealed in the database, fetched by one at a time.

Whoever needs a token looks at the shelf. If there is none that is good, the first to take the
lease fetches it; the others look again until it is there. The lease runs out by itself, so that a
process that was killed holds up nobody for long (docs/adr/0006-token-and-ration.md).
"""

import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Final

from pydantic import SecretStr

from bot.wechat.calls import ANSWER_SECONDS, CONNECT_SECONDS, Answer, Fault, Wire
from bot.wechat.errcodes import LONGEST_PAUSE, Act, meaning
from bot.wechat.shelf import Kept, Seal, Shelf
from handlers.ports import Clock

log = logging.getLogger(__name__)

STABLE_TOKEN: Final = "/cgi-bin/stable_token"  # noqa: S105  an address

EARLY: Final = timedelta(seconds=300)
"""A token is renewed this long before its end, as the platform's own stable token is."""
SOONEST_RENEWAL: Final = timedelta(seconds=60)
"""However little the platform says is left, a token that works is not renewed more often."""

LEASE: Final = timedelta(seconds=CONNECT_SECONDS + ANSWER_SECONDS + 2)
"""For one call, and a little for the database. Renewed before a second call."""
PATIENCE: Final = CONNECT_SECONDS + ANSWER_SECONDS
"""Seconds to wait for a token that another fetches: as long as fetching it oneself may take."""

HICCUP: Final = timedelta(seconds=1)
"""After a fetch that failed nobody else tries for so long: the delivery's own first pause."""
NOT_AGAIN_SOON: Final = timedelta(seconds=60)
"""When even a new token is refused, or an early renewal fails."""

LONGEST_TOKEN: Final = 4_096
"""Characters. The platform asks for room for 512."""
LONGEST_LIFE: Final = 7_200
"""Seconds that the platform gives a token at most; more would be a mistake."""
_REFUSED: Final = "token_refused"
"""The platform refuses the token it gives, and no more may be forced now."""
_POLLS: Final = (0.05, 0.1, 0.2)
"""Seconds between looks at the shelf; the last is repeated."""


class PlatformError(Exception):
    """The platform refused, or could not be understood; `code` is its errcode or one of ours.

    The text is safe to log: no address, no token, no secret. `surely` says that it has done
    nothing. With `until` nobody should call before then.
    """

    def __init__(self, code: str, *, surely: bool = True, until: datetime | None = None) -> None:
        super().__init__(f"platform error {code}")
        self.code = code
        self.surely = surely
        self.until = until


@dataclass(frozen=True, slots=True)
class _Fetched:
    token: SecretStr
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Tokens:
    """The token of one account. Safe to use from any number of threads and processes."""

    wire: Wire
    app_id: str
    secret: SecretStr
    shelf: Shelf
    seal: Seal
    clock: Clock

    def current(self) -> SecretStr:
        """A token that should work. Raises PlatformError and Unreachable."""
        return self._good(refused=None)

    def instead_of(self, refused: SecretStr) -> SecretStr:
        """Another token than the refused one: replaced once, by whoever comes first."""
        return self._good(refused)

    def note(self, code: str) -> datetime | None:
        """Says aloud what an operator must hear; until when all calls rest, if they must."""
        means = meaning(code)
        if means.act is Act.PAUSE:
            return self._rest(code, means.pause)
        if means.alarm:
            log.error("platform_alarm", extra={"code": code})
        return None

    def give_up(self, code: str) -> None:
        """Even a new token was refused: an operator must hear of it, and nobody asks for more."""
        self._rest(code, NOT_AGAIN_SOON)

    def _rest(self, code: str, length: timedelta) -> datetime:
        """Nobody calls for so long. Said aloud once, not by everybody who was on the way."""
        now = self.clock()
        if not _is_quiet(self.shelf.look(self.app_id), now):
            log.error("platform_alarm", extra={"code": code})
        self.shelf.quiet(self.app_id, now + length, code)
        return now + length

    def _good(self, refused: SecretStr | None) -> SecretStr:
        give_up_at = time.monotonic() + PATIENCE
        for pause in _polls():
            kept = self.shelf.look(self.app_id)
            now = self.clock()
            _heed_quiet(kept, now)
            token = self._usable(kept, refused, now)
            if token is not None and kept.renew_at is not None and now < kept.renew_at:
                return token
            lease = self._lease(kept, now)
            if lease is not None:
                return self._fetch(lease, refused, spare=token)
            if token is not None:
                return token
            if time.monotonic() + pause > give_up_at:
                break
            time.sleep(pause)
        raise PlatformError("token_awaited")

    def _usable(self, kept: Kept, refused: SecretStr | None, now: datetime) -> SecretStr | None:
        if kept.ends_at is None or now >= kept.ends_at:
            return None
        token = self.seal.open(kept.sealed)
        return None if token == refused else token

    def _lease(self, kept: Kept, now: datetime) -> int | None:
        """Asks for the lease only where it looks free: waiting must not cost a writer's turn."""
        if kept.lease_until is not None and now < kept.lease_until <= now + NOT_AGAIN_SOON:
            return None
        return self.shelf.take(self.app_id, kept.sealed, now, now + LEASE)

    def _fetch(self, lease: int, refused: SecretStr | None, spare: SecretStr | None) -> SecretStr:
        fetched = self._ask(force=False)
        if isinstance(fetched, _Fetched) and fetched.token == refused:
            fetched = self._force(lease)
        if isinstance(fetched, _Fetched):
            return self._keep(lease, fetched)
        if spare is None:
            raise self._failed(lease, fetched)
        # The old one still works for some minutes: nobody need notice that the new one is late.
        log.warning("platform_token_not_renewed", extra={"code": fetched.code})
        self.shelf.leave(self.app_id, lease, self.clock() + NOT_AGAIN_SOON)
        return spare

    def _keep(self, lease: int, fetched: _Fetched) -> SecretStr:
        now = self.clock()
        good_for = max(fetched.lasts - EARLY, min(fetched.lasts, SOONEST_RENEWAL))
        sealed = self.seal.close(fetched.token)
        # If the lease has passed to another, theirs stays there, and ours serves this once.
        self.shelf.keep(self.app_id, lease, sealed, now + good_for, now + fetched.lasts)
        log.info("platform_token_fetched", extra={"lease": lease})
        return fetched.token

    def _failed(self, lease: int, fault: Fault) -> PlatformError:
        """Leaves word for those who wait, then the lease: else each would try for itself."""
        until = self.note(fault.code)
        if fault.code == _REFUSED or meaning(fault.code).act is Act.RENEW:
            # Without a token shown, the platform says RENEW of a wrong secret, too.
            self.give_up(fault.code)
        elif until is None:
            self.shelf.quiet(self.app_id, self.clock() + HICCUP, fault.code)
        self.shelf.leave(self.app_id, lease, self.clock())
        return PlatformError(fault.code, until=until)

    def _force(self, lease: int) -> _Fetched | Fault:
        """A new token in place of one that the platform hands out and yet refuses."""
        now = self.clock()
        if not self.shelf.extend(self.app_id, lease, now + LEASE):
            return Fault("token_awaited", surely=True)
        if not self.shelf.book_forced(self.app_id, now):
            return Fault(_REFUSED, surely=True)
        log.warning("platform_token_forced", extra={"lease": lease})
        return self._ask(force=True)

    def _ask(self, *, force: bool) -> _Fetched | Fault:
        wanted = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self.secret,
            "force_refresh": force,
        }
        answer = self.wire.ask(STABLE_TOKEN, wanted, None)
        return answer if isinstance(answer, Fault) else _read(answer)


def _polls() -> Iterator[float]:
    """Pauses between looks, never quite the same: many who wait should not come at once."""
    for pause in chain(_POLLS, repeat(_POLLS[-1])):
        yield pause * random.uniform(0.8, 1.2)  # noqa: S311  a pause is no secret


def _heed_quiet(kept: Kept, now: datetime) -> None:
    """Raises PlatformError while nobody should call."""
    if _is_quiet(kept, now):
        pauses = meaning(kept.quiet_for).act is Act.PAUSE
        raise PlatformError(kept.quiet_for, until=kept.quiet_until if pauses else None)


def _is_quiet(kept: Kept, now: datetime) -> bool:
    """Whether nobody should call now.

    A time further off than any pause was noted before the clock was set back: it says nothing.
    """
    return kept.quiet_until is not None and now < kept.quiet_until <= now + LONGEST_PAUSE


def _read(answer: Answer) -> _Fetched | Fault:
    value, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(value, str) or not _looks_like_one(value):
        return Fault("not_a_token", surely=True)
    if not isinstance(seconds, int) or seconds <= 0:
        return Fault("not_a_token", surely=True)
    return _Fetched(SecretStr(value), timedelta(seconds=min(seconds, LONGEST_LIFE)))


def _looks_like_one(value: str) -> bool:
    return 0 < len(value) <= LONGEST_TOKEN and value.isascii() and value.isprintable()
