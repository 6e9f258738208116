"""An entry and a revision as pages show them: worked out for the templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.editions import Edition
from bot.web.editing.room import ArticleBeside, Workroom, topics
from bot.web.editing.shelf import Care, care_for
from handlers.rehearsal import HitTest, Rehearsal, room_of
from handlers.revisions import (
    OPEN,
    WROTE,
    Published,
    Revision,
    RevisionEvent,
    RevisionState,
)
from knowledge.differences import Difference, differences
from knowledge.entry import Citation, Entry, EntryId
from knowledge.entryfile import EntryForm, form_of
from knowledge.errors import ContentError


@dataclass(frozen=True, slots=True)
class PhonePicture:
    """What a resident gets, message by message; `room` are the bytes left in the first.

    `room` is less than 0 where the first message is too long: then it is shown in pieces.
    """

    parts: Sequence[str]
    room: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """A release in the history of an entry, with what it changed against the one before."""

    revision: Revision
    events: Sequence[RevisionEvent]
    changed: Sequence[Difference]
    is_now: bool


@dataclass(frozen=True, slots=True)
class EntryPicture:
    """An entry as published, its law, and how it came about.

    `edition` is the publication that this process answers with. `entry` is None where the
    published text cannot be read: it answers nobody.
    """

    id: EntryId
    topic: str
    published: Published
    entry: Entry | None
    form: EntryForm
    phone: PhonePicture
    articles: Sequence[ArticleBeside]
    lapsed: frozenset[tuple[str, str]]
    care: Sequence[Care]
    answers: bool
    history: Sequence[Chapter]
    open: Sequence[Revision]
    has_file: bool
    edition: int
    day: date


@dataclass(frozen=True, slots=True)
class RevisionPicture:
    """A revision for whoever judges it: what changed, what it does, who wrote it.

    `outdated`: residents get another text by now than it was begun from; `theirs` is what
    changed there meanwhile.
    """

    revision: Revision
    topic: str
    form: EntryForm
    published: Published | None
    changed: Sequence[Difference]
    theirs: Sequence[Difference]
    outdated: bool
    rehearsal: Rehearsal
    hits: HitTest | None
    phone: PhonePicture
    articles: Sequence[ArticleBeside]
    strangers: Sequence[Citation]
    events: Sequence[RevisionEvent]
    writers: Sequence[str]
    wrote_it: bool
    edition: int


def entry_picture(room: Workroom, name: EntryId) -> EntryPicture:
    """An entry as it is published. Raises NotFound."""
    edition, day = room.edition(), room.services.day()
    curator = room.curator
    published = curator.published(name)
    entry = edition.library.entries.get(name)
    form = form_or_empty(published.text)
    lapsed = edition.library.lapsed(entry, day) if entry else ()
    file_text = curator.file_text(name)
    return EntryPicture(
        id=name,
        topic=topics().get(form.topic, form.topic),
        published=published,
        entry=entry,
        form=form,
        phone=_phone_of(edition, entry, day) if entry else PhonePicture((), 0),
        articles=room.articles(form),
        lapsed=frozenset((one.law, one.article) for one in lapsed),
        care=care_for(edition.library, entry, day) if entry else (),
        answers=entry is not None and edition.library.answers(entry, day),
        history=_history(room, name, published, file_text),
        open=[one for one in curator.open_revisions(name) if one.state in OPEN],
        has_file=bool(file_text),
        edition=edition.number,
        day=day,
    )


def revision_picture(
    room: Workroom, revision: Revision, reader: int, *, tests: bool
) -> RevisionPicture:
    """A revision with all that is known of it; `tests`: its wordings are tried too."""
    published = room.published(revision.entry)
    form = form_or_empty(revision.text)
    now = form_or_empty(published.text) if published else EntryForm()
    events = room.curator.events(revision.id)
    wrote = [event.staff for event in events if event.act in WROTE]
    rehearsal = room.rehearse(revision.text, revision.entry)
    version = published.version if published else ""
    outdated = revision.state in OPEN and revision.base != version
    return RevisionPicture(
        revision=revision,
        topic=topics().get(revision.topic, revision.topic),
        form=form,
        published=published,
        changed=differences(_before(room, revision, now), form),
        theirs=differences(_base(room, revision), now) if outdated else (),
        outdated=outdated,
        rehearsal=rehearsal,
        hits=rehearsal.hit_test() if tests else None,
        phone=PhonePicture(rehearsal.parts(), rehearsal.room()),
        articles=room.articles(form),
        strangers=room.strangers(rehearsal.trial.entry),
        events=events,
        writers=list(dict.fromkeys(one.name for one in wrote)),
        wrote_it=any(one.id == reader for one in wrote),
        edition=room.services.editions.current.number,
    )


def form_or_empty(text: str) -> EntryForm:
    """The form of a text; an empty one where it has no head that can be read."""
    try:
        return form_of(text)
    except ContentError:
        return EntryForm()


def _before(room: Workroom, revision: Revision, now: EntryForm) -> EntryForm:
    """What a revision is compared with: what residents get, or for a released one got before."""
    if revision.state is RevisionState.RELEASED:
        return _base(room, revision)
    return now


def _base(room: Workroom, revision: Revision) -> EntryForm:
    """The text that a revision was begun from; empty where it is known no more."""
    return form_or_empty(room.earlier(revision.entry, revision.base))


def _history(room: Workroom, name: EntryId, published: Published, file_text: str) -> list[Chapter]:
    """Every release, the newest first, each against the one before or the file."""
    released = list(room.curator.history(name))
    texts = [*(one.text for one in released), file_text]
    now = published.revision.id if published.revision else None
    return [
        Chapter(
            one,
            room.curator.events(one.id),
            differences(form_or_empty(texts[at + 1]), form_or_empty(one.text)),
            one.id == now,
        )
        for at, one in enumerate(released)
    ]


def _phone_of(edition: Edition, entry: Entry, day: date) -> PhonePicture:
    composer = edition.composer
    return PhonePicture(composer.entry_parts(entry, day), room_of(entry, composer, day))
