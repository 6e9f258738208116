"""One reviewed answer, the ways people ask for it, and the law it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

EntryId = NewType("EntryId", str)
TopicId = NewType("TopicId", str)


class Status(StrEnum):
    """Where an entry stands; only a published one answers residents."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Citation:
    """An article that an answer rests on.

    `law` is the full official title without 《》, `article` as in 第一千零四十二条.
    """

    law: str
    article: str


@dataclass(frozen=True, slots=True)
class Sections:
    """The four parts of an answer; the first three fit one message together with the law."""

    brief: str
    deadline: str
    next_step: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of the knowledge base, as its file gives it.

    `version` is a digest of the file, so that what was said can be shown years later. The
    answer holds from `valid_from` to `valid_until`, both days included; None is open-ended.
    """

    id: EntryId
    topic: TopicId
    status: Status
    title: str
    wordings: tuple[str, ...]
    sections: Sections
    citations: tuple[Citation, ...]
    valid_from: date
    valid_until: date | None
    review_by: date
    drafted_on: date
    reviewed_by: str
    version: str

    def answers_on(self, day: date) -> bool:
        """Whether residents may be given this entry on `day`."""
        if self.status is not Status.PUBLISHED or day < self.valid_from:
            return False
        return self.valid_until is None or day <= self.valid_until

    @property
    def ways_to_ask(self) -> Sequence[str]:
        """The title and every wording: all that a question is compared with."""
        return (self.title, *self.wordings)
