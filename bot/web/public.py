"""The public pages, without log-in: search, topics, whole answers. They keep nothing."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, abort, make_response, render_template, request

from bot.services import Services
from bot.web.access import open_to_all
from bot.web.crowding import TRY_AGAIN, Turnstile
from bot.web.current import danger_in, reception_now
from bot.web.filters import add_filters
from bot.web.freshness import same_for_all
from bot.web.lawpages import add_law_pages
from handlers.compose import Composer
from handlers.whole import whole_answer
from knowledge.entry import Entry, EntryId, Status, TopicId
from knowledge.library import CONTENT
from knowledge.prose import first_sentence
from knowledge.statutes.lookup import Asked
from knowledge.topics import Topic, read_topics

log = logging.getLogger(__name__)

LONGEST_QUESTION = 200
"""Characters that are searched; a longer story is for the chat. Its address would grow too long."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in a list: its title and what its answer begins with."""

    id: EntryId
    title: str
    begins: str


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search found: what surely is about the matter, and what perhaps is.

    `ready` is false where the matcher is not; `crowded` where it was not asked.
    """

    found: tuple[Line, ...] = ()
    perhaps: tuple[Line, ...] = ()
    article: Asked | None = None
    ready: bool = True
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class _Public:
    """The routes that show answers. Services are asked anew with every request."""

    services: Services
    topics: Mapping[TopicId, Topic]
    turnstile: Turnstile

    @open_to_all
    def home(self) -> Response:
        """The first page; with `q` what is known of it, danger first. Nothing is kept of it."""
        words = request.args.get("q", "").strip()
        if not words:
            return same_for_all(render_template("public/home.html", topics=self._counted()))
        danger = danger_in(self.services, words)
        sought = self._sought(words[:LONGEST_QUESTION])
        page = render_template(
            "public/search.html",
            words=words,
            danger=danger,
            sought=sought,
            longest=LONGEST_QUESTION,
        )
        response = make_response(page, 429 if sought.crowded else 200)
        if sought.crowded:
            response.headers["Retry-After"] = str(TRY_AGAIN)
        return response

    @open_to_all
    def topic(self, topic: str) -> Response:
        """The entries of a topic that answer today."""
        shown = self.topics.get(TopicId(topic))
        if shown is None:
            abort(404)
        composer, day = self.services.reception.composer, self.services.day()
        entries = [one for one in composer.library.answering(day) if one.topic == shown.id]
        lines = [_line(composer, one, day) for one in entries]
        return same_for_all(render_template("public/topic.html", topic=shown, lines=lines))

    @open_to_all
    def entry(self, entry: str) -> Response:
        """A whole answer; never one that residents may not be given today."""
        composer, day = self.services.reception.composer, self.services.day()
        known = composer.library.entries.get(EntryId(entry))
        if known is None or known.status is Status.DRAFT or day < known.valid_from:
            return make_response(render_template("public/gone.html", was=False), 404)
        if not composer.library.answers(known, day):
            return make_response(render_template("public/gone.html", was=True), 410)
        whole = whole_answer(composer, known, day)
        topic = self.topics.get(known.topic)
        return same_for_all(render_template("public/entry.html", whole=whole, topic=topic))

    def _counted(self) -> list[tuple[Topic, int]]:
        """The topics that have answers today, in the order of their file."""
        reception = reception_now(self.services)
        given = reception.composer.library.answering(self.services.day()) if reception else ()
        counts = Counter(entry.topic for entry in given)
        return [(topic, counts[id_]) for id_, topic in self.topics.items() if counts[id_]]

    def _sought(self, words: str) -> Sought:
        if not self.turnstile.lets_in():
            return Sought(crowded=True)
        if (reception := reception_now(self.services)) is None:
            return Sought(ready=False)
        day, composer = self.services.day(), reception.composer
        try:
            statute = reception.articles.asked(words, day) if reception.articles else None
            matches = reception.finder.find(words, day).matches
        except Exception:  # the page goes on without: topics and people are there
            log.exception("matching_failed")
            return Sought(ready=False)
        policy, entries = reception.policy, composer.library.entries
        likely = [one for one in matches if one.confidence >= policy.perhaps_at]
        sure = sum(one.confidence >= policy.ask_at for one in likely)
        lines = [_line(composer, entries[one.entry], day) for one in likely]
        asked = statute.looked.asked if statute else None
        return Sought(tuple(lines[:sure]), tuple(lines[sure:]), asked)


def public_pages(services: Services) -> Blueprint:
    """The pages for everybody. Raises ContentError if the names of topics cannot be read."""
    turnstile = Turnstile(services.settings.searches_per_minute, services.clock)
    public = _Public(services, read_topics(CONTENT / "topics.yaml"), turnstile)
    pages = Blueprint("public", __name__)
    pages.add_url_rule("/", view_func=public.home)
    pages.add_url_rule("/topics/<topic>", view_func=public.topic)
    pages.add_url_rule("/entries/<entry>", view_func=public.entry)
    add_law_pages(pages, services, turnstile)

    add_filters(pages, services)
    return pages


def _line(composer: Composer, entry: Entry, day: date) -> Line:
    begins = first_sentence(composer.library.filler.fill(entry.sections.brief, day))
    return Line(entry.id, entry.title, begins)
