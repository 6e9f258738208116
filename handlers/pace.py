"""How fast one resident writes, and from where on they are asked to rest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.model import Kind, Resident

PER_MINUTE = 20
"""One message every three seconds: a story told in short lines, typed or spoken, stays below."""

PER_DAY = 200
"""As many messages as staff see utterances with a case: beyond that nobody could read them."""

SUPPLEMENTS_A_DAY = 30
"""What is added to one case in a day: more than a matter needs, and people can still read it."""

MINUTE = timedelta(minutes=1)
"""The window of PER_MINUTE, and the rest after which a new burst begins."""

COUNTED = (Kind.TEXT, Kind.VOICE, Kind.MEDIA)
"""What a resident says. Taps and events are the channel's doing as often as theirs."""


class Limit(StrEnum):
    """Which limit was passed."""

    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages of a resident in the minute and the day that run now.

    `limited_at` is when the last one came that was only kept. A clock that jumps, either way,
    begins a new minute and a new day: nobody stays limited for its sake.
    """

    minute_from: datetime | None = None
    in_minute: int = 0
    day_from: datetime | None = None
    in_day: int = 0
    limited_at: datetime | None = None

    def one_more(self, at: datetime, midnight: datetime) -> "Pace":
        """With one more message at this time; `midnight` is when the resident's day began."""
        if not _near(self.minute_from, at):
            minute_from, in_minute = at, 1
        else:
            minute_from, in_minute = self.minute_from or at, self.in_minute + 1
        in_day = self.in_day + 1 if self.day_from == midnight else 1
        return Pace(minute_from, in_minute, midnight, in_day, self.limited_at)

    @property
    def limit(self) -> Limit | None:
        """The limit that this many messages pass; the day's, if both."""
        if self.in_day > PER_DAY:
            return Limit.DAY
        return Limit.MINUTE if self.in_minute > PER_MINUTE else None

    def bursts(self, at: datetime) -> bool:
        """Whether a message at this time goes on with a burst that has been spoken of already."""
        return _near(self.limited_at, at)


@dataclass(frozen=True, slots=True)
class Standing:
    """A resident, the version of the notice they were given last ("": none), and their pace."""

    resident: Resident
    notice: str = ""
    pace: Pace = Pace()


def _near(earlier: datetime | None, at: datetime) -> bool:
    return earlier is not None and abs(at - earlier) < MINUTE
