"""What the platform remembers: every request it got and everything each user was shown."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Via(StrEnum):
    """How a text came to the user's screen."""

    PASSIVE = "passive"
    PUSH = "push"
    NOTICE = "notice"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Shown:
    """One bubble on a user's screen; `text` is what can be read in it."""

    openid: str
    at: datetime
    via: Via
    kind: str
    text: str
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request to the API. `status` and `errcode` are None where no answer left."""

    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    status: int | None
    errcode: int | None
    fault: str | None


class Record:
    """Both logs, in the order things happened."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[LoggedRequest] = []
        self._shown: list[Shown] = []

    def log(self, request: LoggedRequest) -> None:
        with self._lock:
            self._requests.append(request)

    def show(self, shown: Shown) -> None:
        with self._lock:
            self._shown.append(shown)

    def requests(self, path: str | None = None) -> tuple[LoggedRequest, ...]:
        with self._lock:
            return tuple(r for r in self._requests if path is None or r.path == path)

    def shown(self, openid: str | None = None) -> tuple[Shown, ...]:
        with self._lock:
            return tuple(s for s in self._shown if openid is None or s.openid == openid)
