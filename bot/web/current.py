"""What pages answer from now, and the danger screen, which works whatever is away."""

import logging

from bot.services import Services
from handlers.errors import Unreachable
from handlers.reception import Reception
from knowledge.emergency import Danger

log = logging.getLogger(__name__)


def reception_now(services: Services) -> Reception | None:
    """Whoever finds and words answers now; take it once a request.

    None while nobody can say what was withdrawn: then no answer is shown at all.
    """
    try:
        return services.reception
    except Unreachable:
        log.warning("answers_unknown")
        return None


def danger_in(services: Services, words: str) -> Danger | None:
    """What the screen says of a search that nobody is told of.

    None also where the screen fails: the search goes on, and 110 stands on every page.
    """
    try:
        return services.screen.look(words)
    except Exception:  # whatever fails in it
        log.exception("screen_failed")
        return None
