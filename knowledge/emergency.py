"""The danger screen: present danger to life or safety, recognised on plain text before all else.

It needs neither the segmenter nor the index, only the reviewed file `lexicon/danger.yaml`.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NewType

import yaml

from knowledge.errors import ContentError
from knowledge.fields import parsed
from knowledge.normal import normalise
from knowledge.patterns import MarkedText, Pattern, PatternError, Vocabulary
from knowledge.respelling import Respelling

DangerKind = NewType("DangerKind", str)

# Together with the disclaimer and a link it must fit one WeChat message of 2,048 bytes, and a
# frightened reader must take it in at a glance.
MOST_ADVICE_BYTES = 500
# Further apart, words of a phone message have nothing to do with each other.
MOST_GAP = 29
# A long choice may go on in the next line of the file after a stroke.
_FOLD = re.compile(r"\|\s+")


# Looked at in one go: longer than any message a person types, short enough for any pattern.
PIECE = 2_000
# A sign that is cut by the end of one piece stands whole in the next.
OVERLAP = 200
# Pieces of a very long text that are looked at from its beginning, and as many from its end.
MOST_PIECES = 4


@dataclass(frozen=True, slots=True)
class Danger:
    """What rang: the kind, what staff read, the words that rang and what the resident is told.

    `alone` is the advice without the sentence that staff have been told: for where nobody was.
    """

    kind: DangerKind
    name: str
    found: tuple[str, ...]
    advice: str
    alone: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """One way a danger shows; a hint counts only where no plain sign of any kind is found."""

    any_of: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    is_hint: bool

    def is_excused(self, text: MarkedText) -> bool:
        """Whether the text says itself that it tells of no danger."""
        return any(excuse.found_in(text) is not None for excuse in self.unless)


@dataclass(frozen=True, slots=True)
class _Kind:
    id: DangerKind
    name: str
    advice: str
    alone: str
    rules: tuple[_Rule, ...]


class Screen:
    """Holds a message to the reviewed kinds of danger, the most severe first."""

    def __init__(
        self, kinds: Sequence[_Kind], vocabulary: Vocabulary, respelling: Respelling
    ) -> None:
        rules = [(kind, rule) for kind in kinds for rule in kind.rules]
        # Stable: plain signs first, then hints, each in the order of severity.
        self._rules = sorted(rules, key=lambda pair: pair[1].is_hint)
        self._signs: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """The patterns that need a word: the place of their rule, and theirs in it."""
        for place, (_, rule) in enumerate(self._rules):
            for nth, pattern in enumerate(rule.any_of):
                for word in vocabulary.words_of(vocabulary.rarest(pattern.needs)):
                    self._signs[word].append((place, nth))
        self._severity = {kind.id: place for place, kind in enumerate(kinds)}
        self._vocabulary = vocabulary
        self._respelling = respelling

    @classmethod
    def read(cls, path: Path) -> "Screen":
        """Read the reviewed file; raises ContentError, naming the field, when it cannot be used."""
        return _Reader(path).screen()

    def look(self, text: str) -> Danger | None:
        """The most severe danger the text tells of, or None.

        Takes the resident's own text, of any length, and never raises. A long text is looked
        through in overlapping pieces, of a very long one the beginning and the end.
        """
        dangers = [danger for piece in _pieces(text) if (danger := self._look_at(piece))]
        return min(dangers, key=lambda danger: self._severity[danger.kind], default=None)

    def _look_at(self, text: str) -> Danger | None:
        marked = self._vocabulary.mark(self._respelling.read(normalise(text)))
        signs = [self._signs[word] for word in marked.words if word in self._signs]
        excused = -1
        for place, nth in sorted(set().union(*signs)):
            kind, rule = self._rules[place]
            if place == excused or (found := rule.any_of[nth].found_in(marked)) is None:
                continue
            if not rule.is_excused(marked):
                return Danger(kind.id, kind.name, found, kind.advice, kind.alone)
            excused = place
        return None


class _Reader:
    """One reading of the file: every part checked, every complaint with its field."""

    def __init__(self, path: Path) -> None:
        self._path = path
        whole = self._parsed()
        self._vocabulary = Vocabulary(
            self._groups(whole.get("groups")),
            self._words(whole.get("harmless"), "harmless"),
            self._gap(whole),
        )
        self._excuses = {
            name: self._patterns(written, f"excuses.{name}")
            for name, written in self._mapping(whole.get("excuses", {}), "excuses").items()
        }
        self._respelling = Respelling(
            self._pairs(whole.get("slips"), "slips"), self._pairs(whole.get("pinyin"), "pinyin")
        )
        self._promise = self._sentence_with(whole.get("handed_over"))
        self._written_kinds = self._list(whole.get("kinds"), "kinds")

    def screen(self) -> Screen:
        kinds = [self._kind(kind, f"kinds[{i}]") for i, kind in enumerate(self._written_kinds)]
        for i, kind in enumerate(kinds):
            if kind.id in {earlier.id for earlier in kinds[:i]}:
                raise self._error(f"kinds[{i}].id", f"{kind.id} is there twice")
        return Screen(kinds, self._vocabulary, self._respelling)

    def _kind(self, written: object, field: str) -> _Kind:
        kind = self._mapping(written, field)
        rules = self._list(kind.get("rules"), f"{field}.rules")
        advice = self._advice(kind.get("advice"), f"{field}.advice")
        return _Kind(
            DangerKind(self._text(kind.get("id"), f"{field}.id")),
            self._text(kind.get("name"), f"{field}.name"),
            advice,
            self._without_promise(advice, field),
            tuple(self._rule(rule, f"{field}.rules[{i}]") for i, rule in enumerate(rules)),
        )

    def _rule(self, written: object, field: str) -> _Rule:
        rule = self._mapping(written, field)
        unknown = rule.keys() - {"about", "any", "unless", "hint"}
        if unknown:
            raise self._error(field, f"unknown: {', '.join(sorted(unknown))}")
        self._text(rule.get("about"), f"{field}.about")
        return _Rule(
            self._patterns(rule.get("any"), f"{field}.any"),
            self._excuses_named(rule.get("unless", []), f"{field}.unless"),
            self._flag(rule.get("hint", False), f"{field}.hint"),
        )

    def _excuses_named(self, written: object, field: str) -> tuple[Pattern, ...]:
        if not isinstance(written, list):
            raise self._error(field, "must be a list of excuses")
        missing = [name for name in written if name not in self._excuses]
        if missing:
            raise self._error(field, f"no such excuse: {missing[0]}")
        return tuple(pattern for name in written for pattern in self._excuses[name])

    def _patterns(self, written: object, field: str) -> tuple[Pattern, ...]:
        return tuple(
            self._pattern(line, f"{field}[{i}]")
            for i, line in enumerate(self._list(written, field))
        )

    def _pattern(self, written: object, field: str) -> Pattern:
        unfolded = _FOLD.sub("|", self._text(written, field))
        try:
            return self._vocabulary.pattern(normalise(unfolded))
        except PatternError as problem:
            raise self._error(field, str(problem)) from problem

    def _advice(self, written: object, field: str) -> str:
        advice = "".join(self._text(written, field).split())  # Chinese knows no spaces
        if len(advice.encode()) > MOST_ADVICE_BYTES:
            raise self._error(field, f"longer than {MOST_ADVICE_BYTES} bytes")
        return advice

    def _without_promise(self, advice: str, field: str) -> str:
        """The advice without any sentence that says `handed_over`: it must not be all of it."""
        if self._promise is None:
            return advice
        alone = self._promise.sub("", advice)
        if not alone:
            raise self._error(f"{field}.advice", "says nothing but that staff were told")
        return alone

    def _sentence_with(self, written: object) -> re.Pattern[str] | None:
        if written is None:
            return None
        words = re.escape(self._text(written, "handed_over"))
        return re.compile(f"[^。；]*{words}[^。；]*[。；]?")

    def _groups(self, written: object) -> Mapping[str, Sequence[str]]:
        groups: dict[str, list[str]] = {}
        for name, words in self._mapping(written, "groups").items():
            field = f"groups.{name}"
            groups[name] = [
                word
                for part in self._words(words, field)
                for word in self._spelled_out(part, groups, field)
            ]
        return groups

    def _spelled_out(
        self, part: str, groups: Mapping[str, Sequence[str]], field: str
    ) -> Sequence[str]:
        if not part.startswith("["):
            return [part]
        if part[1:-1] not in groups:
            raise self._error(field, f"no group {part} above")
        return groups[part[1:-1]]

    def _words(self, written: object, field: str) -> list[str]:
        words = [normalise(word) for word in self._text(written, field).split()]
        if "" in words:
            raise self._error(field, "holds a word of unseen signs")
        return words

    def _pairs(self, written: object, field: str) -> Mapping[str, str]:
        pairs = {}
        for pair in self._words(written, field):
            wrong, sign, right = pair.partition(":")
            if not (wrong and sign and right):
                raise self._error(field, f"must be pairs like a:b, not {pair!r}")
            pairs[wrong] = right
        return pairs

    def _gap(self, whole: Mapping[str, Any]) -> int:
        gap = whole.get("gap")
        if not isinstance(gap, int) or not 0 < gap <= MOST_GAP:
            raise self._error("gap", f"must be a number of characters from 1 to {MOST_GAP}")
        return gap

    def _parsed(self) -> Mapping[str, Any]:
        try:
            return self._mapping(parsed(self._path.read_text("utf-8")), "file")
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
            raise self._error("file", str(problem)) from problem

    def _mapping(self, written: object, field: str) -> Mapping[str, Any]:
        if not isinstance(written, dict) or not all(isinstance(key, str) for key in written):
            raise self._error(field, "must be names with values")
        return written

    def _list(self, written: object, field: str) -> Sequence[object]:
        if not isinstance(written, list) or not written:
            raise self._error(field, "must be a list that is not empty")
        return written

    def _text(self, written: object, field: str) -> str:
        if not isinstance(written, str) or not written.strip():
            raise self._error(field, "must be text")
        return written.strip()

    def _flag(self, written: object, field: str) -> bool:
        if not isinstance(written, bool):
            raise self._error(field, "must be true or false")
        return written

    def _error(self, field: str, message: str) -> ContentError:
        return ContentError(str(self._path), field, message)


def _pieces(text: str) -> list[str]:
    """The text in overlapping pieces; of a very long one the first and the last."""
    starts = range(0, max(1, len(text) - OVERLAP), PIECE - OVERLAP)
    pieces = [text[start : start + PIECE] for start in starts]
    if len(pieces) <= 2 * MOST_PIECES:
        return pieces
    return pieces[:MOST_PIECES] + pieces[-MOST_PIECES:]
