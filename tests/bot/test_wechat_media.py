"""Media fetched from the platform: whole or not at all, within limits, with nobody's help."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.storage.store import SqlStore
from bot.wechat import media
from bot.wechat.media import MediaSource
from handlers.attachments import EXPIRED, NO_ACCESS, TOO_LARGE, Fetched, Never, NotNow
from tests.bot.platform_examples import client_of
from tests.bot.rude_server import SLOW_HEADS, answering
from tests.fake_wechat import (
    MEDIA,
    STABLE_TOKEN,
    Account,
    AccountKind,
    FakePlatform,
    Fault,
    bad_gateway,
    busy,
    cut,
    hang,
    html_page,
    lost_answer,
    refusing,
    reset,
)

AMR = b"#!AMR\n" + bytes(5_000)
LARGEST = 10_000


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        yield platform


def source_of(platform: FakePlatform, store: SqlStore, secret: str = "") -> MediaSource:
    """As bootstrap makes it."""
    tokens = client_of(platform, store, secret=secret).tokens
    return MediaSource(
        platform.url,
        lambda: tokens.current().get_secret_value(),
        lambda refused: tokens.instead_of(SecretStr(refused)).get_secret_value(),
    )


@pytest.fixture
def source(platform: FakePlatform, sqlite_store: SqlStore) -> MediaSource:
    return source_of(platform, sqlite_store)


@pytest.fixture
def voice(platform: FakePlatform) -> str:
    return platform.keep_media(AMR, "audio/amr")


def test_a_voice_comes_whole(source: MediaSource, voice: str) -> None:
    assert source.fetch(voice, LARGEST) == Fetched(AMR)


def test_a_film_comes_from_where_the_platform_says(
    source: MediaSource, platform: FakePlatform
) -> None:
    assert source.fetch(platform.keep_film(AMR), LARGEST) == Fetched(AMR)
    [asked] = platform.requests("/films")
    assert "access_token" not in asked.query


@pytest.mark.parametrize(
    "elsewhere",
    ["http://169.254.169.254/latest", "http://evil.example/x", "file:///etc/passwd", "http://[::1"],
)
def test_a_film_is_not_fetched_from_just_anywhere(
    source: MediaSource, platform: FakePlatform, elsewhere: str
) -> None:
    assert source.fetch(platform.keep_film(AMR, at=elsewhere), LARGEST) == NotNow("not_media")


def test_after_three_days_it_is_gone(
    source: MediaSource, platform: FakePlatform, voice: str
) -> None:
    platform.shift(timedelta(days=3, seconds=1))
    assert source.fetch(voice, LARGEST) == Never(EXPIRED)


def test_what_never_was_is_gone(source: MediaSource) -> None:
    assert source.fetch("no-such-media&x=1", LARGEST) == Never(EXPIRED)


@pytest.mark.parametrize("largest", [len(AMR) - 1, 0])
def test_too_much_is_refused(source: MediaSource, voice: str, largest: int) -> None:
    assert source.fetch(voice, largest) == Never(TOO_LARGE)


def test_as_much_as_is_allowed_is_not_too_much(source: MediaSource, voice: str) -> None:
    assert source.fetch(voice, len(AMR)) == Fetched(AMR)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (busy(), NotNow("-1")),
        (bad_gateway(), NotNow("http_502")),
        (html_page(), NotNow("not_media")),
        (reset(), NotNow("ConnectionError")),
        (lost_answer(), NotNow("ConnectionError")),
        (cut(), NotNow("ProtocolError")),
        (refusing(48001), NotNow(NO_ACCESS)),
        (refusing(45009), NotNow("45009")),
        (refusing(40007), Never(EXPIRED)),
    ],
)
def test_every_answer_means_something(
    source: MediaSource, platform: FakePlatform, voice: str, fault: Fault, outcome: object
) -> None:
    platform.fault(MEDIA, fault)
    assert source.fetch(voice, LARGEST) == outcome
    assert source.fetch(voice, LARGEST) == Fetched(AMR)


def test_silence_is_left_in_time(
    source: MediaSource, platform: FakePlatform, voice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "TIME_LIMITS", (0.3, 0.3))
    platform.fault(MEDIA, hang(5.0))
    assert source.fetch(voice, LARGEST) in (NotNow("ReadTimeout"), NotNow("ConnectionError"))


def test_a_drip_is_left_in_time(
    source: MediaSource, voice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "WHOLE_SECONDS", 0.0)
    assert source.fetch(voice, LARGEST) == NotNow("too_slow")


@pytest.mark.parametrize("head", SLOW_HEADS.values(), ids=SLOW_HEADS.keys())
def test_a_head_that_drips_is_left_in_time(
    head: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "TIME_LIMITS", (1.0, 1.0))
    began = time.monotonic()
    with answering(*head, pause=0.3) as url:
        source = MediaSource(url, lambda: "token", lambda refused: refused)
        assert source.fetch("voice", LARGEST) == NotNow("ReadTimeout")
    assert time.monotonic() - began < 2.0


def test_a_replaced_token_costs_one_more_call(
    source: MediaSource, platform: FakePlatform, voice: str
) -> None:
    source.fetch(voice, LARGEST)
    platform.revoke_tokens()
    assert source.fetch(voice, LARGEST) == Fetched(AMR)
    assert len(platform.requests(STABLE_TOKEN)) <= 3


def test_a_standing_refusal_of_the_token_ends(
    source: MediaSource, platform: FakePlatform, voice: str
) -> None:
    platform.fault(MEDIA, replace(refusing(40001), times=None))
    assert source.fetch(voice, LARGEST) == NotNow("40001")
    assert len(platform.requests(MEDIA)) == 2


def test_a_wrong_secret_is_told_without_the_secret(
    platform: FakePlatform, sqlite_store: SqlStore, voice: str
) -> None:
    source = source_of(platform, sqlite_store, "swordfish")
    assert source.fetch(voice, LARGEST) == NotNow("40125")
    assert "swordfish" not in repr(source)


def test_an_account_that_may_not_has_no_access(sqlite_store: SqlStore) -> None:
    account = Account(kind=AccountKind.SUBSCRIPTION)
    with FakePlatform(account) as platform:
        voice = platform.keep_media(AMR, "audio/amr")
        assert source_of(platform, sqlite_store).fetch(voice, LARGEST) == NotNow(NO_ACCESS)


def test_a_residents_own_json_file_is_no_refusal(
    source: MediaSource, platform: FakePlatform
) -> None:
    file = platform.keep_media(b'{"name": "x"}', "application/octet-stream")
    assert source.fetch(file, LARGEST) == Fetched(b'{"name": "x"}')
