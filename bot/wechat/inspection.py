"""Whether the official account and this installation fit together: one look at each part.

Asks only what changes nothing: no message is sent, no token is replaced. A finding holds codes and
numbers; the words for operators are in bot/inspection.yaml. Nothing in it is a secret.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from bot.wechat.calls import TooMuchError, whole_body
from bot.wechat.findings import Finding, Verdict, judged, settings_findings
from bot.wechat.punctual import ask
from config.settings import Settings
from handlers.ports import Clock

TIME_LIMITS = (3.0, 5.0)
"""Seconds to connect and to wait for an answer."""

CLOCK_MAY_DIFFER = timedelta(seconds=60)
"""Far below the ten minutes after which a push counts as too old."""

_NO_ANSWER = (requests.RequestException, HTTPError, OSError, TooMuchError)

_NOBODY = "nobody-check"
"""An openid that no account has."""

_NO_PERMISSION = frozenset({"48001", "48004", "40200"})
_NO_MENU = "46003"
_KNOWN_TOKEN_FAULTS = frozenset(
    {"40001", "40013", "40125", "40164", "40243", "45009", "45011", "61004", "89503"}
)
_OUR_PORTS = frozenset({None, 80, 443})
"""The platform calls no other."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a call gave: a code (`0` for success), the object, and the platform's time."""

    code: str
    given: Mapping[str, Any]
    at: datetime | None = None


def inspect_account(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Looks at everything, one after the other; raises nothing."""
    yield from settings_findings(settings)
    yield from _platform(settings, clock)
    yield from _public_address(settings, clock)
    # No call of the platform's tells this.
    yield Finding("third_parties", Verdict.UNKNOWN, "look")


def _platform(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if settings.wechat_app_secret is None or not settings.wechat_app_id:
        for subject in ("access_token", "clock", "push", "menu", "callback_addresses"):
            yield Finding(subject, Verdict.UNKNOWN, "no_access")
        return
    wanted = {
        "grant_type": "client_credential",
        "appid": settings.wechat_app_id,
        "secret": settings.wechat_app_secret.get_secret_value(),
        "force_refresh": False,
    }
    answer = _call(settings, "/cgi-bin/stable_token", body=wanted)
    token = str(answer.given.get("access_token", ""))
    yield _token_finding(answer, token)
    yield _clock_finding(answer, clock)
    for subject, look in _WITH_TOKEN.items():
        yield look(settings, token) if token else Finding(subject, Verdict.UNKNOWN, "no_access")


def _token_finding(answer: _Answer, token: str) -> Finding:
    if token:
        return Finding("access_token", Verdict.OK, "given")
    known = answer.code in _KNOWN_TOKEN_FAULTS
    return Finding(
        "access_token", Verdict.BAD, answer.code if known else "other", {"code": answer.code}
    )


def _clock_finding(answer: _Answer, clock: Clock) -> Finding:
    if answer.at is None:
        return Finding("clock", Verdict.UNKNOWN, "no_date")
    off = clock() - answer.at
    seconds = {"seconds": round(off.total_seconds())}
    return judged("clock", "right", "wrong", seconds, good=abs(off) <= CLOCK_MAY_DIFFER)


def _push(settings: Settings, token: str) -> Finding:
    """Shows "typing" to nobody: without the permission 48001, with it the openid is refused."""
    asked = {"touser": _NOBODY, "command": "Typing"}
    code = _call(settings, "/cgi-bin/message/custom/typing", token, asked).code
    if not code.lstrip("-").isdecimal() or code == "-1":
        return Finding("push", Verdict.UNKNOWN, "unclear", {"code": code})
    told = {"kind": str(settings.wechat_account_kind)}
    allowed, expected = code not in _NO_PERMISSION, settings.wechat_account_kind.may_push
    if allowed is expected:
        return Finding("push", Verdict.OK, "allowed" if allowed else "not_allowed", told)
    return Finding("push", Verdict.BAD, "unexpected" if allowed else "refused", told)


def _menu(settings: Settings, token: str) -> Finding:
    code = _call(settings, "/cgi-bin/menu/get", token).code
    if code == "0":
        return Finding("menu", Verdict.OK, "there")
    if code in _NO_PERMISSION:
        return Finding("menu", Verdict.UNKNOWN, "not_allowed")
    told = {"code": code}
    return Finding("menu", Verdict.UNKNOWN, "none" if code == _NO_MENU else "unclear", told)


def _callback_addresses(settings: Settings, token: str) -> Finding:
    answer = _call(settings, "/cgi-bin/getcallbackip", token)
    addresses = answer.given.get("ip_list")
    if answer.code != "0" or not isinstance(addresses, list) or not addresses:
        return Finding("callback_addresses", Verdict.UNKNOWN, "unclear", {"code": answer.code})
    told = {"count": len(addresses), "first": str(addresses[0])[:64]}
    return Finding("callback_addresses", Verdict.OK, "listed", told)


_WITH_TOKEN: Mapping[str, Callable[[Settings, str], Finding]] = {
    "push": _push,
    "menu": _menu,
    "callback_addresses": _callback_addresses,
}


def _public_address(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Asks our own address as the platform would, with the right signature and with a wrong one."""
    if not settings.public_base_url or settings.wechat_token is None:
        yield Finding("public_address", Verdict.UNKNOWN, "not_set")
        return
    parts = urlsplit(settings.public_base_url)
    if parts.port not in _OUR_PORTS:
        yield Finding("public_address", Verdict.BAD, "port", {"port": parts.port})
    if parts.scheme != "https":
        yield Finding("public_address", Verdict.BAD, "not_https")
    token, now = settings.wechat_token.get_secret_value(), clock()
    echo = secrets.token_hex(8)
    status, text = _ask_ourselves(settings, _signed(token, now, echo))
    blanks = {"status": status}
    yield judged("public_address", "answers", "no_echo", blanks, good=text.strip() == echo)
    if text.strip() != echo:
        return
    status, text = _ask_ourselves(settings, _signed(secrets.token_hex(8), now, echo))
    yield judged("forgery", "refused", "let_in", {"status": status}, good=echo not in text)


def _signed(token: str, now: datetime, echo: str) -> dict[str, str]:
    timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(5)
    joined = "".join(sorted((token, timestamp, nonce)))
    signature = hashlib.sha1(joined.encode()).hexdigest()  # noqa: S324  the platform's choice
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": echo}


def _ask_ourselves(settings: Settings, query: Mapping[str, str]) -> tuple[str, str]:
    """Status and answer; instead of a status the kind of the failure."""
    try:
        answer, text = _asked("GET", f"{settings.public_base_url}/wechat", params=query)
    except _NO_ANSWER as error:
        return type(error).__name__, ""
    return str(answer.status_code), text.decode(errors="replace")


def _call(
    settings: Settings, path: str, token: str = "", body: Mapping[str, object] | None = None
) -> _Answer:
    """One call without a second try; a failure becomes a code, without address or secret."""
    try:
        response, text = _asked(
            "GET" if body is None else "POST",
            f"{settings.wechat_api_base_url.rstrip('/')}{path}",
            params={"access_token": token} if token else None,
            json=body,
        )
    except _NO_ANSWER as error:
        return _Answer(type(error).__name__, {})
    at = _date(response.headers.get("Date", ""))
    if response.status_code != requests.codes.ok:
        return _Answer(f"http_{response.status_code}", {}, at)
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return _Answer("not_json", {}, at)
    if not isinstance(given, dict):
        return _Answer("not_an_object", {}, at)
    return _Answer(str(given.get("errcode", 0)), given, at)


def _asked(method: str, address: str, **more: Any) -> tuple[requests.Response, bytes]:
    """An answer and its body, neither too long nor too slow. Raises one of _NO_ANSWER."""
    with ask(
        method, address, timeout=TIME_LIMITS, allow_redirects=False, stream=True, **more
    ) as response:
        return response, whole_body(response)


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
