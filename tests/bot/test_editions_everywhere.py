"""Two web processes, and somebody who releases in a third: residents of both get it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from config.settings import Settings
from knowledge.entry import EntryId
from knowledge.library import Library
from knowledge.overlay import Locks
from tests.bot.site import Visitor
from tests.entry_texts import Hand, Office
from tests.running import Running, running

ENTRY = EntryId("fangchan-zufang-02")
ASKED = "房东不退押金"
WITHIN = 20.0
"""Seconds for what takes one or two on a quiet machine."""
TOKEN = "a metrics token of tests"
FILES = Library.read()


class _Locking(Hand):
    def locks(self, text: str) -> Locks:
        assert text
        cited = FILES.entries[ENTRY].citations
        return Locks(tuple(row for one in cited for row in FILES.lock.rows[one]))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("editions")
    with running(
        folder, WEB_WORKERS="2", CHAT_NEWCOMERS_PER_MINUTE="1000", METRICS_TOKEN=TOKEN
    ) as service:
        yield service


@pytest.fixture
def office(service: Running) -> Iterator[Office]:
    """The editors' process: this one, over the same database."""
    engine = make_engine(Settings(data_dir=service.folder / "var").database)
    source = FILES.entries[ENTRY].source
    yield Office(SqlStore(engine), _Locking(), {ENTRY: source})
    engine.dispose()


def web_processes(service: Running) -> list[int]:
    """Those that answer: children of gunicorn, which is a child of what we started."""
    assert service.process is not None
    until = time.monotonic() + WITHIN
    while True:  # the first one may say that the service is ready
        found = [grand for child in _children(service.process.pid) for grand in _children(child)]
        if len(found) == 2:
            return found
        assert time.monotonic() < until, found
        time.sleep(0.05)


def _children(process: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextmanager
def asleep(process: int) -> Iterator[None]:
    """While it sleeps the other one answers."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def both_say(service: Running, words: str, *, said: bool = True) -> None:
    """Waits until each process answers with these words, or without; no longer than allowed."""
    until = time.monotonic() + WITHIN
    for process in web_processes(service):
        with asleep(process):
            while (words in answer(service)) is not said:
                assert time.monotonic() < until, words
                time.sleep(0.1)


def answer(service: Running) -> str:
    visitor = Visitor(service.url)
    text = visitor.say(ASKED)["text"]
    assert isinstance(text, str)
    return text


def test_both_processes_answer_with_what_was_released_elsewhere(
    service: Running, office: Office
) -> None:
    curator, wang, li = office.curator, office.hire("王律师"), office.hire("李律师")
    title = FILES.entries[ENTRY].title
    both_say(service, title)
    draft = curator.begin(ENTRY, wang)
    curator.save(draft.id, draft.text.replace(title, "押金不退咋办", 1), draft.saves, wang)
    curator.submit(draft.id, wang)
    curator.release(draft.id, li, reviewed=False)
    both_say(service, "押金不退咋办")
    ready = requests.get(f"{service.url}/readyz", timeout=5).json()
    assert ready["edition"] == 1
    assert "押金不退咋办" in service.flask("ask", ASKED), "commands see what is published"
    curator.withdraw(ENTRY, li, "错了")
    both_say(service, "押金不退咋办", said=False)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    figures = requests.get(f"{service.url}/metrics", headers=bearer, timeout=5).text
    assert "faxiaomei_publication 2.0" in figures
    assert "faxiaomei_edition 2.0" in figures
    assert "withdrawn" in service.flask("knowledge", "list")
