"""Texts cut into messages: whole blocks where they fit, never a cut character."""

import re
from collections.abc import Iterable

MESSAGE_BYTES = 1_800
"""UTF-8 bytes of one message. Developers measured 2,048 as WeChat's limit; some clients cut
earlier, so the platform notes advise 1,800."""

_BREAKS = (
    re.compile(r"(?<=\n)"),
    re.compile(r"(?<=[。！？；!?;])"),
    re.compile(r"(?<=[，、,：: ])"),
    re.compile(r"(?<=.)", re.DOTALL),
)


def size(text: str) -> int:
    """Bytes of a text as it travels."""
    return len(text.encode())


def pack(blocks: Iterable[str], hint: str = "", limit: int = MESSAGE_BYTES) -> tuple[str, ...]:
    """Blocks joined by empty lines into as few parts as fit, in their order.

    A block over the limit is cut at the end of a line, else of a sentence, a clause or a
    character. Every part but the last ends with `hint`. Nothing is left out.
    """
    room = limit - size(hint) - 1
    pieces = [piece for block in blocks if block for piece in _cut(block, room, 0)]
    parts: list[str] = []
    for piece in pieces:
        if parts and size(parts[-1]) + size(piece) + 2 <= room:
            parts[-1] = f"{parts[-1]}\n\n{piece}"
        else:
            parts.append(piece)
    return tuple(f"{part}\n{hint}" for part in parts[:-1]) + tuple(parts[-1:])


def _cut(block: str, room: int, level: int) -> list[str]:
    """A block in pieces of at most `room` bytes, cut as gently as possible."""
    if size(block) <= room:
        return [block]
    pieces: list[str] = []
    held = ""
    for bit in _BREAKS[level].split(block):
        if size(held + bit) <= room:
            held += bit
            continue
        if held.strip():
            pieces.append(held.strip())
        *whole, held = _cut(bit, room, level + 1) if size(bit) > room else [bit]
        pieces.extend(whole)
    return [*pieces, held.strip()] if held.strip() else pieces
