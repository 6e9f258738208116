"""The public pages of law: one box for names, numbers and words; laws; articles."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from bot.services import Services
from bot.web import laws
from bot.web.access import open_to_all
from bot.web.crowding import TRY_AGAIN, Turnstile
from bot.web.current import danger_in
from bot.web.freshness import same_for_all
from bot.web.lawlinks import Links
from knowledge.statutes.lookup import Fault

LONGEST_WORDS = 200
"""Characters of a search: more than any title and number, or a sentence."""

_OFTEN = 16
"""Laws named on the first page: those on which most answers rest."""
_MISSING = frozenset({Fault.NO_LAW, Fault.NO_ARTICLE})


@dataclass(frozen=True, slots=True)
class _LawPages:
    """The routes under `/laws`."""

    services: Services
    turnstile: Turnstile

    @open_to_all
    def search(self) -> Response:
        """The box, and what it finds. Nothing is kept of it."""
        day, today = self._day(), self.services.day()
        words = request.args.get("q", "").strip()[:LONGEST_WORDS]
        if not words:
            often = laws.often_cited(self.services, today, _OFTEN)
            return same_for_all(
                render_template("public/laws.html", words="", often=often, **_days(day, today))
            )
        danger = danger_in(self.services, words)
        crowded = not self.turnstile.lets_in()
        told = None if crowded else laws.told(self.services, words, day, today, _page())
        page = render_template(
            "public/laws.html", words=words, told=told, danger=danger, **_days(day, today)
        )
        response = make_response(page, 429 if crowded else 200)
        if crowded:
            response.headers["Retry-After"] = str(TRY_AGAIN)
        return response

    @open_to_all
    def law(self, law: str) -> AnyResponse:
        """A law by its title, or by another name of it, which leads there."""
        day, today = self._day(), self.services.day()
        shown = laws.whole_law(self.services, law, day, today, _page())
        if shown is not None:
            return same_for_all(render_template("public/law.html", law=shown, **_days(day, today)))
        if (title := self.services.lookups.names.title(law)) is None:
            return self._unknown(law)
        return redirect(Links().law(title, _on(day, today)))

    @open_to_all
    def article(self, law: str, number: str) -> AnyResponse:
        """An article by law and number, in any spelling."""
        day, today = self._day(), self.services.day()
        asked = self.services.lookups.named(law, number)
        if asked is None:
            abort(404)
        if asked.title is not None and asked.title != law:
            return redirect(Links().article(asked.title, asked.number, _on(day, today)))
        shown = laws.article(self.services, asked, day, today)
        page = render_template("public/article.html", article=shown, **_days(day, today))
        if isinstance(shown, laws.NotShown) and shown.fault in _MISSING:
            return make_response(page, 404)
        return same_for_all(page)

    def _unknown(self, law: str) -> Response:
        nearest = self.services.lookups.names.nearest(law)
        page = render_template("public/no_law.html", name=law[:LONGEST_WORDS], nearest=nearest)
        return make_response(page, 404)

    def _day(self) -> date:
        """The day for which the law is shown. Aborts with 400 on what is none."""
        given = request.args.get("on", "").strip()
        if not given:
            return self.services.day()
        try:
            return date.fromisoformat(given)
        except ValueError:
            abort(400)


def add_law_pages(pages: Blueprint, services: Services, turnstile: Turnstile) -> None:
    """Adds the routes to a blueprint; searches count at the same turnstile."""
    public = _LawPages(services, turnstile)
    pages.add_url_rule("/laws/", endpoint="laws", view_func=public.search)
    pages.add_url_rule("/laws/<law>", view_func=public.law)
    pages.add_url_rule("/laws/<law>/<number>", view_func=public.article)


def _on(day: date, today: date) -> date | None:
    """The day for an address; today needs none, and tomorrow is to mean tomorrow."""
    return None if day == today else day


def _days(day: date, today: date) -> dict[str, date | None]:
    return {"day": day, "on": _on(day, today)}


def _page() -> int:
    given = request.args.get("page", "")
    return int(given) if given.isdecimal() and len(given) < 5 else 1  # noqa: PLR2004  page 9999
