"""Requests that an attacker, a broken network or an odd telephone may send to `/wechat`."""

from tests.hostile import answered, framing, refused, sealed
from tests.hostile.attempt import KINDS, Attempt, Kind, Target
from tests.hostile.table import Row, send_all

__all__ = [
    "KINDS",
    "Attempt",
    "Kind",
    "Row",
    "Target",
    "answered",
    "framing",
    "refused",
    "sealed",
    "send_all",
]
