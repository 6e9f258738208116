"""Chinese text as weighted words: the only place that knows jieba.

It is loaded when the first segmenter is made: commands and the worker never need it, and it takes
as long as half of their other parts. Its dictionary says how rare a word is; its cutting is done
by its edition in Rust where there is one for the machine, which cuts alike and ten times as fast.
"""

import logging
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from os import getuid
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from knowledge.errors import ContentError
from knowledge.files import read_yaml
from knowledge.normal import normalise

if TYPE_CHECKING:
    import jieba

_RAREST = 12.0
"""Weight of a word of ours that jieba does not know, in the logarithmic scale of its own."""
_STRANGE = 7.0
"""Weight of a word that nobody knows: mostly a name, or two words that were not cut apart."""
_MOST_CUT = 20_000
"""Texts remembered: wordings and sentences of a thousand entries, some megabytes."""
_CUT_AS_ONE = 20_000
"""A frequency high enough for a word of ours to be cut as one."""
_NEVER_INSIDE = str.maketrans("-_", "  ")
"""Signs that jieba always cuts at, and its edition in Rust between letters does not."""

Cut = Callable[[str], Iterable[str]]
"""Cuts a normalised text into words and what stands between them."""


@dataclass(frozen=True, slots=True)
class Query:
    """A text ready to be compared: its plain spelling and its words with their weights.

    A weight grows with the rarity of the word in everyday Chinese; the commonest are left out.
    `weight` is that of all words together, and never 0.
    """

    text: str
    words: Mapping[str, float]
    weight: float


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Cuts texts into words and gives synonyms one name."""

    cut: Cut
    frequencies: Mapping[str, int]
    total: int
    synonyms: Mapping[str, str]
    legal: frozenset[str]
    stopwords: frozenset[str]
    _cut: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Texts that were cut before: every check of the content cuts the same ones."""

    @classmethod
    def read(cls, lexicon: Path, cache: Path | None = None) -> "Segmenter":
        """Loads jieba's dictionary and the lexicon. Raises ContentError.

        The dictionary takes about a second, less when `cache`, a folder of ours, has it.
        """
        path = lexicon / "words.yaml"
        given = read_yaml(path)
        same = _names(path, given.get("same") or {})
        plain = _names(path, given.get("plain") or {})
        legal = frozenset({*map(str, given.get("terms") or ()), *same.values()})
        stopwords = frozenset(map(str, given.get("stopwords") or ()))
        tokenizer = _tokenizer(cache or _own_temporary_folder())
        # Beginnings of words, which only cutting needs, stand there with 0.
        frequencies = {word: times for word, times in tokenizer.FREQ.items() if times}
        total = tokenizer.total
        ours = {*same, *plain, *plain.values(), *legal}
        cut = _in_rust(ours) or _in_python(tokenizer, ours)
        return cls(cut, frequencies, total, plain | same, legal, stopwords)

    def words_of_law(self, query: Query) -> tuple[str, ...]:
        """The words of a text that belong to law, a dispute, an office or a right."""
        return tuple([word for word in query.words if word in self.legal])

    def query(self, text: str) -> Query:
        """The words of a text by which it can be found."""
        plain = normalise(text)
        words = {word: self.weight(word) for word in self.words(plain)}
        return Query(plain, words, sum(words.values()) or 1.0)

    def words(self, plain: str) -> list[str]:
        """The words of a normalised text that tell anything, in their order, synonyms as one."""
        words = (self.synonyms.get(word, word) for word in self.cut(plain))
        return [word for word in words if self._tells(word)]

    def content_words(self, text: str) -> tuple[str, ...]:
        """The words of a text as they stand, less those that say nothing of any matter."""
        return tuple(word for word in self.cut(normalise(text)) if self._tells(word))

    def remembered_words(self, text: str) -> tuple[str, ...]:
        """As `content_words`, for texts of our own: what residents write is not remembered."""
        if (known := self._cut.get(text)) is None:
            known = self.content_words(text)
            if len(self._cut) >= _MOST_CUT:
                self._cut.clear()
            self._cut[text] = known
        return known

    def weight(self, word: str) -> float:
        """How much a word tells: the logarithm of its rarity."""
        if frequency := self.frequencies.get(word, 0):
            return min(_RAREST, math.log(self.total / frequency))
        return _RAREST if word in self.legal else _STRANGE

    def _tells(self, word: str) -> bool:
        if word in self.stopwords:
            return False
        return word.isalnum() or any(sign.isalnum() for sign in word)


def _in_rust(ours: Iterable[str]) -> Cut | None:
    """None where it was not built for this machine."""
    try:
        import rjieba  # noqa: PLC0415  see above
    except ImportError:
        return None
    tokenizer = rjieba.Jieba()
    for word in ours:
        tokenizer.add_word(word, _CUT_AS_ONE, None)
    return lambda plain: tokenizer.cut(plain.translate(_NEVER_INSIDE))


def _in_python(tokenizer: "jieba.Tokenizer", ours: Iterable[str]) -> Cut:
    for word in ours:
        tokenizer.add_word(word, _CUT_AS_ONE)
    return tokenizer.cut  # type: ignore[no-any-return]


def _tokenizer(cache: Path) -> "jieba.Tokenizer":
    import jieba  # noqa: PLC0415  see above

    jieba.setLogLevel(logging.WARNING)
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(cache)
    tokenizer.initialize()
    return tokenizer


def _own_temporary_folder() -> Path:
    """A folder that no other user can fill: the cache is trusted when it is read."""
    return Path(gettempdir()) / f"faxiaomei-{getuid()}"


def _names(path: Path, groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for name, spoken in groups.items():
        for word in spoken:
            if names.setdefault(str(word), str(name)) != name:
                raise ContentError(path, str(name), f"{word} already means {names[str(word)]}")
    return names
