"""Where a web process runs: on one processor, if every processor has one of its kind.

A process of Python works at one place at a time. Its threads hand each other the interpreter some
ten times a message, and where they sit on two processors each time wakes the other one up and
finds its caches cold. Kept together they need a sixth less for a message (`make bench`).
"""

import os
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path


def settle(place: int, processes: int, parent: int) -> None:
    """Keeps this process to one processor, if there is one for each of `processes`.

    `place` counts them as they start. One that takes the place of another, which may have died,
    goes where none of its siblings is. Elsewhere than on Linux, and with more or fewer processes
    than processors, the system decides as it did.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    allowed = sorted(os.sched_getaffinity(0))
    if processes < 2 or processes != len(allowed):  # noqa: PLR2004  one has no siblings
        return
    os.sched_setaffinity(0, {_chosen(allowed, place, _taken(parent))})


def _chosen(allowed: list[int], place: int, taken: AbstractSet[int]) -> int:
    usual = allowed[place % len(allowed)]
    if usual not in taken:
        return usual
    return next((processor for processor in allowed if processor not in taken), usual)


def _taken(parent: int) -> AbstractSet[int]:
    """Processors that children of the same parent keep to."""
    taken: set[int] = set()
    with suppress(OSError):
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()
        for child in map(int, children):
            with suppress(OSError):
                theirs = os.sched_getaffinity(child)
                taken |= theirs if len(theirs) == 1 else set()
    return taken
