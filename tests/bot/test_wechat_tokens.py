"""The token's life: kept sealed with its end, renewed early, replaced when refused."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.storage.store import SqlStore
from bot.storage.tables import platform_tokens
from bot.storage.tokens import FORCED_IN_WINDOW, SqlTokenShelf
from bot.wechat.client import Platform
from bot.wechat.shelf import Seal
from bot.wechat.tokens import HICCUP, NOT_AGAIN_SOON, PlatformError
from handlers.ports import Delivered, TryLater
from tests.bot.platform_examples import KEY, WANG, client_of, push
from tests.bot.rude_server import answering, http
from tests.fake_wechat import (
    PLAIN_TOKEN,
    SEND,
    STABLE_TOKEN,
    FakePlatform,
    Limits,
    Touch,
    bad_gateway,
    refusing,
)

HOUR = timedelta(hours=1)
OTHER_KEY = SecretStr("another key, just as long as the first one")
SENDS = Limits(message_sends=1_000, message_window=timedelta(days=30))


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform(limits=SENDS) as platform:
        platform.touch(WANG, Touch.MESSAGE)
        yield platform


@pytest.fixture
def client(platform: FakePlatform, store: SqlStore) -> Platform:
    return client_of(platform, store)


def fetches(platform: FakePlatform) -> int:
    assert platform.requests(PLAIN_TOKEN) == ()
    return len(platform.requests(STABLE_TOKEN))


def forced(platform: FakePlatform) -> int:
    return sum(b'"force_refresh": true' in r.body for r in platform.requests(STABLE_TOKEN))


def test_a_second_process_uses_the_first_ones_token(
    client: Platform, platform: FakePlatform, store: SqlStore
) -> None:
    assert push(client) == Delivered()
    assert push(client_of(platform, store)) == Delivered()
    assert fetches(platform) == 1


def test_the_database_alone_does_not_give_the_token_away(client: Platform, store: SqlStore) -> None:
    token = client.tokens.current().get_secret_value()
    with store.engine.connect() as connection:
        [row] = connection.execute(select(platform_tokens)).all()
    assert token not in repr(row)
    assert Seal.with_key(OTHER_KEY).open(row.sealed) is None
    assert Seal.with_key(KEY).open(row.sealed) == SecretStr(token)


def test_after_a_change_of_keys_a_token_is_fetched_anew(
    client: Platform,
    platform: FakePlatform,
    store: SqlStore,
    caplog: pytest.LogCaptureFixture,
) -> None:
    push(client)
    assert push(client_of(platform, store, key=OTHER_KEY)) == Delivered()
    assert fetches(platform) == 2
    assert "platform_token_unreadable" in caplog.text


def test_a_token_is_renewed_five_minutes_before_its_end(
    client: Platform, platform: FakePlatform
) -> None:
    push(client)
    platform.shift(2 * HOUR - timedelta(seconds=310))
    push(client)
    assert fetches(platform) == 1
    platform.shift(timedelta(seconds=15))
    assert push(client) == Delivered()
    assert fetches(platform) == 2


def test_a_renewal_that_fails_is_not_noticed_while_the_old_token_works(
    client: Platform, platform: FakePlatform
) -> None:
    push(client)
    platform.shift(2 * HOUR - timedelta(seconds=200))
    platform.fault(STABLE_TOKEN, bad_gateway(times=None))
    assert [push(client) for _ in range(3)] == [Delivered()] * 3
    assert fetches(platform) == 2
    platform.shift(NOT_AGAIN_SOON)
    platform.clear_faults()
    assert push(client) == Delivered()
    assert fetches(platform) == 3


def test_who_waits_after_a_failed_fetch_does_not_fetch_for_itself(
    client: Platform, platform: FakePlatform
) -> None:
    platform.fault(STABLE_TOKEN, bad_gateway(times=None))
    assert [push(client) for _ in range(3)] == [TryLater("http_502")] * 3
    assert fetches(platform) == 1
    platform.clear_faults()
    platform.shift(HICCUP)
    assert push(client) == Delivered()


def test_a_revoked_token_is_replaced_without_force(
    client: Platform, platform: FakePlatform
) -> None:
    push(client)
    platform.revoke_tokens()
    assert push(client) == Delivered()
    assert (fetches(platform), forced(platform)) == (2, 0)


def test_a_token_that_is_handed_out_and_refused_is_replaced_by_force(
    client: Platform, platform: FakePlatform
) -> None:
    push(client)
    platform.fault(SEND, refusing(40001))
    assert push(client) == Delivered()
    assert (fetches(platform), forced(platform)) == (3, 1)


def test_a_standing_refusal_uses_up_no_more_forced_refreshes_than_allowed(
    client: Platform, platform: FakePlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.fault(SEND, refusing(40001, times=None))
    refused = set()
    for _ in range(30):
        refused.add(push(client))
        platform.shift(NOT_AGAIN_SOON)
    assert refused == {TryLater("40001"), TryLater("token_refused")}
    assert forced(platform) == FORCED_IN_WINDOW
    alarms = [r for r in caplog.records if r.message == "platform_alarm"]
    assert len(alarms) == 30
    platform.clear_faults()
    assert push(client) == Delivered()


def test_a_wrong_secret_said_as_40001_is_an_alarm_and_no_storm(
    client: Platform, platform: FakePlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.fault(STABLE_TOKEN, refusing(40001, times=None))
    assert [push(client) for _ in range(3)] == [TryLater("40001")] * 3
    assert fetches(platform) == 1
    assert [r.message for r in caplog.records] == ["platform_alarm"]


def test_a_clock_that_is_set_back_a_day_stops_nobody(
    client: Platform, platform: FakePlatform
) -> None:
    platform.fault(SEND, refusing(45009))
    push(client)
    platform.shift(timedelta(days=-1))
    assert push(client) == Delivered()


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"access_token":"","expires_in":7200}',
        b'{"access_token":17,"expires_in":7200}',
        b'{"access_token":"95_x\\r\\ny","expires_in":7200}',
        b'{"access_token":"95_x"}',
        b'{"access_token":"95_x","expires_in":0}',
        b'{"access_token":"95_x","expires_in":-1}',
        b'{"access_token":"95_x","expires_in":"soon"}',
        b'{"access_token":"' + b"9" * 10_000 + b'","expires_in":7200}',
    ],
)
def test_what_is_no_token_is_not_kept(
    platform: FakePlatform, sqlite_store: SqlStore, body: bytes
) -> None:
    with answering(http(body)) as url:
        odd = client_of(platform, sqlite_store, url=url)
        with pytest.raises(PlatformError, match="not_a_token"):
            odd.tokens.current()
    assert SqlTokenShelf(sqlite_store.engine).look(platform.account.app_id).sealed == ""


@pytest.mark.parametrize("seconds", [1, 60, 299, 300, 301])
def test_a_token_with_little_left_is_not_fetched_for_every_push(
    platform: FakePlatform, sqlite_store: SqlStore, seconds: int
) -> None:
    body = f'{{"access_token":"95_x","expires_in":{seconds}}}'.encode()
    started = platform.now()
    with answering(http(body)) as url:
        odd = client_of(platform, sqlite_store, url=url, clock=lambda: started)
        odd.tokens.current()
    kept = SqlTokenShelf(sqlite_store.engine).look(platform.account.app_id)
    assert kept.renew_at == started + timedelta(seconds=min(seconds, 60))
    assert kept.ends_at == started + timedelta(seconds=seconds)
