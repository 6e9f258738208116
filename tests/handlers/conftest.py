"""A whole service without HTTP: the real store and content, a clock and a channel by hand."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

import pytest

from bot.storage.store import SqlStore
from handlers.cases import Role, Staff
from handlers.compose import Composer
from handlers.courier import Courier
from handlers.decide import Policy
from handlers.desk import Desk
from handlers.dialogue import Dialogue
from handlers.model import Address, Attachment, AttachmentKind, ChannelName, Kind, Message, Reply
from handlers.ports import Delivered, Outcome
from handlers.reception import Reception
from knowledge.commands import Commands
from knowledge.emergency import Screen
from knowledge.entry import EntryId
from knowledge.library import CONTENT, Library
from knowledge.matcher import Found, Match
from knowledge.wording import Wording
from tests.entry_texts import Office

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
GRANNY = Address(ChannelName.WECHAT, "granny")
DEPOSIT = EntryId("fangchan-zufang-02")
LATE_HOUSE = EntryId("fangchan-maifang-04")


@dataclass
class HandClock:
    """A clock that only moves when told to."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **much: float) -> None:
        self.time += timedelta(**much)


@dataclass
class HandFinder:
    """Finds what the test says: entry ids with their confidence."""

    library: Library
    finds: dict[EntryId, float] = field(default_factory=dict)
    about_law: bool = True
    broken: bool = False

    def find(self, text: str, day: date) -> Found:
        if self.broken:
            raise RuntimeError
        matches = [
            Match(
                entry, self.library.entries[entry].topic, self.library.entries[entry].title, c, ()
            )
            for entry, c in sorted(self.finds.items(), key=lambda item: -item[1])
        ]
        return Found(tuple(matches), self.about_law)


@dataclass
class HandChannel:
    """Keeps what was pushed, and answers with the outcomes that the test lines up."""

    outcomes: list[Outcome] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    rationed: bool = True

    def push(self, to: Address, text: str) -> Outcome:
        self.pushed.append(text)
        return self.outcomes.pop(0) if self.outcomes else Delivered()


@dataclass
class House:
    """The roles over one store, and the doors the test holds."""

    store: SqlStore
    clock: HandClock
    finder: HandFinder
    channel: HandChannel
    reception: Reception
    desk: Desk
    courier: Courier
    lawyer: Staff
    mediator: Staff
    admin: Staff
    spoken: int = 0

    def hear(
        self, text: str, who: Address = GRANNY, kind: Kind = Kind.TEXT, key: str = ""
    ) -> Reply:
        """What a resident gets to a text."""
        self.spoken += 1
        message = Message(who, key or f"m:{self.spoken}", kind, text, self.clock())
        return self.reception.receive(message)

    def receive(
        self, kind: AttachmentKind, text: str = "", who: Address = GRANNY, key: str = ""
    ) -> Reply:
        """What a resident gets to something other than a text."""
        self.spoken += 1
        voice = kind is AttachmentKind.VOICE
        message = Message(
            sender=who,
            key=key or f"m:{self.spoken}",
            kind=Kind.VOICE if voice else Kind.MEDIA,
            text=text,
            received_at=self.clock(),
            attachment=Attachment(kind, reference=f"media-{self.spoken}"),
        )
        return self.reception.receive(message)

    def unanswerable(self) -> None:
        """From now on nothing is found, though it is about law."""
        self.finder.finds = {}
        self.finder.about_law = True


# Read once; of the entries, which a test may take away, each house has its own.
_library = cache(Library.read)
_wording = cache(partial(Wording.read, CONTENT / "wording.yaml"))
_commands = cache(partial(Commands.read, CONTENT / "lexicon" / "commands.yaml"))
_screen = cache(partial(Screen.read, CONTENT / "lexicon" / "danger.yaml"))


@pytest.fixture
def house(sqlite_store: SqlStore) -> House:
    """A house whose finder knows one answer: 房东不退押金."""
    library = replace(_library(), entries=dict(_library().entries))
    composer = Composer(_wording(), library)
    clock, channel = HandClock(), HandChannel()
    finder = HandFinder(library, {DEPOSIT: 0.95})
    dialogue = Dialogue(_commands(), library)
    reception = Reception(
        sqlite_store, clock, ZONE, _screen(), dialogue, finder, composer, Policy()
    )
    with sqlite_store.write() as records:
        lawyer, mediator, admin = (
            records.personnel.add(name, role, "x")
            for name, role in (
                ("王律师", Role.LAWYER),
                ("李调解", Role.MEDIATOR),
                ("管理员", Role.ADMIN),
            )
        )
    courier = Courier(sqlite_store, clock, {ChannelName.WECHAT: channel}, composer)
    desk = Desk(sqlite_store, clock, ZONE, composer)
    return House(
        sqlite_store, clock, finder, channel, reception, desk, courier, lawyer, mediator, admin
    )


@pytest.fixture
def office(sqlite_store: SqlStore) -> Office:
    return Office(sqlite_store)


@pytest.fixture
def wang(office: Office) -> Staff:
    return office.hire("王律师")


@pytest.fixture
def li(office: Office) -> Staff:
    return office.hire("李律师")
