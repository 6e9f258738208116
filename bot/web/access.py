"""Who may use a route: every view says it, and a test fails on one that does not."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

MARK = "__who_may__"


def open_to_all(view: View) -> View:
    """Anybody may call this route; it checks for itself what it must."""
    setattr(view, MARK, "all")
    return view


def who_may(view: Callable[..., Any]) -> str:
    """What a view says of itself; empty if it says nothing."""
    return str(getattr(view, MARK, ""))
