"""The figures of an answer: each stands in a cited article or is accounted for, none disagree."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.blanks import without_blanks
from knowledge.checks.fault import Fault, fault
from knowledge.entry import Citation, Entry
from knowledge.numbers import LockedNumbers, numbers_in, quantities
from knowledge.prose import parts_of, sentences
from knowledge.text import Segmenter

_SAME_MATTER = 0.6
"""Two sentences speak of one matter if this share of the shorter one's words stands in both."""
_FEWEST_SHARED = 3
_DIGITS = "0123456789.-/"


def faults(entry: Entry, locked: LockedNumbers) -> Iterator[Fault]:
    """Figures that no cited article has and no exception explains, and idle exceptions."""
    proven = {
        number for cited in entry.citations for number in locked.numbers(cited.law, cited.article)
    }
    excused = {row.number: numbers_in(row.number) for row in entry.exceptions}
    told: set[str] = set()
    for field, text in parts_of(entry):
        for quantity in quantities(without_blanks(text)):
            told.add(quantity.spelling)
            allowed = proven.union(*excused.values())
            if quantity.spelling not in allowed:
                yield fault(entry, field, "unproven_number", quantity.written)
    for number, spellings in excused.items():
        if not spellings or not spellings & told:
            yield fault(entry, "exceptions", "idle_exception", number)


def contradictions(entries: Sequence[Entry], segmenter: Segmenter) -> Iterator[Fault]:
    """Pairs of entries that say different figures of one matter under one article."""
    saying: dict[str, list[_Claim]] = {}
    for entry in entries:
        own = tuple(_claims(entry, segmenter))
        for theirs in own:
            for mine in _of_the_same_matter(theirs, saying):
                shared = [one for one in theirs.entry.citations if one in mine.entry.citations]
                if shared and _disagree(mine, theirs):
                    yield _contradiction(mine, theirs, shared[0])
        for claim in own:
            for word in claim.words:
                saying.setdefault(word, []).append(claim)


def _contradiction(mine: "_Claim", theirs: "_Claim", cited: Citation) -> Fault:
    return fault(
        theirs.entry,
        theirs.field,
        "contradiction",
        theirs.sentence,
        other=mine.entry.id,
        said=mine.sentence,
        article=f"《{cited.law}》{cited.article}",
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence with figures: what it is about, and the figures by their unit."""

    entry: Entry
    field: str
    sentence: str
    words: frozenset[str]
    figures: Mapping[str, frozenset[str]]


def _claims(entry: Entry, segmenter: Segmenter) -> Iterator[_Claim]:
    for field, text in parts_of(entry):
        for sentence in sentences(without_blanks(text)):
            by_unit: dict[str, set[str]] = {}
            about = sentence
            for quantity in quantities(sentence):
                unit = quantity.spelling.strip(_DIGITS)
                by_unit.setdefault(unit, set()).add(quantity.spelling)
                about = about.replace(quantity.written, " ")
            if by_unit:
                words = frozenset(w for w in segmenter.remembered_words(about) if len(w) > 1)
                figures = {unit: frozenset(found) for unit, found in by_unit.items()}
                yield _Claim(entry, field, sentence, words, figures)


def _of_the_same_matter(claim: _Claim, saying: Mapping[str, Sequence[_Claim]]) -> Iterator[_Claim]:
    """Earlier claims that share enough words with this one."""
    shared: Counter[int] = Counter()
    known: dict[int, _Claim] = {}
    for word in claim.words:
        for other in saying.get(word, ()):
            shared[id(other)] += 1
            known[id(other)] = other
    for number, count in shared.items():
        shorter = min(len(claim.words), len(known[number].words))
        if count >= _FEWEST_SHARED and count >= _SAME_MATTER * shorter:
            yield known[number]


def _disagree(one: _Claim, other: _Claim) -> bool:
    return any(
        one.figures[unit].isdisjoint(other.figures[unit])
        for unit in one.figures.keys() & other.figures.keys()
    )
