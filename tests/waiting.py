"""Waiting for what other processes and threads do: it ends as soon as it is true."""

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds that nothing needs on a quiet machine; a busy one may take a lot longer."""

_LOOK_EVERY = 0.05


def until(
    holds: Callable[[], object],
    else_say: str | Callable[[], str] = "it never came true",
    within: float = PATIENCE,
) -> None:
    """Waits until it holds, and fails with these words if that takes too long."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(else_say if isinstance(else_say, str) else else_say())
        time.sleep(_LOOK_EVERY)
