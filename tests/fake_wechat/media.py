"""Temporary media of the platform: kept for three days, then gone."""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime

from tests.fake_wechat.account import Limits
from tests.fake_wechat.clock import Clock
from tests.fake_wechat.errors import INVALID_MEDIA, Refused


@dataclass(frozen=True, slots=True)
class Medium:
    content: bytes
    content_type: str
    kept_at: datetime
    elsewhere: str = ""


class MediaShelf:
    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, Medium] = {}

    def keep(self, content: bytes, content_type: str, elsewhere: str = "") -> str:
        """Put a medium on the shelf, as an upload or a user's voice message does.

        One that is elsewhere is given out as the address of a film.
        """
        media_id = secrets.token_urlsafe(48)
        with self._lock:
            self._kept[media_id] = Medium(content, content_type, self._clock(), elsewhere)
        return media_id

    def find(self, media_id: str) -> Medium:
        """Raise `Refused` (40007) for one never kept or past its life."""
        with self._lock:
            medium = self._kept.get(media_id)
        if medium is None or self._clock() - medium.kept_at > self._limits.media_life:
            raise Refused(INVALID_MEDIA)
        return medium
