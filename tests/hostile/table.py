"""Sends hostile requests one after the other and says what came of them."""

import socket
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.hostile.attempt import Attempt, Kind, Target

PATIENCE = 5.0
"""Seconds after which the platform itself would have hung up."""


@dataclass(slots=True)
class Row:
    """One kind: how often which status came, the slowest answer, what should not have been."""

    kind: Kind
    statuses: Counter[int] = field(default_factory=Counter)
    worst_seconds: float = 0.0
    echoed: list[int] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)

    def line(self) -> str:
        shown = " ".join(f"{code}×{n}" for code, n in sorted(self.statuses.items()))
        wanted = "answered" if self.kind.answered else "refused"
        return (
            f"{self.kind.name:34} {wanted:9} {shown:24} {self.worst_seconds * 1000:7.0f} ms"
            f"  echo {len(self.echoed)}"
        )


def send_all(target: Target, kinds: Iterable[Kind], numbers: Iterable[int]) -> list[Row]:
    """Every kind with each of these numbers."""
    which = list(numbers)
    return [_send_kind(target, kind, which) for kind in kinds]


def _send_kind(target: Target, kind: Kind, numbers: list[int]) -> Row:
    row = Row(kind)
    for number in numbers:
        attempt = Attempt(kind.name, number, target)
        began = time.monotonic()
        status, body = exchange(target.port, kind.make(attempt))
        row.worst_seconds = max(row.worst_seconds, time.monotonic() - began)
        row.statuses[status] += 1
        row.bodies[attempt.openid] = body
        if attempt.marker.encode() in body:
            row.echoed.append(number)
    return row


def exchange(port: int, request: bytes) -> tuple[int, bytes]:
    """Status and body; status 0 if nothing came within the patience."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as wire:
        answer = b""
        with suppress(OSError):
            wire.sendall(request)
            wire.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while piece := wire.recv(65_536):
                answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return (int(words[1]), body) if len(words) > 1 else (0, answer)
