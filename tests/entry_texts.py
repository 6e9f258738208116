"""Texts of entries, and a proof by hand, for tests of editing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bot.storage.store import SqlStore
from handlers.cases import Role, Staff
from handlers.curator import Curator
from handlers.revisions import Act, Revision
from knowledge.entry import EntryId
from knowledge.overlay import Locks, TextFault
from knowledge.statutes.lock import Locked

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DOGS = EntryId("linli-gou-01")

TEXT = """---
id: linli-gou-01
topic: linli
status: published
title: 邻居家狗咬人谁赔
valid_from: 2021-01-01
valid_until:
review_by: 2027-11-23
drafted_on: 2026-11-23
reviewed_by: 李律师
risk: [money]
citations:
  - law: 中华人民共和国民法典
    article: 第一千二百四十五条
wordings:
  - 邻居家狗咬人谁赔
---
## 简答
养狗的人赔。
## 期限
三年内。
## 下一步
1. 去打疫苗。
## 详细
留好票据。
"""


ROW = Locked(
    title="中华人民共和国民法典",
    adopted=date(2020, 5, 28),
    article="第一千二百四十五条",
    effective_from=date(2021, 1, 1),
    effective_until=None,
    sha256="0" * 64,
    numbers=("三年",),
    read_on=date(2026, 11, 23),
    source="flk.npc.gov.cn",
)


def worded(brief: str, text: str = TEXT) -> str:
    """The text with another short answer."""
    return text.replace("养狗的人赔。", brief)


BETTER = worded("养狗的人赔医药费。")


@dataclass
class Hand:
    """A proof that finds what it is told to find, and notes what it was asked."""

    found: list[TextFault] = field(default_factory=list)
    unread: list[TextFault] = field(default_factory=list)
    asked: list[tuple[str, EntryId]] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None
    """Happens once while a text is proven."""

    def faults(self, text: str, as_entry: EntryId) -> Sequence[TextFault]:
        self.asked.append((text, as_entry))
        if (happens := self.meanwhile) is not None:
            self.meanwhile = None
            happens()
        return self.found

    def locks(self, text: str) -> Locks:
        return Locks((), tuple(self.unread))


@dataclass
class Clock:
    """A second later each time."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Office:
    """A curator, the files as a test has them, and who works there."""

    store: SqlStore
    proof: Hand = field(default_factory=Hand)
    files: dict[EntryId, str] = field(default_factory=lambda: {DOGS: TEXT})
    clock: Clock = field(default_factory=Clock)

    @property
    def curator(self) -> Curator:
        return Curator(
            store=self.store,
            clock=self.clock,
            proof=self.proof,
            file_text=lambda entry: self.files.get(entry, ""),
        )

    def hire(self, name: str, role: Role = Role.LAWYER) -> Staff:
        with self.store.write() as records:
            return records.personnel.named(name) or records.personnel.add(name, role, "hash")


def submitted(office: Office, author: Staff, text: str = BETTER) -> Revision:
    draft = office.curator.begin(DOGS, author)
    saved = office.curator.save(draft.id, text, draft.saves, author)
    return office.curator.submit(saved.id, author)


def acts(office: Office, revision: Revision) -> list[Act]:
    return [event.act for event in office.curator.events(revision.id)]
