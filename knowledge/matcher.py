"""From a question to entries that may answer it, how sure that is, and why.

The score of an entry is one pure function of six closenesses between 0 and 1 (see `Closeness`),
weighed and put through the logistic curve, so that it reads as the chance of being right.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from rapidfuzz import fuzz, process

from knowledge.entry import Entry, EntryId, TopicId
from knowledge.index import Index, Indexed
from knowledge.library import Library
from knowledge.text import Query, Segmenter

ENOUGH_SAID = 60.0
"""The weight of about six words of content: more of them do not make a question clearer."""

FOREIGN_ENOUGH = 24.0
"""The weight of two words of law: an entry that knows neither of them is about something else."""

MOST_MATCHES = 5
"""Entries reported for one question: more than are ever offered."""


MOST_DAYS = 8
"""Days remembered: today, and yesterday's late messages."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may answer, how sure that is (0 to 1), and the words it was found by."""

    entry: EntryId
    topic: TopicId
    title: str
    confidence: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found, best first. `about_law`: whether it names anything of law at all."""

    matches: tuple[Match, ...]
    about_law: bool


class Finder(Protocol):
    """Whatever finds entries for a text."""

    def find(self, text: str, day: date) -> Found:
        """The entries that may answer a text on a day."""


class Closeness(NamedTuple):
    """How near a question is to an entry, each between 0 and 1.

    `covered`: the share of the question's word weight that the entry's wordings know at all.
    `shared`: the weight shared with the best wording, in proportion to both (Dice).
    `contained`: the share of that wording's weight that the question has.
    `alike`: how alike the two spellings are, sign by sign (rapidfuzz), against typing errors.
    `telling`: how much the known words tell at all, so that one plain word is not enough.
    `foreign`: how much the question says of law that the entry's wordings never say.
    """

    covered: float
    shared: float
    contained: float
    alike: float
    telling: float
    foreign: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each closeness counts.

    Fitted by logistic regression on rewordings (right entry against all others), near misses,
    real questions and small talk; docs/matching.md tells the figures and how to do it again.
    """

    covered: float = 1.1
    shared: float = 4.4
    contained: float = 3.0
    alike: float = 10.5
    telling: float = 5.9
    foreign: float = -2.5
    threshold: float = 8.7

    def confidence(self, near: Closeness) -> float:
        """The logistic curve over the weighed sum."""
        total = (
            self.covered * near.covered
            + self.shared * near.shared
            + self.contained * near.contained
            + self.alike * near.alike
            + self.telling * near.telling
            + self.foreign * near.foreign
            - self.threshold
        )
        return 1.0 / (1.0 + math.exp(-total))


@dataclass(frozen=True, slots=True)
class Matcher:
    """Finds entries by words and by spelling."""

    index: Index
    segmenter: Segmenter
    library: Library
    weights: Weights
    _allowed: dict[date, frozenset[EntryId]] = field(default_factory=dict, repr=False)

    @classmethod
    def over(cls, library: Library, segmenter: Segmenter) -> "Matcher":
        """Indexes every entry of a library."""
        index = Index.build(library.entries.values(), segmenter)
        return cls(index, segmenter, library, Weights())

    def over_another(self, library: Library) -> "Matcher":
        """The same over another library; entries that both share are not cut again."""
        index = Index.build(library.entries.values(), self.segmenter, self.index)
        return Matcher(index, self.segmenter, library, self.weights)

    def find(self, text: str, day: date) -> Found:
        """The entries that may answer a text on a day, best first."""
        return self.find_query(self.segmenter.query(text), day)

    def find_query(self, query: Query, day: date) -> Found:
        """As `find`, of a text that was cut into words before."""
        allowed = self._allowed_on(day)
        named = self.segmenter.words_of_law(query)
        # Of the words of law, if there are any, an entry has to know one: without that a pension
        # is found under child support, since both are so much a month.
        scored = [
            (item.entry, *self._scored(query, named, item))
            for item in self.index.knowing_one(named or query.words)
            if item.entry.id in allowed
        ]
        scored.sort(key=lambda one: (-one[1], one[0].id))
        matches = [
            Match(entry.id, entry.topic, entry.title, confidence, because)
            for entry, confidence, because in scored[:MOST_MATCHES]
        ]
        return Found(tuple(matches), bool(named))

    def _allowed_on(self, day: date) -> frozenset[EntryId]:
        """The entries that may be given on a day; what a library holds never changes."""
        allowed = self._allowed.get(day)
        if allowed is None:
            allowed = frozenset(entry.id for entry in self.library.answering(day))
            if len(self._allowed) >= MOST_DAYS:
                self._allowed.clear()
            self._allowed[day] = allowed
        return allowed

    def _scored(
        self, query: Query, named: Collection[str], item: Indexed
    ) -> tuple[float, tuple[str, ...]]:
        near, because = closeness(query, named, item)
        return self.weights.confidence(near), because


def closeness(
    query: Query, named: Collection[str], item: Indexed
) -> tuple[Closeness, tuple[str, ...]]:
    """How near a question is to an entry: to its best wording, and to all its words.

    `named` are its words of law. With it come the words that the entry knows.
    """
    known = foreign = 0.0
    because: list[str] = []
    common: dict[int, float] = {}
    for word, weight in query.words.items():
        if (where := item.vocabulary.get(word)) is not None:
            known += weight
            because.append(word)
            for place, shared in where:
                common[place] = common.get(place, 0.0) + shared
        elif word in named:
            foreign += weight
    dice, contained = _best_wording(common, item.weights, query.weight)
    _, alike, _ = process.extractOne(query.text, item.spellings, scorer=fuzz.ratio)
    near = Closeness(
        covered=known / query.weight,
        shared=dice,
        contained=contained,
        alike=alike / 100,
        telling=min(known / ENOUGH_SAID, 1.0),
        foreign=min(foreign / FOREIGN_ENOUGH, 1.0),
    )
    return near, tuple(because)


def _best_wording(
    common: Mapping[int, float], weights: Sequence[float], total: float
) -> tuple[float, float]:
    """Dice and containment of a question and the best wording of an entry, by weight.

    `common` is what both have, by the wording's place; `total` what the question has.
    """
    return max(
        [(2 * both / (total + weights[at]), both / weights[at]) for at, both in common.items()],
        default=(0.0, 0.0),
    )


def certain(entry: Entry) -> Match:
    """The match of an entry that was named, not searched."""
    return Match(entry.id, entry.topic, entry.title, 1.0, ())
