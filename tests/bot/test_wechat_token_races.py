"""Many processes and threads, one token: fetched once, replaced once, held up by no dead one."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from bot.storage.engine import LOCK_SECONDS
from handlers.ports import Delivered
from tests.bot.platform_examples import Pusher, client_of, engine_of, push
from tests.fake_wechat import (
    SEND,
    STABLE_TOKEN,
    FakePlatform,
    Touch,
    hang,
    refusing,
    slow,
)
from tests.waiting import until

PROCESSES, THREADS = 4, 8
RESIDENTS = [f"o{n:027}" for n in range(PROCESSES * THREADS)]
PROMISE = 3 + 5
"""Seconds to connect and to answer."""


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        for openid in RESIDENTS:
            platform.touch(openid, Touch.MESSAGE)
        yield platform


@pytest.fixture(scope="module")
def pushers() -> Iterator[list[Pusher]]:
    """Processes for all races here, one after the other: each takes seconds to start."""
    ours = [Pusher() for _ in range(PROCESSES)]
    yield ours
    for pusher in ours:
        pusher.kill()


@pytest.fixture
def fetching(database_url: str, platform: FakePlatform) -> Iterator[Pusher]:
    """A process that is fetching a token, and waits for the platform."""
    pusher = Pusher()
    pusher.prepare(database_url, platform.url, RESIDENTS)
    pusher.wait_until_ready()
    platform.fault(STABLE_TOKEN, hang(60.0))
    pusher.go()
    until(lambda: platform.requests(STABLE_TOKEN))
    yield pusher
    pusher.kill()


def race(
    pushers: list[Pusher], database_url: str, platform: FakePlatform
) -> list[dict[str, object]]:
    """All threads of all processes push at once, each to a resident of its own."""
    for n, pusher in enumerate(pushers):
        pusher.prepare(database_url, platform.url, RESIDENTS[n::PROCESSES])
    for pusher in pushers:
        pusher.wait_until_ready()
    for pusher in pushers:
        pusher.go()
    return [outcome for pusher in pushers for outcome in pusher.outcomes()]


def kinds(outcomes: list[dict[str, object]]) -> Counter[str]:
    return Counter(f"{o['outcome']} {o['reason']}".strip() for o in outcomes)


def test_four_processes_of_eight_threads_fetch_one_token(
    pushers: list[Pusher], database_url: str, platform: FakePlatform
) -> None:
    platform.fault(STABLE_TOKEN, slow(1.0))
    outcomes = race(pushers, database_url, platform)
    assert kinds(outcomes) == {"Delivered": 32}
    assert len(platform.requests(STABLE_TOKEN)) == 1
    assert max(float(str(o["seconds"])) for o in outcomes) < PROMISE


def test_a_stolen_token_is_replaced_once(
    pushers: list[Pusher], database_url: str, platform: FakePlatform
) -> None:
    store = engine_of(database_url)
    assert push(client_of(platform, store), RESIDENTS[0]) == Delivered()
    platform.revoke_tokens()
    assert kinds(race(pushers, database_url, platform)) == {"Delivered": 32}
    assert len(platform.requests(STABLE_TOKEN)) == 2
    store.engine.dispose()


def test_a_standing_refusal_is_no_storm(
    pushers: list[Pusher], database_url: str, platform: FakePlatform
) -> None:
    platform.fault(SEND, refusing(40001, times=None))
    found = kinds(race(pushers, database_url, platform))
    # Whoever begins after the others have given up hears that no more may be forced.
    assert found["TryLater 40001"] + found["TryLater token_refused"] == 32
    asked = platform.requests(STABLE_TOKEN)
    forced = [request for request in asked if b'"force_refresh": true' in request.body]
    assert len(forced) == 1
    assert len(asked) <= 4
    assert len(platform.requests(SEND)) <= 64
    assert platform.messages() == ()


def test_a_platform_that_hands_out_no_token_is_asked_once(
    pushers: list[Pusher], database_url: str, platform: FakePlatform
) -> None:
    platform.fault(STABLE_TOKEN, refusing(40164, times=None))
    assert kinds(race(pushers, database_url, platform)) == {"Paused 40164": 32}
    assert len(platform.requests(STABLE_TOKEN)) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # ten seconds each
def test_a_process_killed_while_it_fetches_holds_up_nobody_for_long(
    fetching: Pusher, database_url: str, platform: FakePlatform
) -> None:
    fetching.kill()
    killed_at = time.monotonic()
    store = engine_of(database_url)
    client = client_of(platform, store)
    while push(client, RESIDENTS[0]) != Delivered():
        assert time.monotonic() - killed_at < 3 * PROMISE
    assert len(platform.requests(STABLE_TOKEN)) == 2
    store.engine.dispose()


@pytest.mark.usefixtures("fetching")
def test_nobody_who_writes_waits_for_a_fetch(database_url: str) -> None:
    """The only write lock of SQLite must be free while the platform thinks."""
    store = engine_of(database_url)
    began = time.monotonic()
    with store.write() as records:
        assert records.exports.counts()["messages"] == 0
    assert time.monotonic() - began < LOCK_SECONDS
    store.engine.dispose()
