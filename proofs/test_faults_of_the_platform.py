"""Rows of the fault table: what the platform's own faults do to answers on their way."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.fake_wechat import (
    SEND,
    STABLE_TOKEN,
    FakePlatform,
    Fault,
    bad_gateway,
    busy,
    hang,
    html_page,
    lost_answer,
    refusing,
    reset,
)
from tests.fault_table import TABLE
from tests.fault_world import ARRIVES_WITHIN, World, world
from tests.waiting import until

RESIDENTS = 6
AGAIN = "tried again after 1, 3, 9, 30 s …"
WAITS = "waits, and comes with the next reply"
RENEWED = "one new token, one more try"
UNSURE = "a push whose answer got lost is repeated (ADR 6)"


@dataclass(frozen=True, slots=True)
class Case:
    """A fault of the endpoint for messages, and what is done about it."""

    name: str
    fault: Fault
    rule: str
    doubles: int = 0
    """At most so many answers are shown twice by the rule."""


CASES = (
    Case("error -1", busy(times=4), AGAIN),
    Case("error 40001", refusing(40001), RENEWED),
    Case("error 42001", refusing(42001), RENEWED),
    Case("error 45015", refusing(45015, times=None), WAITS),
    Case("error 45047", refusing(45047, times=None), WAITS),
    Case("error 48001", refusing(48001, times=None), WAITS),
    Case("error 43004", refusing(43004, times=None), WAITS),
    Case("502 with a page of HTML", bad_gateway(times=4), AGAIN),
    Case("200 with a page of HTML", html_page(times=4), AGAIN),
    Case("connection reset", reset(times=4), AGAIN),
    Case("hang of 8 s", hang(8.0, times=4), AGAIN),
    Case("carried out, answer lost", lost_answer(times=2), UNSURE, doubles=2),
)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One service for all of these; each has residents of its own."""
    with world(tmp_path_factory.mktemp("service")) as made:
        yield made


@pytest.fixture
def place(calm: World) -> Iterator[World]:
    calm.said.clear()
    yield calm
    calm.platform.clear_faults()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_of_the_platform_loses_no_answer(place: World, case: Case) -> None:
    place.ask(RESIDENTS)
    place.platform.fault(SEND, case.fault)
    place.answer_all()
    place.settle()
    assert any(request.fault for request in place.platform.requests(SEND)[-30:])
    place.platform.clear_faults()
    place.fetch_held()
    _note(place, case.name, case.rule, case.doubles)


def test_a_stolen_token_loses_no_answer(place: World) -> None:
    """Another system forces a token of its own: ours is dead between one answer and the next."""
    place.ask(RESIDENTS // 2)
    place.answer_all()
    place.settle()
    _steal_token(place.platform)
    place.ask(RESIDENTS - RESIDENTS // 2)
    place.answer_all()
    place.settle()
    assert any(request.errcode == 40001 for request in place.platform.requests(SEND)[-10:])
    _note(place, "token theft", RENEWED)


def test_used_up_calls_lose_no_answer(place: World) -> None:
    """Nobody calls for ten minutes: residents can still ask for their answer. The last one here."""
    before = len(place.platform.requests(SEND))
    place.ask(RESIDENTS)
    place.platform.fault(SEND, refusing(45009, times=None))
    place.answer_all()
    until(lambda: len(place.platform.requests(SEND)) > before, "nothing was pushed", ARRIVES_WITHIN)
    time.sleep(2)
    place.platform.clear_faults()
    place.ask_by_number()
    _note(place, "error 45009", "all pushes rest 10 min; comes at once by number")


def _steal_token(platform: FakePlatform) -> None:
    """As soon as the platform gives another one: two forced in half a minute are the same."""
    account = platform.account
    asked: dict[str, object] = {"grant_type": "client_credential", "appid": account.app_id}
    asked["secret"] = account.app_secret
    url = f"{platform.url}{STABLE_TOKEN}"
    ours = requests.post(url, json=asked, timeout=5).json()["access_token"]

    def is_stolen() -> bool:
        forced = requests.post(url, json={**asked, "force_refresh": True}, timeout=5)
        return bool(forced.json()["access_token"] != ours)

    until(is_stolen, "the platform gives no other token", ARRIVES_WITHIN)


def _note(place: World, fault: str, rule: str, doubles: int = 0) -> None:
    row = place.row(fault, rule)
    TABLE.append(row)
    print(f"\n{row.line()}")
    assert (row.lost, row.kept_twice, row.refused) == (0, 0, 0)
    assert row.answers == row.out == RESIDENTS
    assert row.shown_twice <= doubles
