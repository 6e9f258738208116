"""The parts of an answer as texts, and texts as sentences."""

import re
from collections.abc import Iterator

from knowledge.entry import Entry
from knowledge.files import FACETS, SECTIONS

_FULL_STOP = re.compile(r"(?<=[。！？!?\n])")
_SENTENCE_END = re.compile(r"(?<=[。！？；!?;\n])")


def parts_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Everything of an entry that a resident reads, each under the name an editor knows."""
    for heading, name in SECTIONS.items():
        yield heading, getattr(entry.sections, name)
    headings = {facet: heading for heading, facet in FACETS.items()}
    for facet, text in entry.facets.items():
        yield f"facets.{headings[facet]}", text


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, without the signs that end them."""
    pieces = (piece.strip(" \n。！？；!?;") for piece in _SENTENCE_END.split(text))
    return tuple(piece for piece in pieces if piece)


def first_sentence(text: str) -> str:
    """What a text begins with, up to and with the sign that ends it."""
    return _FULL_STOP.split(text.strip(), maxsplit=1)[0].strip()
