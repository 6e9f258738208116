"""Residents get what staff released: in every process, within seconds, whole or not at all."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from pydantic import SecretStr

from bot import editions
from bot.bootstrap import build
from bot.editions import Editions
from bot.services import Services
from bot.storage.store import SqlStore
from config.settings import Settings
from handlers.cases import Role, Staff
from handlers.errors import Unreachable
from handlers.model import Address, ChannelName, DecisionName, Kind, Message, Reply
from knowledge.entry import EntryId
from knowledge.overlay import Locks, Overlay, Released
from tests.entry_texts import Clock, Hand

ENTRY = EntryId("fangchan-zufang-02")
ASKED = "房东不退押金"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all: making the dictionary's cache takes seconds."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def services(sqlite_url: str, folder: Path) -> Iterator[Services]:
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


def test_what_was_released_is_answered_after_the_next_look(services: Services) -> None:
    assert "押金不退咋办" not in ask(services).text
    before = services.library.version
    Editor(services).retitle("押金不退咋办")
    assert services.library.version == before, "nobody looks while a message is answered"
    services.editions.look()
    reply = ask(services, key="again")
    assert "押金不退咋办" in reply.text
    assert reply.basis is not None
    assert reply.basis.content_version == services.library.version != before
    assert services.editions.current.number == 1


def test_a_new_process_begins_with_what_was_released(services: Services) -> None:
    Editor(services).retitle("押金不退咋办")
    assert "押金不退咋办" in ask(services).text


def test_a_message_keeps_the_edition_it_began_with(services: Services) -> None:
    held = services.editions.current
    Editor(services).retitle("押金不退咋办")
    services.editions.look()
    assert services.editions.current is not held
    assert services.editions.current.matcher.built is None, "nothing was built in vain"
    assert held.library.entries[ENTRY].title == services.editions.files.entries[ENTRY].title
    parts = held.reception.dialogue.library, held.composer.library, held.reception.composer.library
    assert all(library is held.library for library in parts)


def test_the_matcher_of_the_next_edition_is_ready_before_it_is_swapped_in(
    services: Services,
) -> None:
    services.matcher.warm_up()
    Editor(services).release("wordings:\n", "wordings:\n  - 二房东卷了押金跑没影\n")
    services.editions.look()
    matcher = services.matcher.built
    assert matcher is not None
    assert matcher.find("二房东卷了押金跑没影", TODAY).matches[0].entry == ENTRY


def test_withdrawn_by_one_person_it_is_answered_no_more(services: Services) -> None:
    assert ask(services).decision is DecisionName.ANSWER
    editor = Editor(services)
    editor.curator.withdraw(ENTRY, editor.wang, "错了")
    services.editions.look()
    assert services.editions.current.library.entries[ENTRY].id == ENTRY
    reply = ask(services, key="again")
    assert reply.basis is None or reply.basis.entry != ENTRY


@pytest.mark.parametrize("changed", ["withdrawn", "corrected"])
def test_the_rest_of_an_answer_is_not_read_on_once_it_is_withdrawn(
    services: Services, changed: str
) -> None:
    who = Address(ChannelName.CHAT, "who reads on")

    def said(text: str) -> Reply:
        return services.reception.receive(Message(who, text, Kind.TEXT, text, services.clock()))

    assert said(ASKED).offer.rest
    editor = Editor(services)
    if changed == "withdrawn":
        editor.curator.withdraw(ENTRY, editor.wang, "错了")
    else:
        editor.retitle("押金不退咋办")
    services.editions.look()
    more = said("更多")
    assert "改过或者撤下" in more.text
    assert not more.offer.rest


def with_released(services: Services, released: Callable[[int | None], Overlay | None]) -> Services:
    """The same, with another way to look at what was released."""
    before = services.editions
    return replace(services, editions=Editions(before.files, before.press, released))


def test_a_process_that_starts_without_a_database_answers_nothing_until_it_has_looked(
    services: Services,
) -> None:
    """Something may have been withdrawn: the files alone would not know."""
    Editor(services).retitle("押金不退咋办")
    away = Event()
    away.set()
    real = services.editions.released

    def released(known: int | None) -> Overlay | None:
        if away.is_set():
            raise Unreachable("database: away")
        return real(known)

    started = with_released(services, released)
    assert started.library is started.editions.files
    assert started.screen.look("救命，他拿刀砍我") is not None
    with pytest.raises(Unreachable):
        ask(started)
    started.editions.look()
    away.clear()
    assert "押金不退咋办" in ask(started).text
    away.set()
    started.editions.look()
    assert "押金不退咋办" in ask(started, key="again").text, "the edition at hand stays"


def test_what_cannot_be_made_into_an_edition_leaves_the_one_before(services: Services) -> None:
    good = services.editions.current
    editor = Editor(services)
    editor.retitle("押金不退咋办")
    broken = with_released(services, lambda _: Overlay(1, (None,)))  # type: ignore[arg-type]
    broken.editions._current, broken.editions._number = good, 0
    broken.editions.look()
    assert broken.editions.behind
    assert broken.editions.current is good
    broken.editions.released = services.editions.released
    broken.editions.look()
    assert not broken.editions.behind
    assert broken.library.entries[ENTRY].title == "押金不退咋办"


def test_where_there_is_no_edition_before_nothing_is_answered(services: Services) -> None:
    started = with_released(services, lambda _: Overlay(1, (None,)))  # type: ignore[arg-type]
    assert ask(started).decision is not DecisionName.ANSWER
    assert not started.library.entries


def test_whoever_is_slow_does_not_bring_an_older_edition_back(services: Services) -> None:
    file = services.editions.files.entries[ENTRY]
    texts = [file.source.replace(file.title, f"第{n}版") for n in (1, 2)]
    first, second = (
        Overlay(n, (Released(ENTRY, file.topic, text, file.version, n),))
        for n, text in enumerate(texts, start=1)
    )
    slow, newer = Event(), Event()
    answers = iter([first, second])

    def released(known: int | None) -> Overlay | None:
        if known == 2:
            return None
        mine = next(answers, second)
        if mine is first:
            slow.set()
            newer.wait(10)
        return mine

    started = with_released(services, released)
    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(started.editions.look)
        assert slow.wait(10)
        started.editions.look()
        assert started.library.entries[ENTRY].title == "第2版"
        newer.set()
        late.result(10)
    assert started.library.entries[ENTRY].title == "第2版"


def test_a_text_that_came_into_the_files_is_noted(
    services: Services, sqlite_store: SqlStore
) -> None:
    Editor(services).retitle("押金不退咋办")
    services.editions.look()
    library = services.library
    deployed = replace(
        services.editions.files,
        entries={**services.editions.files.entries, ENTRY: library.entries[ENTRY]},
    )
    before = services.editions
    new = Editions(deployed, before.press, before.released)
    new.look()
    assert new.current.library is deployed
    with new.beside():
        new._absorb()
    with sqlite_store.read() as records:
        assert [one.absorbed for one in records.revisions.newest()] == [True]
    later = replace(deployed.entries[ENTRY], title="后来改的", source="later", version="later")
    after = replace(deployed, entries={**deployed.entries, ENTRY: later})
    assert Editions(after, before.press, before.released).current.library is after


def test_a_database_that_hangs_holds_up_no_stop(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(editions, "STOPS_WITHIN", 0.1)
    asked, over = Event(), Event()

    def hangs(_: int | None) -> Overlay | None:
        asked.set()
        over.wait(20)
        raise Unreachable("database: silent")

    began = monotonic()
    with with_released(services, hangs).editions.beside():
        assert asked.wait(10)
    over.set()
    assert monotonic() - began < 10


def test_commands_look_once_and_make_no_file(tmp_path: Path) -> None:
    services = build(Settings(data_dir=tmp_path / "var", secret_key=SecretStr("x" * 40)))
    assert services.library is services.editions.files
    assert services.editions.settled().number == 0
    assert not list(tmp_path.rglob("*.sqlite3")) + list(tmp_path.rglob("*.db"))
