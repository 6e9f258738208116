"""Processes of one installation and the editors beside them, for tests of what is published."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from bot.bootstrap import build
from bot.editions import Editions
from bot.services import Services
from config.settings import Settings
from handlers.cases import Role, Staff
from handlers.model import Address, ChannelName, Kind, Message, Reply
from knowledge.entry import EntryId
from knowledge.overlay import Locks, Overlay
from tests.entry_texts import Clock, Hand

ENTRY = EntryId("fangchan-zufang-02")
ASKED = "房东不退押金"
TODAY = date(2026, 11, 23)


@contextmanager
def a_process(sqlite_url: str, folder: Path) -> Iterator[Services]:
    """A process of its own, as far as it matters here."""
    url, key = SecretStr(sqlite_url), SecretStr("a secret of tests, long enough for anybody")
    services = build(Settings(data_dir=folder, database_url=url, secret_key=key), Clock())
    yield services
    services.store.engine.dispose()


class Editor:
    """Two people, the one writing and the other releasing, somewhere else."""

    def __init__(self, services: Services) -> None:
        self.curator = services.curator(_Locking(services))
        with services.store.write() as records:
            self.wang = records.personnel.add("王律师", Role.LAWYER, "hash")
            self.li: Staff = records.personnel.add("李律师", Role.LAWYER, "hash")

    def release(self, before: str, after: str) -> None:
        draft = self.curator.begin(ENTRY, self.wang)
        assert before in draft.text
        text = draft.text.replace(before, after, 1)
        self.curator.save(draft.id, text, draft.saves, self.wang)
        self.curator.submit(draft.id, self.wang)
        self.curator.release(draft.id, self.li, reviewed=False)

    def retitle(self, title: str) -> None:
        text = self.curator.published(ENTRY).text
        before = next(line for line in text.splitlines() if line.startswith("title: "))
        self.release(before, f"title: {title}")


class _Locking(Hand):
    """Reads what the files have locked."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        files = services.editions.files
        cited = files.entries[ENTRY].citations
        self.rows = tuple(row for one in cited for row in files.lock.rows[one])

    def locks(self, text: str) -> Locks:
        assert text
        return Locks(self.rows)


def ask(services: Services, text: str = ASKED, key: str = "") -> Reply:
    who = Address(ChannelName.CHAT, f"resident-{key or text}")
    at = services.clock()
    return services.reception.receive(Message(who, f"c:{key or text}", Kind.TEXT, text, at))


def with_released(services: Services, released: Callable[[int | None], Overlay | None]) -> Services:
    """The same, with another way to look at what was released."""
    before = services.editions
    return replace(services, editions=Editions(before.files, before.press, released))
