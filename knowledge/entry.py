"""One reviewed answer, the ways people ask for it, and the law it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType

EntryId = NewType("EntryId", str)
TopicId = NewType("TopicId", str)


class Status(StrEnum):
    """Where an entry stands; a published one answers residents.

    One whose review is due answers too, but says that it is being looked at again.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    REVIEW_DUE = "review_due"
    WITHDRAWN = "withdrawn"


class Risk(StrEnum):
    """What a wrong or half-understood answer may cost; decides which warning it carries."""

    ORDINARY = "ordinary"
    MONEY = "money"
    DEADLINE = "deadline"
    CRIMINAL = "criminal"
    SAFETY = "safety"


class Facet(StrEnum):
    """A follow-up that residents ask after almost any answer."""

    TIME = "time"
    PLACE = "place"
    PAPERS = "papers"
    FEE = "fee"
    REFUSAL = "refusal"


_ANSWERING = frozenset({Status.PUBLISHED, Status.REVIEW_DUE})


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
class NumberException:
    """A number of an answer that stands in no cited article, and why it may stand there.

    `number` is written as in the answer, with its unit: 三十天.
    """

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of the knowledge base, as its file gives it.

    `version` is a digest of the file, so that what was said can be shown years later. The
    answer holds from `valid_from` to `valid_until`, both days included; None is open-ended.
    `plan` names rows of the plan that it covers besides its own; `places` are the blanks for
    local facts in its text (office:司法所); `file` is where it was read, topic and id where that
    was no file; `source` is the whole text that was read.
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
    risks: tuple[Risk, ...]
    facets: Mapping[Facet, str]
    related: tuple[EntryId, ...]
    plan: tuple[str, ...]
    exceptions: tuple[NumberException, ...]
    places: tuple[str, ...]
    version: str
    file: str
    subtopic: str = ""
    source: str = field(default="", compare=False, repr=False)

    def answers_on(self, day: date) -> bool:
        """Whether residents may be given this entry on `day`."""
        if self.status not in _ANSWERING or day < self.valid_from:
            return False
        return self.valid_until is None or day <= self.valid_until

    def review_is_due(self, day: date) -> bool:
        """Whether somebody must look at it again: it is marked so, or its day has passed."""
        return self.status is Status.REVIEW_DUE or self.review_by < day

    @property
    def ways_to_ask(self) -> Sequence[str]:
        """The title and every wording: all that a question is compared with."""
        return (self.title, *self.wordings)
