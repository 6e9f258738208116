"""Editions where something goes wrong: no database, a text that nobody can make, hanging looks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from pydantic import SecretStr

from bot import editions
from bot.bootstrap import build
from bot.editions import Editions
from bot.late import LateMatcher
from bot.services import Services
from bot.storage.store import SqlStore
from config.settings import Settings
from handlers.errors import Unreachable
from handlers.model import DecisionName
from knowledge.library import Library
from knowledge.overlay import Overlay, Released
from tests.bot.publishers import ENTRY, Editor, a_process, ask, with_released


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all: making the dictionary's cache takes seconds."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def services(sqlite_url: str, folder: Path) -> Iterator[Services]:
    with a_process(sqlite_url, folder) as services:
        yield services


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


def test_what_cannot_be_made_is_not_said_in_its_old_words_either(services: Services) -> None:
    file = services.editions.files.entries[ENTRY]
    text = file.source.replace(file.title, "做不成的一版")
    editions = with_released(
        services, lambda _: Overlay(1, (Released(ENTRY, file.topic, text, file.version, 1),))
    ).editions
    make = editions.press.make_matcher

    def fails(library: Library, before: LateMatcher | None) -> LateMatcher:
        if library.entries.get(ENTRY, file).title != file.title:
            raise RuntimeError
        return make(library, before)

    editions.press = replace(editions.press, make_matcher=fails)
    good = services.editions.current
    editions._current, editions._number = good, 0
    editions.look()
    assert editions.behind
    assert good.library.entries.keys() - editions.current.library.entries.keys() == {ENTRY}


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
