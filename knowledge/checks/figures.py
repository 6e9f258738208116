"""The figures of an answer: each stands in a cited article or is accounted for, none disagree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

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
    citing: dict[Citation, list[Entry]] = {}
    for entry in entries:
        for cited in entry.citations:
            citing.setdefault(cited, []).append(entry)
    claims = {entry.id: tuple(_claims(entry, segmenter)) for entry in entries}
    told: set[tuple[str, str]] = set()
    for cited, group in citing.items():
        for one, other in combinations(group, 2):
            for mine, theirs in _disagreements(claims[one.id], claims[other.id]):
                pair = (mine.sentence, theirs.sentence)
                if pair in told:
                    continue
                told.add(pair)
                yield fault(
                    other,
                    theirs.field,
                    "contradiction",
                    theirs.sentence,
                    other=one.id,
                    said=mine.sentence,
                    article=f"《{cited.law}》{cited.article}",
                )


@dataclass(frozen=True, slots=True)
class _Claim:
    """A sentence with figures: what it is about, and the figures by their unit."""

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
                words = frozenset(segmenter.content_words(about))
                figures = {unit: frozenset(found) for unit, found in by_unit.items()}
                yield _Claim(field, sentence, words, figures)


def _disagreements(
    ours: Sequence[_Claim], theirs: Sequence[_Claim]
) -> Iterator[tuple[_Claim, _Claim]]:
    for mine in ours:
        for other in theirs:
            if _same_matter(mine, other) and any(
                mine.figures[unit].isdisjoint(other.figures[unit])
                for unit in mine.figures.keys() & other.figures.keys()
            ):
                yield mine, other


def _same_matter(one: _Claim, other: _Claim) -> bool:
    shared = len(one.words & other.words)
    shorter = min(len(one.words), len(other.words))
    return shared >= _FEWEST_SHARED and shared >= _SAME_MATTER * shorter
