"""Residents get what staff released: in every process, within seconds, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.services import Services
from handlers.model import Address, ChannelName, DecisionName, Kind, Message, Reply
from tests.bot.publishers import ASKED, ENTRY, TODAY, Editor, a_process, ask


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all: making the dictionary's cache takes seconds."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def services(sqlite_url: str, folder: Path) -> Iterator[Services]:
    with a_process(sqlite_url, folder) as services:
        yield services


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
