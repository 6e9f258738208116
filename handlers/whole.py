"""An answer as one page: the words of the chat's messages, in their parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from handlers.compose import FACETS, Composer
from knowledge.entry import Citation, Entry, EntryId, TopicId
from knowledge.statutes.register import LawVersion
from knowledge.wording import Phrase

_AROUND_HEADINGS = "：:【】 \n"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer under the words by which the chat begins it; `name` is for addresses."""

    name: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """An article that an answer rests on, in the version that is meant on the day."""

    citation: Citation
    version: LawVersion | None


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything of an entry that residents read on a day; no blank is left in it.

    `law` is by title, in the order of the citations; `law_change` says from when on another law
    is to be looked at, empty if none is announced; `reservations` are warnings, what its review
    stands at, and the disclaimer last;
    `drafted_on` is the day to which the law was read.
    """

    id: EntryId
    topic: TopicId
    title: str
    brief: str
    parts: tuple[Part, ...]
    law: Mapping[str, tuple[Cited, ...]]
    law_change: str
    reservations: tuple[str, ...]
    drafted_on: date
    review_by: date
    related: tuple[Entry, ...]


def whole_answer(composer: Composer, entry: Entry, day: date) -> Whole:
    """The entry as of a day; of related entries those that may be given on it."""
    library = composer.library
    related = (library.entries.get(one) for one in entry.related)
    return Whole(
        id=entry.id,
        topic=entry.topic,
        title=entry.title,
        brief=library.filler.fill(entry.sections.brief, day),
        parts=_parts(composer, entry, day),
        law=_by_law(zip(entry.citations, library.law_behind(entry, day), strict=True)),
        law_change=composer.law_change(entry, day),
        reservations=composer.reservations(entry, day),
        drafted_on=entry.drafted_on,
        review_by=entry.review_by,
        related=tuple(one for one in related if one and composer.library.answers(one, day)),
    )


def _parts(composer: Composer, entry: Entry, day: date) -> tuple[Part, ...]:
    told = entry.sections
    given = [
        ("deadline", Phrase.ANSWER_DEADLINE, told.deadline),
        ("next", Phrase.ANSWER_NEXT_STEP, told.next_step),
        ("detail", Phrase.ANSWER_DETAIL, told.detail),
        *((str(facet), FACETS[facet], text) for facet, text in entry.facets.items()),
    ]
    fill = composer.library.filler.fill
    return tuple(
        Part(name, _heading(composer, phrase), fill(text, day)) for name, phrase, text in given
    )


def _by_law(
    cited: Iterable[tuple[Citation, LawVersion | None]],
) -> Mapping[str, tuple[Cited, ...]]:
    laws: dict[str, tuple[Cited, ...]] = {}
    for citation, version in cited:
        laws[citation.law] = (*laws.get(citation.law, ()), Cited(citation, version))
    return laws


def _heading(composer: Composer, phrase: Phrase) -> str:
    return composer.wording.say(phrase, text="").strip(_AROUND_HEADINGS)
