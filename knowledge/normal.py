"""One spelling of every text: full width, traditional and invisible characters made alike."""

import unicodedata
from collections.abc import Callable
from functools import cache
from threading import local

# Formatting, control and broken surrogate characters: nothing a reader sees.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
# Seen by nobody either, though Unicode files them under marks and letters.
_UNSEEN_CHARACTERS = frozenset("\u034f\u115f\u1160\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}
# One round may uncover work for the next (a hidden sign between two halves of a letter).
_MOST_ROUNDS = 4


def normalise(text: str) -> str:
    """The text in one spelling: NFKC, simplified characters, lower case, single spaces.

    Characters that nobody sees are dropped; white space of any kind becomes one space and none
    is left at the ends. Normalising twice changes nothing. Without OpenCC, traditional
    characters stay as they are: a plain screen is better than none.
    """
    if text != _latest.given:
        _latest.plain = _smoothed(text)
        _latest.given = text
    return _latest.plain


class _Latest(local):
    """A thread's latest text: screen, commands and matcher ask for the same one in turn."""

    given = ""
    plain = ""


_latest = _Latest()


def _smoothed(text: str) -> str:
    for _ in range(_MOST_ROUNDS):
        composed = unicodedata.normalize("NFKC", _without_unseen(text))
        text = _simplified(composed)
        if text == composed:  # another round would begin with the same
            break
    return text


def _simplified(composed: str) -> str:
    plain = composed if composed.isascii() else _to_simplified()(composed)
    lowered = unicodedata.normalize("NFKC", plain.lower())
    return " ".join(_without_unseen(lowered).split())


def _without_unseen(text: str) -> str:
    if text.isprintable() and _UNSEEN_CHARACTERS.isdisjoint(text):  # nearly every text
        return text
    return "".join(sign for sign in text if sign.isspace() or not _is_unseen(sign))


def _is_unseen(sign: str) -> bool:
    return sign in _UNSEEN_CHARACTERS or unicodedata.category(sign) in _UNSEEN_CATEGORIES


@cache
def _to_simplified() -> Callable[[str], str]:
    """OpenCC's traditional-to-simplified, loaded once; the identity where it cannot be."""
    try:
        import opencc  # noqa: PLC0415  # at the top, a broken library would take the screen along

        convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    except Exception:  # noqa: BLE001  # a native library breaks in many ways
        return _unchanged
    return convert


def _unchanged(text: str) -> str:
    return text
