"""Faults of the platform, switched on for an endpoint and used up one request at a time."""

import threading
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.fake_wechat.errors import BUSY

ANY_PATH = "*"
SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
STABLE_TOKEN = "/cgi-bin/stable_token"
PLAIN_TOKEN = "/cgi-bin/token"
MEDIA = "/cgi-bin/media/get"


class FaultKind(StrEnum):
    ERRCODE = "errcode"
    BAD_GATEWAY = "bad_gateway"
    HTML = "html"
    HANG = "hang"
    SLOW = "slow"
    RESET = "reset"
    LOST_ANSWER = "lost_answer"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Fault:
    """`times` requests meet it, None means all until cleared; `openid` narrows it to one user."""

    kind: FaultKind
    times: int | None = 1
    errcode: int = BUSY
    seconds: float = 0.0
    openid: str | None = None

    def meets(self, openid: str | None) -> bool:
        return self.openid is None or self.openid == openid

    def used_once(self) -> "Fault | None":
        if self.times is None:
            return self
        return replace(self, times=self.times - 1) if self.times > 1 else None


def busy(times: int | None = 1) -> Fault:
    """errcode -1."""
    return Fault(FaultKind.ERRCODE, times)


def refusing(errcode: int, times: int | None = 1) -> Fault:
    """Any error code, before the request is looked at."""
    return Fault(FaultKind.ERRCODE, times, errcode=errcode)


def bad_gateway(times: int | None = 1) -> Fault:
    """HTTP 502 with a page of HTML; nothing is accepted."""
    return Fault(FaultKind.BAD_GATEWAY, times)


def html_page(times: int | None = 1) -> Fault:
    """HTTP 200 with a page of HTML; nothing is accepted."""
    return Fault(FaultKind.HTML, times)


def hang(seconds: float, times: int | None = 1) -> Fault:
    """Silence for so long, then the connection closes; nothing is accepted."""
    return Fault(FaultKind.HANG, times, seconds=seconds)


def slow(seconds: float, times: int | None = 1) -> Fault:
    """The request is carried out when it arrives, the answer comes so much later."""
    return Fault(FaultKind.SLOW, times, seconds=seconds)


def reset(times: int | None = 1) -> Fault:
    """The connection is reset; nothing is accepted."""
    return Fault(FaultKind.RESET, times)


def lost_answer(times: int | None = 1) -> Fault:
    """The request is carried out, then the connection closes without an answer."""
    return Fault(FaultKind.LOST_ANSWER, times)


def cut(times: int | None = 1) -> Fault:
    """The request is carried out, but half of the answer's body leaves before the end."""
    return Fault(FaultKind.CUT, times)


class FaultBoard:
    """Faults waiting for requests: for a path, first switched on is first met."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Fault]] = {}

    def on(self, path: str, fault: Fault) -> None:
        if fault.times is not None and fault.times < 1:
            reason = "a fault happens at least once"
            raise ValueError(reason)
        with self._lock:
            self._waiting.setdefault(path, []).append(fault)

    def clear(self, path: str | None = None) -> None:
        """End the faults of one path, or all of them."""
        with self._lock:
            if path is None:
                self._waiting.clear()
            else:
                self._waiting.pop(path, None)

    def take(self, path: str, openid: str | None) -> Fault | None:
        """The fault this request meets, counted as used; those of `ANY_PATH` come last."""
        with self._lock:
            for key in (path, ANY_PATH):
                found = self._take_from(self._waiting.get(key, []), openid)
                if found is not None:
                    return found
        return None

    @staticmethod
    def _take_from(waiting: list[Fault], openid: str | None) -> Fault | None:
        for place, fault in enumerate(waiting):
            if fault.meets(openid):
                rest = fault.used_once()
                waiting[place : place + 1] = [] if rest is None else [rest]
                return fault
        return None
