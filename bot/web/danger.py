"""The danger screen on pages that keep nothing: nobody is told, and the page says so."""

import logging

from handlers.reception import Reception
from knowledge.emergency import Danger

log = logging.getLogger(__name__)


def danger_in(reception: Reception, words: str) -> Danger | None:
    """What the screen says of a search; None also where it fails, since 110 is on every page."""
    try:
        return reception.screen.look(words)
    except Exception:  # whatever fails in it, the search goes on
        log.exception("screen_failed")
        return None
