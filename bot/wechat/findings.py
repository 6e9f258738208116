"""What can be said of the WeChat settings without asking anybody."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from config.settings import PLATFORM_API, MessageMode, Settings

_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_APP_ID = re.compile(r"wx[0-9a-f]{16}")
_ORIGINAL_ID = re.compile(r"gh_[0-9a-z]+")


class Verdict(StrEnum):
    """What a look showed."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `subject` and `code` choose the words, `blanks` fill them."""

    subject: str
    verdict: Verdict
    code: str
    blanks: Mapping[str, object] = field(default_factory=dict)


def judged(
    subject: str, ok: str, bad: str, blanks: Mapping[str, object] | None = None, *, good: bool
) -> Finding:
    """A finding that is one way or the other."""
    verdict = Verdict.OK if good else Verdict.BAD
    return Finding(subject, verdict, ok if good else bad, blanks or {})


def settings_findings(settings: Settings) -> Iterator[Finding]:
    """Each setting's shape, and whether they fit each other."""
    token = settings.wechat_token.get_secret_value() if settings.wechat_token else ""
    yield _shaped("token_setting", token, _TOKEN)
    yield _shaped("app_id", settings.wechat_app_id, _APP_ID)
    secret = settings.wechat_app_secret
    yield judged("app_secret", "set", "missing", good=secret is not None)
    yield _original_id(settings.wechat_original_id)
    yield from _keys(settings)
    yield _modes(settings)
    yield _base_url(settings)


def _shaped(subject: str, value: str, shape: re.Pattern[str]) -> Finding:
    if not value:
        return Finding(subject, Verdict.BAD, "missing")
    return judged(subject, "set", "misshapen", good=shape.fullmatch(value) is not None)


def _original_id(given: str) -> Finding:
    if not given:
        return Finding("original_id", Verdict.UNKNOWN, "missing")
    return judged("original_id", "set", "misshapen", good=_ORIGINAL_ID.fullmatch(given) is not None)


def _keys(settings: Settings) -> Iterator[Finding]:
    """Their shape needs no look: with a wrong one nothing starts."""
    current, previous = (
        settings.wechat_encoding_aes_key,
        settings.wechat_previous_encoding_aes_key,
    )
    there = current is not None
    yield Finding("aes_key", *((Verdict.OK, "set") if there else (Verdict.UNKNOWN, "missing")))
    if previous is not None:
        yield Finding("previous_aes_key", Verdict.OK, "set")


def _modes(settings: Settings) -> Finding:
    """Only the platform knows which mode is chosen there, and it does not say."""
    modes, key = settings.wechat_message_modes, settings.wechat_encoding_aes_key
    told = {"modes": ", ".join(sorted(modes))}
    if key is None and MessageMode.PLAIN not in modes:
        return Finding("modes", Verdict.BAD, "no_key", told)
    if MessageMode.PLAIN in modes:
        return Finding("modes", Verdict.UNKNOWN, "plain", told)
    return Finding("modes", Verdict.OK, "closed", told)


def _base_url(settings: Settings) -> Finding:
    if settings.wechat_api_base_url.rstrip("/") == PLATFORM_API:
        return Finding("api_address", Verdict.OK, "platform")
    host = urlsplit(settings.wechat_api_base_url).netloc.rsplit("@", 1)[-1]
    return Finding("api_address", Verdict.UNKNOWN, "other", {"host": host})
