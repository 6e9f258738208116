"""Every published way to ask, ready to be compared with a question."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.entry import Entry
from knowledge.text import Query, Segmenter


@dataclass(frozen=True, slots=True)
class Indexed:
    """An entry with its wordings: how much each weighs, how it is spelt, and their words.

    `vocabulary` tells of a word in which wordings it stands and what it weighs there.
    """

    entry: Entry
    weights: tuple[float, ...]
    spellings: tuple[str, ...]
    vocabulary: Mapping[str, tuple[tuple[int, float], ...]]


@dataclass(frozen=True, slots=True)
class Index:
    """The indexed entries, and which of them know a word."""

    entries: tuple[Indexed, ...]
    knowing: Mapping[str, tuple[int, ...]]

    @classmethod
    def build(
        cls, entries: Iterable[Entry], segmenter: Segmenter, before: "Index | None" = None
    ) -> "Index":
        """Cuts every wording once; what stood the same in the index before is taken from there."""
        known = {item.entry.id: item for item in before.entries} if before else {}
        indexed = tuple(
            item
            if (item := known.get(entry.id)) is not None and item.entry == entry
            else _indexed(entry, segmenter)
            for entry in entries
        )
        knowing: dict[str, list[int]] = {}
        for position, item in enumerate(indexed):
            for word in item.vocabulary:
                knowing.setdefault(word, []).append(position)
        return cls(indexed, {word: tuple(where) for word, where in knowing.items()})

    def knowing_one(self, words: Iterable[str]) -> tuple[Indexed, ...]:
        """The entries that know at least one of the words."""
        where = set[int]().union(*[self.knowing.get(word, ()) for word in words])
        return tuple([self.entries[position] for position in sorted(where)])


def _indexed(entry: Entry, segmenter: Segmenter) -> Indexed:
    wordings = tuple(segmenter.query(wording) for wording in entry.ways_to_ask)
    weights = tuple(wording.weight for wording in wordings)
    spellings = tuple(wording.text for wording in wordings)
    return Indexed(entry, weights, spellings, _vocabulary(wordings))


def _vocabulary(wordings: Sequence[Query]) -> Mapping[str, tuple[tuple[int, float], ...]]:
    where: dict[str, list[tuple[int, float]]] = {}
    for place, wording in enumerate(wordings):
        for word, weight in wording.words.items():
            where.setdefault(word, []).append((place, weight))
    return {word: tuple(places) for word, places in where.items()}
