"""What the platform's error codes mean for us: one table, read by the client and the channel.

The codes and what to do about each are the platform's own lists of return codes
(https://developers.weixin.qq.com/doc/oplatform/Return_codes/Return_code_descriptions_new.html,
read 2026-11) and what developers met in service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """What we do about a refusal."""

    AGAIN = "again"
    """The platform hiccups: the same call may work later."""
    RENEW = "renew"
    """The token is wrong or over: one new token, one more try."""
    PAUSE = "pause"
    """No call can work for a while, whoever it is for."""
    WAIT = "wait"
    """Only the resident's next message opens the way."""
    GIVE_UP = "give_up"
    """It cannot work: a person has to look."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says, what we do, and whether an operator must hear of it."""

    says: str
    act: Act
    alarm: bool = False
    pause: timedelta = timedelta()
    """For PAUSE: how long nobody calls; after it one call shows whether it is over."""


_OPERATORS_TURN: Final = timedelta(minutes=5)
"""An operator has to repair something; answers flow again this soon after it is done."""
_THAW: Final = timedelta(minutes=10)
"""A frozen secret needs this long."""
_NEXT_MINUTE: Final = timedelta(minutes=1)
_USED_UP: Final = timedelta(minutes=10)
"""A day's calls are used up. Not till midnight: an operator can have the count cleared."""

LONGEST_PAUSE: Final = max(_OPERATORS_TURN, _THAW, _NEXT_MINUTE, _USED_UP)


def _pause(says: str, length: timedelta) -> Meaning:
    return Meaning(says, Act.PAUSE, alarm=True, pause=length)


CODES: Final[Mapping[int, Meaning]] = {
    -1: Meaning("busy", Act.AGAIN),
    40001: Meaning("the token is not the latest", Act.RENEW),
    40014: Meaning("the token is malformed", Act.RENEW),
    42001: Meaning("the token is over", Act.RENEW),
    40013: _pause("the app id is wrong", _OPERATORS_TURN),
    40125: _pause("the secret is wrong", _OPERATORS_TURN),
    40164: _pause("our address is not on the list", _OPERATORS_TURN),
    61004: _pause("our address is not on the list", _OPERATORS_TURN),
    89503: _pause("an administrator must confirm our address", _OPERATORS_TURN),
    40243: _pause("the secret is frozen", _THAW),
    45009: _pause("the day's calls are used up", _USED_UP),
    45011: _pause("too many calls in this minute", _NEXT_MINUTE),
    43004: Meaning("the resident does not follow", Act.WAIT),
    45015: Meaning("48 hours are over, or the resident has left", Act.WAIT),
    45047: Meaning("the messages of the window are used up", Act.WAIT),
    43101: Meaning("the resident's consent to notices is used up", Act.WAIT),
    48001: Meaning("the account may not do this", Act.WAIT, alarm=True),
    48004: Meaning("the account is barred from this", Act.WAIT, alarm=True),
    40200: Meaning("the account is of the wrong kind", Act.WAIT, alarm=True),
    # A passive reply can still carry what a push may not.
    45002: Meaning("the text is too long", Act.WAIT, alarm=True),
    44004: Meaning("the text is empty", Act.WAIT, alarm=True),
    45008: Meaning("more than one article", Act.WAIT, alarm=True),
    40003: Meaning("no such resident", Act.GIVE_UP),
    43019: Meaning("the resident is on the black list", Act.GIVE_UP),
    40007: Meaning("the file at the platform is over", Act.GIVE_UP),
    87009: Meaning("the signature is wrong", Act.GIVE_UP, alarm=True),
    87014: Meaning("the platform takes the text for risky", Act.GIVE_UP, alarm=True),
    # "Typing" that comes too late or twice harms nobody; a text is never refused with these.
    45072: Meaning("no such typing command", Act.AGAIN),
    45080: Meaning("too late to show typing", Act.AGAIN),
    45081: Meaning("typing is shown already", Act.AGAIN),
}

_UNKNOWN: Final = Meaning("not in our table", Act.AGAIN, alarm=True)
_NO_ANSWER: Final = Meaning("the platform was not reached or not understood", Act.AGAIN)


def meaning(code: str) -> Meaning:
    """Of an errcode, or of one of our own names for an answer that has none."""
    try:
        return CODES.get(int(code), _UNKNOWN)
    except ValueError:
        return _NO_ANSWER
