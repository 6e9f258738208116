"""What many residents say one after the other: questions, matters for people, pictures."""

import random
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from tests.fake_wechat import Resident

QUESTIONS = (
    "房东不退押金怎么办",
    "包工头跑了，工资找谁要",
    "被车撞了，对方不赔钱怎么办",
    "你好",
)
MATTER = "我家地里的界石让邻居挪了，村里没人管"
LINES_EACH = 5
"""Messages of a resident who asks the machine."""
HANDED_OVER = 0.12
"""Of all messages: as many as two people at the desk can answer meanwhile."""
PICTURES = 0.03
"""Each is followed by one of the matters."""


class Kind(StrEnum):
    QUESTION = "question"
    MATTER = "matter"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Line:
    """One message; its number is in its text, and the platform's id is its own."""

    number: int
    kind: Kind
    msg_id: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What one resident will say."""

    resident: Resident
    lines: list[Line]


def scripts(messages: int, first_id: int, chance: random.Random) -> list[list[Line]]:
    """So many messages in all, shared out to residents in an order of chance."""
    numbers = count()
    pictures, handed_over = round(messages * PICTURES), round(messages * HANDED_OVER)
    everybody: list[list[Kind]] = [[Kind.PICTURE, Kind.MATTER] for _ in range(pictures)]
    everybody += [[Kind.MATTER] for _ in range(handed_over - pictures)]
    left = messages - sum(map(len, everybody))
    everybody += [[Kind.QUESTION] * min(LINES_EACH, left - n) for n in range(0, left, LINES_EACH)]
    chance.shuffle(everybody)
    return [[_line(kind, next(numbers), first_id) for kind in kinds] for kinds in everybody]


def _line(kind: Kind, number: int, first_id: int) -> Line:
    text = {
        Kind.QUESTION: QUESTIONS[number % len(QUESTIONS)],
        Kind.MATTER: f"第{number}号：{MATTER}",
        Kind.PICTURE: "",
    }[kind]
    return Line(number, kind, first_id + number, text)


def picture(number: int) -> bytes:
    """No two are alike."""
    return b"\xff\xd8\xff\xe0" + number.to_bytes(8, "big") + bytes(20_000)
