"""Law for readers: an article, a whole law or a search, as values that a page shows.

Residents' pages and the console show the same; only where links lead differs (lawlinks.py).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from urllib.parse import quote

from bot.services import Services
from bot.web.current import reception_now
from bot.web.lawversions import VersionShown, version_shown
from handlers.articles import fault_told, where_to_read
from knowledge.entry import Entry
from knowledge.statutes.lookup import Asked, Fault, Looked
from knowledge.statutes.marking import Piece, excerpt
from knowledge.statutes.numbering import article_number
from knowledge.statutes.ranking import Hit
from knowledge.statutes.register import LawVersion
from knowledge.statutes.texts import Article

PER_PAGE = 10
"""Results on one page of a search."""

MOST_PAGES = 5
"""What is not among the first fifty is found by other words."""

PAGE_BYTES = 38_000
"""Bytes of a page of a long law that are articles and the links of their numbers."""
_AROUND_ARTICLE = 90


@dataclass(frozen=True, slots=True)
class ArticleShown:
    """An article with all that says which text it is, and its neighbours in the law.

    `address` is the official page of the law if the register has one, else empty.
    """

    number: str
    paragraphs: tuple[str, ...]
    of: VersionShown
    source: str
    address: str
    note: str
    earlier: str | None
    later: str | None
    entries: tuple[Entry, ...]

    @property
    def law(self) -> str:
        """The full title."""
        return self.of.version.title


@dataclass(frozen=True, slots=True)
class NotShown:
    """Why an article that was asked for is not here; `fault` is NO_LAW for an unknown law.

    `told` is for today; `meant` is the version in force or next to the day that was asked for, and
    `readable` the same where its text is at hand though it is not in force.
    """

    fault: Fault
    told: str
    law: str | None
    number: str
    nearest: tuple[str, ...]
    meant: LawVersion | None
    readable: VersionShown | None


@dataclass(frozen=True, slots=True)
class Result:
    """A found article: where it stands and what it says of the matter."""

    law: str
    number: str
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what a search found; `ready` is false while the index is being built."""

    ready: bool
    found: tuple[Result, ...] = ()
    page: int = 1
    more: bool = False


@dataclass(frozen=True, slots=True)
class LawShown:
    """A law with its versions, the newest first, and a page of the text as on a day.

    `where` is the official collection that should have it;
    `pages` are the first and last number of each page of the text; none where it is not at hand.
    """

    title: str
    kind: str
    issuer: str
    address: str
    where: str
    note: str
    versions: tuple[VersionShown, ...]
    shown: VersionShown | None
    articles: tuple[Article, ...]
    pages: tuple[tuple[str, str], ...]
    page: int


@dataclass(frozen=True, slots=True)
class Told:
    """All that one box for names, numbers and words finds.

    `number` is that of an article which was asked for without saying of which law.
    """

    article: ArticleShown | NotShown | None = None
    law: str | None = None
    number: str | None = None
    results: Results | None = None


def told(services: Services, words: str, day: date, today: date, page: int = 1) -> Told:
    """An article or a law where one is named and nothing else is said; otherwise a search."""
    if asked := services.lookups.asked(words):
        return Told(article=article(services, asked, day, today))
    if title := services.lookups.names.title(words):
        return Told(law=title)
    if number := article_number(words):
        return Told(number=number)
    return Told(results=search(services, words, day, page))


def article(services: Services, asked: Asked, day: date, today: date) -> ArticleShown | NotShown:
    """The article as in force on a day, or why there is none to show."""
    looked = services.lookups.show(asked, day)
    if looked.article is None or looked.version is None:
        return _not_shown(services, looked, today)
    version, number = looked.version, asked.number
    earlier, later = _neighbours(services.lookups.texts.articles(version), number)
    return ArticleShown(
        number=number,
        paragraphs=tuple(looked.article.text.splitlines()),
        of=version_shown(services, version, today),
        source=looked.article.source,
        address=address_of(services, version.title),
        note=looked.note,
        earlier=earlier,
        later=later,
        entries=citing(services, version.title, number, today),
    )


def search(services: Services, words: str, day: date, page: int = 1) -> Results:
    """A page of the articles in force on a day that speak most of what is asked."""
    page = min(max(page, 1), MOST_PAGES)
    searched = services.law_search.find(words, day, page * PER_PAGE + 1)
    if searched is None:
        return Results(ready=False)
    hits = searched.hits[(page - 1) * PER_PAGE :]
    found = (_result(services, hit, day, searched.words) for hit in hits[:PER_PAGE])
    more = len(hits) > PER_PAGE and page < MOST_PAGES
    return Results(ready=True, found=tuple(one for one in found if one), page=page, more=more)


def whole_law(
    services: Services, title: str, day: date, today: date, page: int = 1
) -> LawShown | None:
    """A law by its full title; None where the register has none of that title."""
    law = services.lookups.register.laws.get(title)
    if law is None:
        return None
    with_text = {one.adopted for one in _with_text(services, title)}
    versions = tuple(
        version_shown(services, one, today, has_text=one.adopted in with_text)
        for one in law.versions
    )
    shown = next((one for one in versions if one.version.in_force_on(day)), None)
    pages = list(_pages(services, shown.version)) if shown and shown.has_text else []
    page = min(max(page, 1), len(pages) or 1)
    last = law.versions[-1]
    return LawShown(
        title=title,
        kind=last.kind,
        issuer=last.issuer,
        address=address_of(services, title),
        where=where_to_read(services.wording, last),
        note=law.note,
        versions=versions[::-1],
        shown=shown,
        articles=pages[page - 1] if pages else (),
        pages=tuple((one[0].number, one[-1].number) for one in pages),
        page=page,
    )


def citing(services: Services, law: str, number: str, today: date) -> tuple[Entry, ...]:
    """The entries that answer today and rest on an article."""
    return tuple(
        entry
        for entry in _given(services, today)
        if any((one.law, one.article) == (law, number) for one in entry.citations)
    )


def often_cited(services: Services, today: date, most: int) -> list[str]:
    """The laws on which most of today's answers rest, by title."""
    cited = ({one.law for one in entry.citations} for entry in _given(services, today))
    counted = Counter(law for laws in cited for law in laws)
    return sorted(counted, key=lambda law: (-counted[law], law))[:most]


def address_of(services: Services, title: str) -> str:
    """The official page of a law; empty where the register has none, or none for a browser."""
    address = services.lookups.register.laws[title].address
    return address if address.startswith(("https://", "http://")) else ""


def _given(services: Services, today: date) -> tuple[Entry, ...]:
    reception = reception_now(services)
    return reception.composer.library.answering(today) if reception else ()


def _not_shown(services: Services, looked: Looked, today: date) -> NotShown:
    asked, version = looked.asked, looked.version
    out_of_force = looked.fault in (Fault.NOT_YET, Fault.NO_LONGER)
    readable = version if out_of_force else None
    if readable and asked.number not in services.lookups.texts.articles(readable):
        readable = None
    return NotShown(
        fault=looked.fault or Fault.NO_TEXT,
        told=fault_told(services.wording, looked),
        law=asked.title,
        number=asked.number,
        nearest=looked.nearest,
        meant=version,
        readable=version_shown(services, readable, today) if readable else None,
    )


def _neighbours(articles: Mapping[str, Article], number: str) -> tuple[str | None, str | None]:
    numbers = [None, *articles, None]
    place = numbers.index(number)
    return numbers[place - 1], numbers[place + 1]


def _result(services: Services, hit: Hit, day: date, words: Sequence[str]) -> Result | None:
    version = services.lookups.register.in_force(hit.law, day)
    found = services.lookups.texts.article(version, hit.article) if version else None
    if not isinstance(found, Article):
        return None
    return Result(hit.law, hit.article, excerpt(found.text, words))


def _with_text(services: Services, title: str) -> Iterator[LawVersion]:
    return (one for one in services.lookups.texts.versions() if one.title == title)


def _pages(services: Services, version: LawVersion) -> Iterator[tuple[Article, ...]]:
    """The articles of a version in pages, as many on each as a telephone loads at once."""
    link = len(quote(version.title, safe="")) + _AROUND_ARTICLE
    held: list[Article] = []
    room = PAGE_BYTES
    for one in services.lookups.texts.articles(version).values():
        takes = len(one.text.encode()) + link
        if held and takes > room:
            yield tuple(held)
            held, room = [], PAGE_BYTES
        held.append(one)
        room -= takes
    yield from islice([tuple(held)], 1 if held else 0)
