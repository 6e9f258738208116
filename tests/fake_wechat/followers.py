"""Who follows the account, and how much the account may still send each of them."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tests.fake_wechat.account import Limits
from tests.fake_wechat.clock import Clock
from tests.fake_wechat.errors import (
    INVALID_OPENID,
    NOT_FOLLOWING,
    NOTICE_NOT_GRANTED,
    SENDS_USED_UP,
    TYPING_ALREADY,
    TYPING_BAD_COMMAND,
    TYPING_TOO_LATE,
    WINDOW_CLOSED,
    Refused,
)


class Touch(StrEnum):
    """What a user did that the platform counts."""

    MESSAGE = "message"
    FOLLOW = "follow"
    CLICK = "click"
    SCAN = "scan"
    UNFOLLOW = "unfollow"


@dataclass(slots=True)
class _Allowance:
    until: datetime
    left: int


@dataclass(slots=True)
class _Follower:
    following: bool = True
    allowances: dict[Touch, _Allowance] = field(default_factory=dict)
    touched_at: datetime | None = None
    typing_until: datetime | None = None
    notices: int = 0


class Followers:
    """The follower list with every user's windows; each kind of touch has its own allowance.

    A send is taken from the allowance that ends soonest. A new touch replaces the allowance
    of its own kind and leaves the others.
    """

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._users: dict[str, _Follower] = {}

    def touch(self, openid: str, touch: Touch) -> None:
        """Note what a user did; a user not seen before counts as following already."""
        with self._lock:
            user = self._users.setdefault(openid, _Follower())
            if touch is Touch.UNFOLLOW:
                user.following = False
                user.allowances.clear()
                return
            user.following = user.following or touch is Touch.FOLLOW
            user.touched_at = self._clock()
            user.allowances[touch] = self._allowance(touch)

    def admit(self, openid: str) -> None:
        """Use up one send to this user, or raise `Refused` (40003, 43004, 45015, 45047)."""
        with self._lock:
            user = self._following(openid)
            open_now = [a for a in user.allowances.values() if a.until > self._clock()]
            if not open_now:
                raise Refused(WINDOW_CLOSED)
            usable = [allowance for allowance in open_now if allowance.left > 0]
            if not usable:
                raise Refused(SENDS_USED_UP)
            min(usable, key=lambda allowance: allowance.until).left -= 1
            user.typing_until = None

    def type_to(self, openid: str, command: str) -> None:
        """Show or hide "typing"; raise `Refused` as the platform does when it may not."""
        if command not in {"Typing", "CancelTyping"}:
            raise Refused(TYPING_BAD_COMMAND)
        with self._lock:
            user, now = self._following(openid), self._clock()
            if command == "CancelTyping":
                user.typing_until = None
                return
            if user.touched_at is None or now - user.touched_at > self._limits.typing_after_touch:
                raise Refused(TYPING_TOO_LATE)
            if user.typing_until is not None and user.typing_until > now:
                raise Refused(TYPING_ALREADY)
            user.typing_until = now + self._limits.typing_lasts

    def require(self, openid: str) -> None:
        """Raise `Refused` (40003 or 43004) unless this user follows now."""
        with self._lock:
            self._following(openid)

    def is_following(self, openid: str) -> bool:
        """Raise `Refused` (40003) for an openid never seen."""
        with self._lock:
            return self._known(openid).following

    def grant(self, openid: str, times: int) -> None:
        """The user allows this many subscription notices more."""
        with self._lock:
            self._users.setdefault(openid, _Follower()).notices += times

    def use_notice(self, openid: str) -> None:
        """Use up one granted notice, or raise `Refused` (40003 or 43101)."""
        with self._lock:
            user = self._known(openid)
            if user.notices == 0:
                raise Refused(NOTICE_NOT_GRANTED)
            user.notices -= 1

    def _known(self, openid: str) -> _Follower:
        user = self._users.get(openid)
        if user is None:
            raise Refused(INVALID_OPENID)
        return user

    def _following(self, openid: str) -> _Follower:
        user = self._known(openid)
        if not user.following:
            raise Refused(NOT_FOLLOWING)
        return user

    def _allowance(self, touch: Touch) -> _Allowance:
        limits, now = self._limits, self._clock()
        if touch is Touch.MESSAGE:
            return _Allowance(now + limits.message_window, limits.message_sends)
        return _Allowance(now + limits.brief_window, limits.brief_sends)
