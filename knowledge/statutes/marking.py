"""The words of a search in a text: where they stand, and the part of it that shows most of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

EXCERPT = 130
"""Signs of a text that a list of results shows: three or four lines on a telephone."""
_BEFORE = 20
"""Signs shown before the first word that was found."""
_GAP = "…"
_SENTENCE_STARTS = re.compile(r"(?<=[。；：\n])")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some signs of a text, and whether they are what was searched."""

    text: str
    found: bool


def excerpt(text: str, words: Iterable[str], room: int = EXCERPT) -> tuple[Piece, ...]:
    """At most `room` signs from where most of the words stand together, with the words marked.

    Begins with a sentence where that is near. Joined, the pieces are the text or a part of it
    with … where something is left out.
    """
    sought = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    plain = text.replace("\n", " ")
    if not sought:
        return (Piece(_shortened(plain, 0, room), found=False),)
    pattern = re.compile("|".join(map(re.escape, sought)), re.IGNORECASE)
    start = _best_start(plain, [found.start() for found in pattern.finditer(plain)], room)
    return tuple(_marked(_shortened(plain, start, room), pattern))


def _best_start(text: str, places: list[int], room: int) -> int:
    """Where a window of `room` signs shows most of the places; the earliest such."""
    if len(text) <= room or not places:
        return 0
    seen = room - _BEFORE
    first = max(places, key=lambda one: (sum(one <= other < one + seen for other in places), -one))
    starts = [0, *(found.end() for found in _SENTENCE_STARTS.finditer(text, 0, first + 1))]
    return starts[-1] if first - starts[-1] <= _BEFORE else first - _BEFORE


def _shortened(text: str, start: int, room: int) -> str:
    end = start + room
    return f"{_GAP if start else ''}{text[start:end].strip()}{_GAP if end < len(text) else ''}"


def _marked(text: str, pattern: re.Pattern[str]) -> Iterable[Piece]:
    last = 0
    for found in pattern.finditer(text):
        if found.start() > last:
            yield Piece(text[last : found.start()], found=False)
        yield Piece(found[0], found=True)
        last = found.end()
    if last < len(text):
        yield Piece(text[last:], found=False)
