"""Every published way to ask, ready to be compared with a question."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge.entry import Entry
from knowledge.text import Query, Segmenter


@dataclass(frozen=True, slots=True)
class Indexed:
    """An entry with its wordings cut into words, how much each weighs, and all their words."""

    entry: Entry
    wordings: tuple[Query, ...]
    weights: tuple[float, ...]
    spellings: tuple[str, ...]
    vocabulary: frozenset[str]


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

    def sharing(self, query: Query) -> tuple[Indexed, ...]:
        """The entries that share at least one word with a question."""
        where = {position for word in query.words for position in self.knowing.get(word, ())}
        return tuple(self.entries[position] for position in sorted(where))


def _indexed(entry: Entry, segmenter: Segmenter) -> Indexed:
    wordings = tuple(segmenter.query(wording) for wording in entry.ways_to_ask)
    words = frozenset(word for wording in wordings for word in wording.words)
    weights = tuple(sum(wording.words.values()) or 1.0 for wording in wordings)
    spellings = tuple(wording.text for wording in wordings)
    return Indexed(entry, wordings, weights, spellings, words)
