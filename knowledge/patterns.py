"""Patterns of words, groups and distances that a lawyer can read, and how a text is held to them.

A pattern is a row of words: `[打] ~3 {我|俺}` reads: a word of the group 打, then within three
characters 我 or 俺; `{了|}` is 了 or nothing. Words written without a space follow each other
directly; a space allows the usual distance, `~9` another one. ` & ` joins rows that must all be
there, anywhere. `(前无:不|没)` and `(后无:过)` forbid a word directly before or after that
place; `(开头)` and `(结尾)` are the ends of the text.

Positions are kept as the bits of one integer, so a hostile text costs no more than a dull one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NewType, TypeGuard

PieceId = NewType("PieceId", int)

_TOKEN = re.compile(
    r"~(?P<gap>\d{1,2})(?=\s)|(?P<space>\s+)"
    r"|\[(?P<group>[^\[\]{}()|\s]+)\]|\{(?P<choice>[^{}()]+)\}"
    r"|\((?P<where>前无|后无):(?P<banned>[^{}()]+)\)|\((?P<edge>开头|结尾)\)"
    r"|(?P<plain>[^\[\]{}()|~&\s]+)"
)


_RARER_BY_SIGN = 20.0
"""How much rarer a word is with each sign; a guess that only decides what is looked at first."""


class PatternError(ValueError):
    """A pattern that cannot be read; the message says which part."""


@dataclass(frozen=True, slots=True)
class Say:
    """One of the words of a piece stands here; an optional one may be missing."""

    piece: PieceId
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `most` characters may come in between."""

    most: int


@dataclass(frozen=True, slots=True)
class NotHere:
    """No word of the piece ends here (`before`) or begins here."""

    piece: PieceId
    before: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """The text begins here, or ends here."""

    start: bool


Step = Say | Gap | NotHere | Edge


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rows of steps that must all be found; without one of the pieces it `needs` none is tried."""

    rows: tuple[tuple[Step, ...], ...]
    needs: frozenset[PieceId]

    def found_in(self, text: "MarkedText") -> tuple[str, ...] | None:
        """The words that matched, in the order of the pattern; None when it does not hold."""
        if not text.has_all(self.needs):
            return None
        found: list[str] = []
        for row in self.rows:
            words = _walk(row, text)
            if words is None:
                return None
            found += words
        return tuple(found)


class MarkedText:
    """A text, our words that stand in it, and the places where each of them begins, as bits."""

    __slots__ = ("_places", "_starts", "_vocabulary", "text", "words")

    def __init__(self, text: str, places: Mapping[str, int], vocabulary: "Vocabulary") -> None:
        self.text = text
        self.words = frozenset(places)
        self._places = places
        self._vocabulary = vocabulary
        self._starts: dict[PieceId, Mapping[int, int]] = {}

    def has_all(self, pieces: Iterable[PieceId]) -> bool:
        """Whether a word of each piece stands in it; looks at few words of either."""
        words_of, words = self._vocabulary.words_of, self.words
        return all(not words_of(piece).isdisjoint(words) for piece in pieces)

    def starts(self, piece: PieceId) -> Mapping[int, int]:
        """Where words of a piece begin, by length of the word; few pieces are ever asked for."""
        starts = self._starts.get(piece)
        if starts is None:
            starts = self._starts[piece] = self._starts_of(self._vocabulary.words_of(piece))
        return starts

    def _starts_of(self, wanted: frozenset[str]) -> Mapping[int, int]:
        starts: dict[int, int] = {}
        for word, places in self._places.items():
            if word in wanted:
                starts[len(word)] = starts.get(len(word), 0) | places
        return starts


class Vocabulary:
    """All words that patterns speak of; grows while patterns are read, then marks texts.

    A word inside a harmless expression (打 in 打官司) is not seen; a longer word that holds the
    whole expression (打官司的) is.
    """

    def __init__(
        self, groups: Mapping[str, Iterable[str]], harmless: Iterable[str], usual_gap: int
    ) -> None:
        self._groups = {name: frozenset(words) for name, words in groups.items()}
        longest_first = sorted(harmless, key=len, reverse=True)
        self._harmless = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        self._usual_gap = usual_gap
        self._ids: dict[frozenset[str], PieceId] = {}
        self._words_of: list[frozenset[str]] = []
        self._known: set[str] = set()
        self._lengths: defaultdict[str, set[int]] = defaultdict(set)
        """How long the words are that begin with a sign."""

    def pattern(self, written: str) -> Pattern:
        """Read one pattern; raises PatternError for an unknown group or a bad sign."""
        rows = tuple(tuple(self._steps(row.strip())) for row in written.split(" & "))
        needs = [{step.piece for step in row if _is_needed(step)} for row in rows]
        if not all(needs):
            raise PatternError(f"a row without a word: {written!r}")
        return Pattern(rows, frozenset[PieceId]().union(*needs))

    def mark(self, text: str) -> MarkedText:
        """Find every word at every place, overlapping ones too."""
        found: dict[str, int] = {}
        opens, closes = self._harmless_bounds(text)
        for place, sign in enumerate(text):
            if opens[place] < place:
                continue
            for length in self._lengths.get(sign, ()):
                end = place + length
                word = text[place:end]
                if word in self._known and end <= len(text) and closes[end - 1] <= end:
                    found[word] = found.get(word, 0) | 1 << place
        return MarkedText(text, found, self)

    def words_of(self, piece: PieceId) -> frozenset[str]:
        """The words of a piece."""
        return self._words_of[piece]

    def rarest(self, pieces: Iterable[PieceId]) -> PieceId:
        """The piece that the fewest texts have: a word is the rarer the longer it is."""
        return min(pieces, key=lambda piece: (self._commonness(piece), piece))

    def _commonness(self, piece: PieceId) -> float:
        return sum(_RARER_BY_SIGN ** -len(word) for word in self._words_of[piece])

    def _harmless_bounds(self, text: str) -> tuple[list[int], list[int]]:
        """For every place, where the harmless expression around it opens and closes."""
        opens, closes = list(range(len(text))), list(range(1, len(text) + 1))
        for harmless in self._harmless.finditer(text):
            start, end = harmless.span()
            opens[start:end] = [start] * (end - start)
            closes[start:end] = [end] * (end - start)
        return opens, closes

    def _steps(self, row: str) -> Iterator[Step]:
        place, gap = 0, None
        while place < len(row):
            token = _TOKEN.match(row, place)
            if token is None:
                raise PatternError(f"cannot read {row[place:]!r}")
            place = token.end()
            if token["gap"]:
                gap = int(token["gap"])
            elif token["space"]:
                gap = self._usual_gap if gap is None else gap
            else:
                if gap is not None:
                    yield Gap(gap)
                    gap = None
                yield self._step(token)

    def _step(self, token: re.Match[str]) -> Step:
        if token["edge"]:
            return Edge(start=token["edge"] == "开头")
        if token["where"]:
            return NotHere(self._piece(token["banned"].split("|")), before=token["where"] == "前无")
        if token["group"]:
            return Say(self._piece([token[0]]))
        written: str = token["choice"] or token["plain"]
        return Say(self._piece(written.removesuffix("|").split("|")), written.endswith("|"))

    def _piece(self, parts: Sequence[str]) -> PieceId:
        words = frozenset(word for part in parts for word in self._words(part))
        known = self._ids.get(words)
        if known is not None:
            return known
        piece = self._ids[words] = PieceId(len(self._ids))
        self._words_of.append(words)
        for word in words:
            self._lengths[word[0]].add(len(word))
            self._known.add(word)
        return piece

    def _words(self, part: str) -> frozenset[str]:
        if not part.startswith("["):
            if not part or "[" in part:
                raise PatternError(f"an empty or broken word in {part!r}")
            return frozenset({part})
        words = self._groups.get(part[1:-1])
        if words is None:
            raise PatternError(f"no group {part}")
        return words


def _is_needed(step: Step) -> TypeGuard[Say]:
    return isinstance(step, Say) and not step.optional


def _walk(row: Sequence[Step], text: MarkedText) -> list[str] | None:
    """The words of the first way through the row, or None. A bit of `here` is a place reached."""
    here = (1 << len(text.text) + 1) - 1
    trail = []
    for step in row:
        trail.append(here)
        here = _advance(step, here, text)
        if not here:
            return None
    return _words_on_the_way_back(row, trail, here, text)


def _advance(step: Step, here: int, text: MarkedText) -> int:
    match step:
        case Say(piece, optional):
            return _after_words(here, text.starts(piece)) | (here if optional else 0)
        case Gap(most):
            return _spread(here, most) & (1 << len(text.text) + 1) - 1
        case NotHere(piece, before=True):
            return here & ~_after_words(-1, text.starts(piece))
        case NotHere(piece):
            return here & ~_joined(text.starts(piece).values())
        case Edge(start):
            return here & (1 if start else 1 << len(text.text))


def _after_words(here: int, starts: Mapping[int, int]) -> int:
    return _joined((here & places) << length for length, places in starts.items())


def _joined(masks: Iterable[int]) -> int:
    joined = 0
    for mask in masks:
        joined |= mask
    return joined


def _spread(here: int, most: int) -> int:
    reach = 0
    while reach < most:
        step = min(reach + 1, most - reach)
        here |= here << step
        reach += step
    return here


def _words_on_the_way_back(
    row: Sequence[Step], trail: Sequence[int], end: int, text: MarkedText
) -> list[str]:
    place = (end & -end).bit_length() - 1
    words = []
    for step, before in zip(reversed(row), reversed(trail), strict=True):
        if isinstance(step, Say):
            for length, places in text.starts(step.piece).items():
                start = place - length
                if start >= 0 and (before & places) >> start & 1:
                    words.append(text.text[start:place])
                    place = start
                    break
        elif isinstance(step, Gap):
            while not before >> place & 1:
                place -= 1
    return words[::-1]
