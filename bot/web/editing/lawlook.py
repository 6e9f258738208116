"""Articles and searches of law for staff: what residents see, inside the console."""

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from bot.services import Services
from bot.web import laws
from bot.web.auth import staff_only
from bot.web.lawlinks import Links
from bot.web.lawpages import LONGEST_WORDS
from handlers.cases import Staff

_OFTEN = 16
_MOST_PAGES = 99


@dataclass(frozen=True, slots=True)
class LawLook:
    """The route `/console/laws`."""

    services: Services

    @staff_only
    def laws(self, staff: Staff) -> ResponseReturnValue:
        """One box for a law and number in any spelling, or for words. Any member of staff."""
        today = self.services.day()
        day = _day(today)
        words = request.args.get("q", "").strip()[:LONGEST_WORDS]
        page = min(max(1, request.args.get("page", 1, type=int)), _MOST_PAGES)
        told = laws.told(self.services, words, day, today, page) if words else None
        return render_template(
            "console/laws.html",
            staff=staff,
            section="laws",
            sought=words,
            told=told,
            often=() if words else laws.often_cited(self.services, today, _OFTEN),
            links=Links("/console/laws", by_words=True),
            whole=Links(),
            on=None if day == today else day,
            day=day,
        )


def _day(today: date) -> date:
    given = request.args.get("on", "").strip()
    try:
        return date.fromisoformat(given) if given else today
    except ValueError:
        abort(400)
