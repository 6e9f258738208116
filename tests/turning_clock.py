"""A checkout whose clock door can be turned while the service runs."""

from dataclasses import dataclass
from pathlib import Path

from tests.hosts import copy_code

_DOOR = '''"""The clock door of a test: the system's time, and what a file says beside it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

_AHEAD = Path({file!r})


def now() -> datetime:
    """This moment, so many seconds ahead."""
    return datetime.now(UTC) + timedelta(seconds=float(_AHEAD.read_text()))
'''


@dataclass(frozen=True, slots=True)
class TurningClock:
    """Every process that runs from `checkout` goes by it."""

    checkout: Path
    file: Path

    def turn(self, seconds: float) -> None:
        """To so many seconds ahead of the true time; 0 puts it right."""
        # Renamed, so that nobody reads it half written.
        new = self.file.with_suffix(".new")
        new.write_text(str(seconds))
        new.rename(self.file)


def turning_clock(folder: Path) -> TurningClock:
    """A copy of the code in a new folder, its clock right at first."""
    clock = TurningClock(folder / "checkout", folder / "ahead")
    copy_code(clock.checkout)
    door = clock.checkout / "bot" / "clock.py"
    assert "def now()" in door.read_text("utf-8")
    door.write_text(_DOOR.format(file=str(clock.file)), "utf-8")
    clock.turn(0)
    return clock
