"""Blanks for local facts in an answer: {office:司法所}, {phone:12348}, {figure:KEY}."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_BLANK = re.compile(r"\{([^{}]*)\}")


class BlankKind(StrEnum):
    """What a blank asks the locality or the parameters for."""

    OFFICE = "office"
    ADDRESS = "address"
    PHONE = "phone"
    HOURS = "hours"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank as it stands in a text; `kind` is None where nobody knows how to fill it."""

    written: str
    kind: BlankKind | None
    name: str


def blanks_in(text: str) -> tuple[Blank, ...]:
    """Every blank of a text in its order."""
    return tuple(_blank(found.group(1)) for found in _BLANK.finditer(text))


def fill_blanks(text: str, words_for: Callable[[Blank], str]) -> str:
    """The text with every blank replaced."""
    if "{" not in text:
        return text
    return _BLANK.sub(lambda found: words_for(_blank(found.group(1))), text)


def without_blanks(text: str) -> str:
    """The text as an editor wrote it, less its blanks."""
    return _BLANK.sub("", text)


def _blank(written: str) -> Blank:
    kind, colon, name = written.partition(":")
    known = bool(colon and name) and kind in list(BlankKind)
    return Blank(written, BlankKind(kind) if known else None, name)
