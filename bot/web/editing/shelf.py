"""The list of entries: what waits for a second person, one's own drafts, what needs care."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import ceil
from pathlib import Path

from bot.web.editing.room import Workroom, topics
from handlers.cases import Staff
from handlers.revisions import Revision, RevisionState
from knowledge.entry import Entry, EntryId, Status
from knowledge.library import Library
from knowledge.normal import normalise

ROWS = 30
"""Entries on one page."""


class Care(StrEnum):
    """Why somebody should look at an entry."""

    LAPSED = "lapsed"
    EXPIRED = "expired"
    REVIEW_DUE = "review_due"
    WITHDRAWN = "withdrawn"
    DRAFT = "draft"
    NOT_REVIEWED = "not_reviewed"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of the list; `changed` is when and by whom it was released here, if it was."""

    entry: Entry
    topic: str
    care: Sequence[Care]
    changed_at: datetime | None
    changed_by: str
    open: Sequence[Revision]


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for in the list."""

    words: str = ""
    topic: str = ""
    care: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListPicture:
    """One page of the list with what stands above it.

    `broken` are entries that cannot be read and answer nobody; `behind`: what was released last
    could not be taken over, and residents get what there was before.
    """

    waiting: Sequence[Revision]
    mine: Sequence[Revision]
    others: Sequence[Revision]
    rows: Sequence[Row]
    sought: Sought
    topics: Mapping[str, str]
    cares: Mapping[Care, int]
    total: int
    found: int
    pages: int
    broken: Sequence[str]
    behind: bool


def list_picture(room: Workroom, staff: Staff, sought: Sought) -> ListPicture:
    """The list as a page shows it; a page behind the last shows the last."""
    library = room.edition().library
    day = room.services.day()
    opened = room.curator.open_revisions()
    newest = {one.entry: one for one in room.curator.newest()}
    cares = {name: care_for(library, entry, day) for name, entry in library.entries.items()}
    found = list(_found(library, sought, cares))
    pages = max(1, ceil(len(found) / ROWS))
    first = (min(sought.page, pages) - 1) * ROWS
    rows = [
        Row(
            entry,
            topics().get(entry.topic, entry.topic),
            cares[entry.id],
            newest[entry.id].released_at if entry.id in newest else None,
            _name(newest[entry.id]) if entry.id in newest else "",
            [one for one in opened if one.entry == entry.id],
        )
        for entry in found[first : first + ROWS]
    ]
    waiting = [one for one in opened if one.state is RevisionState.SUBMITTED]
    drafts = [one for one in opened if one.state is RevisionState.DRAFT]
    return ListPicture(
        waiting=sorted(waiting, key=lambda one: one.author.id == staff.id),
        mine=[one for one in drafts if one.author.id == staff.id],
        others=[one for one in drafts if one.author.id != staff.id],
        rows=rows,
        sought=sought,
        topics={one: topics().get(one, one) for one in _topics_of(library)},
        cares={care: sum(care in of_one for of_one in cares.values()) for care in Care},
        total=len(library.entries),
        found=len(found),
        pages=pages,
        broken=sorted({Path(fault.file).stem for fault in library.faults}),
        behind=room.services.editions.behind,
    )


def care_for(library: Library, entry: Entry, day: date) -> tuple[Care, ...]:
    """Why an entry needs somebody, the most urgent first."""
    if entry.status is Status.WITHDRAWN:
        return (Care.WITHDRAWN,)
    needs = {
        Care.LAPSED: bool(library.lapsed(entry, day)),
        Care.EXPIRED: entry.valid_until is not None and entry.valid_until < day,
        Care.REVIEW_DUE: entry.review_is_due(day),
        Care.DRAFT: entry.status is Status.DRAFT,
        Care.NOT_REVIEWED: not entry.reviewed_by,
    }
    return tuple(care for care, is_so in needs.items() if is_so)


def _found(
    library: Library, sought: Sought, cares: Mapping[EntryId, Sequence[Care]]
) -> Iterator[Entry]:
    """What is sought, what needs care most urgently first."""
    words = normalise(sought.words).split()
    for entry in sorted(library.entries.values(), key=lambda one: _urgency(cares[one.id])):
        if sought.topic not in ("", entry.topic):
            continue
        if sought.care and sought.care not in cares[entry.id]:
            continue
        if all(word in _all_text(entry) for word in words):
            yield entry


def _urgency(cares: Sequence[Care]) -> int:
    urgent = (Care.LAPSED, Care.EXPIRED, Care.REVIEW_DUE)
    return min((urgent.index(one) for one in cares if one in urgent), default=len(urgent))


def _all_text(entry: Entry) -> str:
    said = (entry.sections.brief, entry.sections.detail, *entry.wordings)
    laws = (f"{cited.law}{cited.article}" for cited in entry.citations)
    return normalise(" ".join((entry.id, entry.title, *said, *laws)))


def _topics_of(library: Library) -> list[str]:
    used = {str(entry.topic) for entry in library.entries.values()}
    return [*(one for one in topics() if one in used), *sorted(used - set(topics()))]


def _name(revision: Revision) -> str:
    return revision.released_by.name if revision.released_by else ""
