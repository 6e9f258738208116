"""The time the fake platform lives by: any source, shifted forward at will."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    return datetime.now(UTC)


class ShiftableClock:
    """A clock over another clock, so that a 48-hour window closes without waiting."""

    def __init__(self, source: Clock = wall_clock) -> None:
        self._source = source
        self._shift = timedelta()
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            return self._source() + self._shift

    def shift(self, by: timedelta) -> None:
        """Move on by this much; a second call adds to the first."""
        with self._lock:
            self._shift += by
