"""One call: no answer but a whole JSON object without refusal is a success, and no secret shows."""

import logging
import time
import traceback

import pytest
from pydantic import SecretStr

from bot.storage.store import SqlStore
from bot.wechat import calls
from bot.wechat.calls import LARGEST_ANSWER, Fault, Wire
from bot.wechat.client import Platform, PlatformError
from tests.bot.platform_examples import WANG, client_of
from tests.bot.rude_server import SLOW_HEADS, answering, http
from tests.fake_wechat import (
    SEND,
    STABLE_TOKEN,
    FakePlatform,
    Touch,
    bad_gateway,
    hang,
    html_page,
    lost_answer,
    refusing,
    reset,
)
from tests.fake_wechat import (
    Fault as PlatformFault,
)

OK = b'{"errcode":0,"errmsg":"ok"}'
MOVED = "Location: /elsewhere\r\n"

ODD_ANSWERS = {
    "moved": (http(OK, "302 Found", more=MOVED), "http_302"),
    "moved for good": (http(OK, "301 Moved Permanently", more=MOVED), "http_301"),
    "server error with a good body": (http(OK, "500 Internal Server Error"), "http_500"),
    "too busy": (http(OK, "503 Service Unavailable"), "http_503"),
    "forbidden": (http(OK, "403 Forbidden"), "http_403"),
    "created": (http(OK, "201 Created"), "http_201"),
    "empty": (http(b""), "not_json"),
    "a page": (http(b"<html>ok</html>"), "not_json"),
    "half of it": (http(OK[:-3]), "not_json"),
    "cut off": (http(OK[:-3], length=len(OK)), "ProtocolError"),
    "cut off behind a whole object": (http(OK, length=50), "ProtocolError"),
    "bad letters": (http(b'{"errcode":0,"errmsg":"\xff"}'), "not_json"),
    "a list": (http(b"[0]"), "not_an_object"),
    "null": (http(b"null"), "not_an_object"),
    "a text": (http(b'"ok"'), "not_an_object"),
    "code as text": (http(b'{"errcode":"0"}'), "odd_errcode"),
    "code as truth": (http(b'{"errcode":false}'), "odd_errcode"),
    "code as null": (http(b'{"errcode":null}'), "odd_errcode"),
    "code as fraction": (http(b'{"errcode":0.0}'), "odd_errcode"),
    "endless number": (http(b'{"errcode":' + b"1" * 5_000 + b"}"), "not_json"),
    "deep nesting": (http(b"[" * 200_000), "not_json"),
    "too large": (http(b" " * (LARGEST_ANSWER + 1)), "too_long_an_answer"),
    "bad compression": (http(OK, more="Content-Encoding: gzip\r\n"), "DecodeError"),
    "no HTTP": (b"hello\r\n\r\n", "ConnectionError"),
    "nothing": (b"", "ConnectionError"),
}


@pytest.mark.parametrize(("answer", "code"), ODD_ANSWERS.values(), ids=ODD_ANSWERS.keys())
def test_an_odd_answer_is_no_success_and_perhaps_arrived(answer: bytes, code: str) -> None:
    with answering(answer) as url:
        assert Wire(url).ask(SEND, {}, None) == Fault(code, surely=False)


def test_a_refusal_is_sure() -> None:
    with answering(http(b'{"errcode":45015,"errmsg":"..."}')) as url:
        assert Wire(url).ask(SEND, {}, None) == Fault("45015", surely=True)


def test_a_success_is_what_was_given() -> None:
    with answering(http(OK)) as url:
        assert Wire(url).ask(SEND, {}, None) == {"errcode": 0, "errmsg": "ok"}


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_drips_is_cut_off() -> None:
    """Each byte would begin the socket's own time limit anew."""
    drops = [http(b"", length=100), *[b" "] * 30]
    began = time.monotonic()
    with answering(*drops, pause=0.5) as url:
        assert Wire(url).ask(SEND, {}, None) == Fault("too_long_an_answer", surely=False)
    assert time.monotonic() - began < calls.ANSWER_SECONDS + 5


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("head", SLOW_HEADS.values(), ids=SLOW_HEADS.keys())
def test_an_answer_that_never_begins_is_cut_off(head: list[bytes]) -> None:
    began = time.monotonic()
    with answering(*head, pause=0.3) as url:
        assert Wire(url).ask(SEND, {}, None) == Fault("ReadTimeout", surely=False)
    assert time.monotonic() - began < calls.ANSWER_SECONDS + 1.0


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://no-such-host.invalid", "http://[", "http://"]
)
def test_who_was_not_reached_has_surely_done_nothing(url: str) -> None:
    found = Wire(url).ask(SEND, {}, None)
    assert isinstance(found, Fault)
    assert found.surely


def test_half_a_character_does_not_stop_a_message() -> None:
    with answering(http(OK)) as url:
        assert Wire(url).ask(SEND, {"text": "好\ud83d"}, None) == {"errcode": 0, "errmsg": "ok"}


APP_SECRET = "swordfish-of-the-app"
FAULTS: dict[str, PlatformFault] = {
    "refused": refusing(45015),
    "wrong secret": refusing(40125),
    "token refused": refusing(40001, times=None),
    "bad gateway": bad_gateway(),
    "page": html_page(),
    "reset": reset(),
    "lost": lost_answer(),
    "silence": hang(30.0),
}


def shown(error: BaseException) -> str:
    """All that a careless log could show: the chain of errors, every frame with its locals."""
    assert error.__traceback__ is not None
    # Not the test's own frame: that knows the secrets in order to look for them.
    ours = error.__traceback__.tb_next
    told = traceback.TracebackException(type(error), error, ours, capture_locals=True)
    lines = [*told.format(chain=True), repr(error), str(error), repr(vars(error))]
    hidden = error.__context__
    return "".join(lines) + repr(hidden) + (repr(vars(hidden)) if hidden else "")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("path", [SEND, STABLE_TOKEN])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_no_fault_shows_a_secret(
    sqlite_store: SqlStore, caplog: pytest.LogCaptureFixture, path: str, fault: PlatformFault
) -> None:
    caplog.set_level(logging.DEBUG)
    with FakePlatform() as platform:
        platform.touch(WANG, Touch.MESSAGE)
        client = client_of(platform, sqlite_store)
        token = client.tokens.current().get_secret_value() if path == SEND else "95_x"
        platform.fault(path, fault)
        with pytest.raises(PlatformError) as refused:
            client.send_text(WANG, "工资")
        told = shown(refused.value) + repr(client) + caplog.text
        told += "".join(repr(vars(record)) for record in caplog.records)
    assert platform.account.app_secret not in told
    assert token not in told
    assert "access_token" not in told


def test_a_wrong_secret_is_told_without_the_secret(sqlite_store: SqlStore) -> None:
    with FakePlatform() as platform:
        client: Platform = client_of(platform, sqlite_store, secret=APP_SECRET)
        with pytest.raises(PlatformError) as refused:
            client.send_text(WANG, "工资")
    assert refused.value.code == "40125"
    assert APP_SECRET not in shown(refused.value) + repr(client)


def test_a_request_is_not_logged_whatever_the_level(caplog: pytest.LogCaptureFixture) -> None:
    """urllib3 writes whole addresses at DEBUG, and the token stands in the address."""
    caplog.set_level(logging.DEBUG)
    with answering(http(OK)) as url:
        Wire(url).ask(SEND, {}, SecretStr("95_token"))
    assert "95_token" not in caplog.text
