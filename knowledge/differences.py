"""What two forms of an entry do not have in common, field by field, as a page can show it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from knowledge.entryfile import EntryForm

_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")
_LETTER = re.compile(r"[0-9A-Za-z.]+|.", re.DOTALL)
_ALIKE = 0.5
"""Sentences that share less are shown as one gone and one new: mixed nobody reads them."""
_ISLAND = 2
"""So few letters kept between two changes belong to the change: 三日 to 五日内 is no riddle."""
_TEXTS = ("title",)
_VALUES = (
    *("topic", "subtopic", "status", "valid_from", "valid_until"),
    *("review_by", "drafted_on", "reviewed_by"),
)
_LISTS = ("wordings", "citations", "risk", "exceptions", "related", "plan")

_MOST_COMPARED = 1_000_000
"""Pairs of letters or lines that are held against each other, in half a second at the worst.
The time grows faster than their number, and nobody else is served meanwhile."""


class Mark(StrEnum):
    """What became of a piece."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, or one line of a list."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs, under the name an editor knows (title, 简答, facets.时间).

    The pieces of a list are its lines; those of a text follow each other without a gap.
    """

    field: str
    pieces: tuple[Piece, ...]
    is_list: bool


def differences(before: EntryForm, after: EntryForm) -> tuple[Difference, ...]:
    """The fields that differ, in the order of reading: what residents get stands first."""
    return tuple(_differences(before, after))


def _differences(before: EntryForm, after: EntryForm) -> Iterator[Difference]:
    for name in _TEXTS:
        yield from _text(name, getattr(before, name), getattr(after, name))
    for heading in {**before.parts, **after.parts}:
        yield from _text(heading, before.parts.get(heading, ""), after.parts.get(heading, ""))
    for heading in {**before.facets, **after.facets}:
        old, new = before.facets.get(heading, ""), after.facets.get(heading, "")
        yield from _text(f"facets.{heading}", old, new)
    for name in _LISTS:
        yield from _lines(name, getattr(before, name), getattr(after, name))
    for name in _VALUES:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference(name, tuple(_replaced(old, new)), is_list=False)


def _text(field: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        yield Difference(field, _joined(_by_sentence(before, after)), is_list=False)


def _lines(
    field: str, before: Sequence[str | tuple[str, str]], after: Sequence[str | tuple[str, str]]
) -> Iterator[Difference]:
    old, new = [_as_line(one) for one in before], [_as_line(one) for one in after]
    if old != new:
        yield Difference(field, tuple(_compared(old, new)), is_list=True)


def _as_line(item: str | tuple[str, str]) -> str:
    return item if isinstance(item, str) else " ".join(item)


def _by_sentence(before: str, after: str) -> Iterator[Piece]:
    old, new = (list(filter(None, _SENTENCE.findall(text))) for text in (before, after))
    if _are_too_many(old, new):
        yield from _replaced(before, after)
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[a:b]), "".join(new[c:d])
        if what == "equal":
            yield Piece(Mark.KEPT, gone)
        else:
            yield from _by_letter(gone, come)


def _by_letter(before: str, after: str) -> Iterator[Piece]:
    old, new = _LETTER.findall(before), _LETTER.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if _are_too_many(old, new) or matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        yield from _replaced(before, after)
        return
    gone = come = ""
    for what, a, b, c, d in matcher.get_opcodes():
        kept = "".join(old[a:b])
        island = what == "equal" and len(kept) <= _ISLAND and a > 0 and b < len(old)
        if what == "equal" and not island:
            yield from _replaced(gone, come)
            gone = come = ""
            yield Piece(Mark.KEPT, kept)
        else:
            gone, come = gone + kept, come + "".join(new[c:d])
    yield from _replaced(gone, come)


def _compared(old: list[str], new: list[str]) -> Iterator[Piece]:
    if _are_too_many(old, new):
        yield from (Piece(Mark.REMOVED, line) for line in old)
        yield from (Piece(Mark.ADDED, line) for line in new)
        return
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield from (Piece(Mark.KEPT, line) for line in old[a:b])
            continue
        yield from (Piece(Mark.REMOVED, line) for line in old[a:b])
        yield from (Piece(Mark.ADDED, line) for line in new[c:d])


def _are_too_many(old: Sequence[str], new: Sequence[str]) -> bool:
    return len(old) * len(new) > _MOST_COMPARED


def _replaced(gone: str, come: str) -> Iterator[Piece]:
    if gone:
        yield Piece(Mark.REMOVED, gone)
    if come:
        yield Piece(Mark.ADDED, come)


def _joined(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one mark as one piece."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].mark is piece.mark:
            joined[-1] = Piece(piece.mark, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)
