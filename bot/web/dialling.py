"""Telephone numbers in texts that can be tapped."""

import re
from collections.abc import Collection

from markupsafe import Markup, escape

_NUMBER = re.compile(r"(?<![\d.-])((?:0\d{2,3}-)?\d{3,11})(?![\d.-])")
_LANDLINE = re.compile(r"0\d{2,3}-\d{7,8}")


def dialable(text: str, hotlines: Collection[str]) -> Markup:
    """The text with known hotlines, and numbers with an area code, as links that dial them."""
    pieces = _NUMBER.split(text)
    return Markup("").join(_piece(piece, hotlines) for piece in pieces)


def _piece(piece: str, hotlines: Collection[str]) -> Markup:
    if piece in hotlines or _LANDLINE.fullmatch(piece):
        return Markup('<a href="tel:{0}">{0}</a>').format(piece)
    return escape(piece)
