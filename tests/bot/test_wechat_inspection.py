"""`flask wechat check` against a healthy account and every broken one, over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from bot.clock import now
from bot.commands.wechat import _told, _words
from bot.wechat.findings import Finding, Verdict
from bot.wechat.inspection import inspect_account
from config.settings import AccountKind, MessageMode, Settings
from tests.bot.rude_server import SLOW_HEADS, answering, http
from tests.fake_wechat import (
    PLAIN_TOKEN,
    SEND,
    STABLE_TOKEN,
    TYPING,
    Account,
    FakePlatform,
    Fault,
    bad_gateway,
    hang,
    html_page,
    random_aes_key,
    refusing,
    reset,
)
from tests.fake_wechat import AccountKind as FakeKind
from tests.running import Running, free_port

TOKEN = "token4tests"
AES_KEY = random_aes_key()
SOURCES = ("wechat/findings", "wechat/inspection", "commands/wechat")


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        yield platform


@pytest.fixture(scope="module")
def service(platform: FakePlatform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    port = free_port()
    settings = platform.settings() | {
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_ENCODING_AES_KEY": AES_KEY,
        "WECHAT_MESSAGE_MODES": "safe",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
    }
    service = Running(tmp_path_factory.mktemp("service"), settings, port)
    service.start()
    yield service
    service.stop()


@pytest.fixture(autouse=True)
def no_faults(platform: FakePlatform) -> Iterator[None]:
    yield
    platform.clear_faults()


def settings(platform: FakePlatform, **changed: Any) -> Settings:
    account = platform.account
    given: dict[str, Any] = {
        "wechat_token": SecretStr(TOKEN),
        "wechat_app_id": account.app_id,
        "wechat_app_secret": SecretStr(account.app_secret),
        "wechat_original_id": account.original_id,
        "wechat_encoding_aes_key": SecretStr(AES_KEY),
        "wechat_message_modes": frozenset({MessageMode.SAFE}),
        "wechat_api_base_url": platform.url,
    }
    return Settings(**(given | changed))


def findings(platform: FakePlatform, **changed: Any) -> dict[str, Finding]:
    found = list(inspect_account(settings(platform, **changed), now))
    for finding in found:
        assert "{" not in _told(finding)
    return {finding.subject: finding for finding in found}


def verdict(found: dict[str, Finding], subject: str) -> tuple[Verdict, str]:
    return found[subject].verdict, found[subject].code


def test_a_healthy_account_is_told_line_by_line(service: Running) -> None:
    lines = service.flask_whatever("wechat", "check", "--json")
    found = {line["subject"]: line for line in map(json.loads, lines.stdout.splitlines())}
    verdicts = {subject: line["verdict"] for subject, line in found.items()}
    # Over plain http the address is rightly told as bad; the signature is checked all the same.
    assert verdicts == {
        **dict.fromkeys(("token_setting", "app_id", "app_secret", "original_id"), "ok"),
        **dict.fromkeys(("aes_key", "modes", "access_token", "clock", "push"), "ok"),
        **dict.fromkeys(("callback_addresses", "forgery", "spool"), "ok"),
        **dict.fromkeys(("menu", "api_address", "third_parties"), "unknown"),
        "public_address": "ok",
    }


def test_words_on_the_terminal_and_a_bad_line_is_exit_one(service: Running) -> None:
    done = service.flask_here_whatever("wechat", "check")
    assert done.exit_code == 1
    assert "有误  公开地址：端口是" in done.stdout
    assert "正常  接口凭证：能取到。" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("正常 ")


def test_nothing_wrong_is_exit_zero(service: Running) -> None:
    """Without the public address, which needs https to be right."""
    quiet = Running(service.folder, {**service.environment, "PUBLIC_BASE_URL": ""})
    done = quiet.flask_whatever("wechat", "check")
    assert done.returncode == 0, done.stdout


def test_without_wechat_settings_it_says_so(tmp_path: Path) -> None:
    done = Running(tmp_path, {}).flask_here_whatever("wechat", "check")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "WECHAT_TOKEN" in done.stderr


def test_no_secret_is_shown(service: Running, platform: FakePlatform) -> None:
    platform.fault(STABLE_TOKEN, refusing(40125))
    done = service.flask_whatever("wechat", "check")
    told = done.stdout + done.stderr
    for secret in (TOKEN, AES_KEY, platform.account.app_secret, "access_token="):
        assert secret not in told


def test_it_sends_nothing_and_replaces_no_token(platform: FakePlatform) -> None:
    before = len(platform.requests())
    findings(platform)
    asked = platform.requests()[before:]
    assert {request.path for request in asked}.isdisjoint({SEND, PLAIN_TOKEN})
    assert all(b'"force_refresh": true' not in request.body for request in asked)
    assert platform.messages() == ()


@pytest.mark.parametrize("code", [40013, 40125, 40164, 61004, 89503, 40243, 45009, 45011])
def test_each_refusal_of_a_token_has_its_advice(platform: FakePlatform, code: int) -> None:
    platform.fault(STABLE_TOKEN, refusing(code))
    found = findings(platform)
    assert verdict(found, "access_token") == (Verdict.BAD, str(code))
    assert verdict(found, "push") == (Verdict.UNKNOWN, "no_access")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (bad_gateway(), "http_502"),
        (html_page(), "not_json"),
        (reset(), "ConnectionError"),
        (refusing(-1), "-1"),
        (hang(3.0), "ReadTimeout"),
    ],
)
def test_a_platform_that_does_not_answer_is_told(
    platform: FakePlatform, fault: Fault, code: str
) -> None:
    platform.fault(STABLE_TOKEN, fault)
    found = findings(platform)["access_token"]
    assert (found.verdict, found.code, found.blanks["code"]) == (Verdict.BAD, "other", code)


ODD_PLATFORMS = {
    "drips": (SLOW_HEADS["always going on"], "ReadTimeout"),
    "endless": ([http(b" " * 2_000_000)], "TooMuchError"),
    "deep": ([http(b"[" * 200_000)], "not_json"),
    "another calendar": ([http(b"{}", more="Date: Mon, 01 Jan 0001 00:00:00 +0100\r\n")], "0"),
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("pieces", "code"), ODD_PLATFORMS.values(), ids=ODD_PLATFORMS.keys())
def test_whatever_answers_instead_of_the_platform_the_check_ends(
    platform: FakePlatform, pieces: list[bytes], code: str
) -> None:
    with answering(*pieces, pause=0.3) as url:
        found = findings(platform, wechat_api_base_url=url)["access_token"]
    assert (found.verdict, found.blanks["code"]) == (Verdict.BAD, code)


def test_a_wrong_secret_is_told(platform: FakePlatform) -> None:
    found = findings(platform, wechat_app_secret=SecretStr("swordfish"))
    assert verdict(found, "access_token") == (Verdict.BAD, "40125")


@pytest.mark.parametrize("kind", list(AccountKind))
@pytest.mark.parametrize("set_to", list(AccountKind))
def test_what_the_account_may_is_compared_with_what_is_set(
    kind: AccountKind, set_to: AccountKind
) -> None:
    with FakePlatform(Account(kind=FakeKind(kind))) as platform:
        found = findings(platform, wechat_account_kind=set_to)["push"]
    assert (found.verdict is Verdict.OK) == (kind.may_push == set_to.may_push)


def test_a_permission_that_cannot_be_seen_is_unknown(platform: FakePlatform) -> None:
    platform.fault(TYPING, bad_gateway())
    assert verdict(findings(platform), "push") == (Verdict.UNKNOWN, "unclear")


@pytest.mark.parametrize(("off", "expected"), [(30, "right"), (-30, "right"), (300, "wrong")])
def test_a_clock_that_is_wrong_is_told(platform: FakePlatform, off: int, expected: str) -> None:
    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=off)

    found = {one.subject: one for one in inspect_account(settings(platform), clock)}
    assert found["clock"].code == expected


@pytest.mark.parametrize(
    ("changed", "subject", "expected"),
    [
        ({"wechat_token": SecretStr("with space")}, "token_setting", (Verdict.BAD, "misshapen")),
        ({"wechat_app_id": "gh_1"}, "app_id", (Verdict.BAD, "misshapen")),
        ({"wechat_app_secret": None}, "app_secret", (Verdict.BAD, "missing")),
        ({"wechat_original_id": ""}, "original_id", (Verdict.UNKNOWN, "missing")),
        ({"wechat_original_id": "wx1"}, "original_id", (Verdict.BAD, "misshapen")),
        ({"wechat_message_modes": frozenset(MessageMode)}, "modes", (Verdict.UNKNOWN, "plain")),
        (
            {
                "wechat_encoding_aes_key": None,
                "wechat_message_modes": frozenset({MessageMode.COMPATIBLE, MessageMode.SAFE}),
            },
            "modes",
            (Verdict.BAD, "no_key"),
        ),
    ],
)
def test_a_setting_that_cannot_be_right_is_told(
    platform: FakePlatform, changed: dict[str, Any], subject: str, expected: tuple[Verdict, str]
) -> None:
    assert verdict(findings(platform, **changed), subject) == expected


def test_nobody_at_the_public_address_is_told(platform: FakePlatform) -> None:
    found = findings(platform, public_base_url=f"http://127.0.0.1:{free_port()}")
    assert found["public_address"].code == "no_echo"
    assert found["public_address"].blanks["status"] == "ConnectionError"


def test_another_token_at_the_public_address_is_told(
    platform: FakePlatform, service: Running
) -> None:
    other = SecretStr("another0token")
    found = findings(platform, public_base_url=service.url, wechat_token=other)
    assert verdict(found, "public_address") == (Verdict.BAD, "no_echo")
    assert found["public_address"].blanks["status"] == "403"


def test_an_address_that_echoes_whatever_comes_is_told(platform: FakePlatform) -> None:
    @Request.application
    def parrot(request: Request) -> Response:
        return Response(request.args.get("echostr", ""))

    server = make_server("127.0.0.1", 0, parrot, threaded=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        found = findings(platform, public_base_url=f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        server.server_close()
    assert verdict(found, "forgery") == (Verdict.BAD, "let_in")


def test_without_a_public_address_it_is_unknown(platform: FakePlatform) -> None:
    assert verdict(findings(platform), "public_address") == (Verdict.UNKNOWN, "not_set")


def test_every_outcome_has_words() -> None:
    """A code without words would break the report when it is needed most."""
    folder = Path(__file__).parents[2] / "bot"
    source = "".join((folder / f"{name}.py").read_text("utf-8") for name in SOURCES)
    for subject, words in _words().items():
        if isinstance(words, dict) and subject != "verdicts":
            assert f'"{subject}"' in source
            assert "name" in words
