"""Whether an article speaks of what an answer speaks of: a hint to whoever reads both, no proof.

Of the 611 citations of sixty entries 19 share as little with their answer, most of them articles
on courts and periods; of articles taken from other entries more than half share as little.
"""

from collections.abc import Iterator
from datetime import date

from knowledge.blanks import without_blanks
from knowledge.entry import Citation, Entry
from knowledge.prose import parts_of
from knowledge.statutes.register import Register
from knowledge.statutes.texts import Article, Texts
from knowledge.text import Segmenter

LITTLE = 0.08
"""The share of an article's words (of 25 at most) that an answer has at least, if it fits."""
_ENOUGH = 25


def strangers(
    entry: Entry, register: Register, texts: Texts, segmenter: Segmenter, day: date
) -> Iterator[Citation]:
    """The citations whose article, where it can be opened, hardly has a word of the entry."""
    told = (without_blanks(text) for _, text in parts_of(entry))
    own = _words("\n".join((*entry.ways_to_ask, *told)), segmenter)
    for cited in entry.citations:
        version = register.in_force(cited.law, day)
        opened = texts.article(version, cited.article) if version else None
        if isinstance(opened, Article):
            said = _words(opened.text, segmenter)
            if len(said & own) <= LITTLE * min(len(said), _ENOUGH):
                yield cited


def _words(text: str, segmenter: Segmenter) -> frozenset[str]:
    return frozenset(word for word in segmenter.words(text) if len(word) > 1)
