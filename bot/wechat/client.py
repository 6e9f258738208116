"""The platform's API: stable tokens, customer-service messages, and no secret in any error.

Plain `requests` instead of wechatpy's client, whose token call has no time limit, whose retry has
no end and whose errors carry the secret (docs/adr/0004-own-platform-client.md).
"""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from handlers.ports import Clock

TIME_LIMITS = (3.0, 5.0)
"""Seconds to connect and to wait for an answer."""

STALE_TOKEN = frozenset({40001, 40014, 42001})
"""The token is wrong, or another one has been issued since."""

_EARLY = timedelta(seconds=300)
"""A token is renewed this long before its end: the platform's own stable token does the same."""


class PlatformError(Exception):
    """The platform refused, or could not be understood; `code` is its errcode or one of ours.

    The text is safe to log: no address, no token, no secret.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"platform error {code}")
        self.code = code


@dataclass(slots=True)
class _Token:
    value: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """Calls the API for one official account. Safe to use from several threads."""

    base_url: str
    app_id: str
    secret: str = field(repr=False)
    clock: Clock
    _token: _Token = field(default_factory=_Token, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def send_text(self, openid: str, text: str) -> None:
        """Sends a customer-service text. Raises PlatformError."""
        message = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        self._call("/cgi-bin/message/custom/send", message)

    def _call(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """One call, and one more with a new token if the old one was refused."""
        token = self.current_token()
        try:
            return self._post(path, content, token)
        except PlatformError as error:
            if not error.code.isdecimal() or int(error.code) not in STALE_TOKEN:
                raise
        return self._post(path, content, self.token_after(token))

    def current_token(self) -> str:
        """A token that holds as far as we know. Raises PlatformError."""
        with self._lock:
            if self._token.until is None or self.clock() >= self._token.until:
                self._renew(force=False)
            return self._token.value

    def token_after(self, refused: str) -> str:
        """A token other than the refused one: another thread may have it already.

        Raises PlatformError.
        """
        with self._lock:
            if self._token.value == refused:
                self._renew(force=False)
            if self._token.value == refused:
                self._renew(force=True)
            return self._token.value

    def _renew(self, *, force: bool) -> None:
        wanted = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self.secret,
            "force_refresh": force,
        }
        given = self._post("/cgi-bin/stable_token", wanted, token="")
        try:
            lasts = timedelta(seconds=int(given["expires_in"]))
            self._token.value = str(given["access_token"])
        except (KeyError, TypeError, ValueError):
            raise PlatformError("not_a_token") from None
        self._token.until = self.clock() + max(lasts - _EARLY, timedelta())

    def _post(self, path: str, content: dict[str, Any], token: str) -> dict[str, Any]:
        """The answer of a call that succeeded. Raises PlatformError for all else.

        Chinese travels unescaped: residents were shown the escapes as they are.
        """
        try:
            response = requests.post(
                f"{self.base_url}{path}",
                params={"access_token": token} if token else None,
                data=json.dumps(content, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
                timeout=TIME_LIMITS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise PlatformError(type(error).__name__) from None
        return _success(response)


def _success(response: requests.Response) -> dict[str, Any]:
    """What a call gave. Raises PlatformError."""
    if response.status_code != requests.codes.ok:
        raise PlatformError(f"http_{response.status_code}")
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        raise PlatformError("not_json") from None
    if not isinstance(answer, dict):
        raise PlatformError("not_an_object")
    code = answer.get("errcode", 0)
    if code != 0:
        raise PlatformError(str(code))
    return answer
