"""One HTTP call to the platform: what it gave, or why it gave nothing. Raises nothing.

Requests and answers hold secrets (the token in the address, the app's secret in the body). They
live in these frames alone: a fault comes back as a value, so that no traceback, no chained error
and no log can show them.
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from pydantic import SecretStr
from urllib3.exceptions import HTTPError, NewConnectionError

from bot.wechat.punctual import ask

CONNECT_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 5.0

LARGEST_ANSWER: Final = 1_000_000
"""Bytes. The answers we ask for are a few hundred."""

_PIECE: Final = 65_536

# At DEBUG it writes the address of every request, and the token stands in the address.
logging.getLogger("urllib3").setLevel(logging.ERROR)

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call gave nothing: an errcode, or one of our names; safe to log.

    `surely` says that the platform has done nothing: it refused, or was not reached.
    """

    code: str
    surely: bool


@dataclass(frozen=True, slots=True)
class Wire:
    """The platform's API at one address."""

    base_url: str

    def ask(
        self, path: str, content: Mapping[str, object] | None, token: SecretStr | None
    ) -> Answer | Fault:
        """POST of an object, GET without one. A success is a JSON object without a refusal."""
        try:
            status, body = self._exchange(path, content, token)
        except (requests.RequestException, HTTPError, OSError) as error:
            return Fault(type(error).__name__, surely=_never_connected(error))
        except TooMuchError:
            return Fault("too_long_an_answer", surely=False)
        if status != requests.codes.ok:
            return Fault(f"http_{status}", surely=False)
        return _read(body)

    def _exchange(
        self, path: str, content: Mapping[str, object] | None, token: SecretStr | None
    ) -> tuple[int, bytes]:
        """Chinese travels unescaped: residents were shown the escapes as they are."""
        body = None if content is None else json.dumps(content, ensure_ascii=False, default=_plain)
        with ask(
            "GET" if body is None else "POST",
            f"{self.base_url.rstrip('/')}{path}",
            params=None if token is None else {"access_token": token.get_secret_value()},
            data=None if body is None else body.encode("utf-8", "replace"),
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            return response.status_code, whole_body(response)


class TooMuchError(Exception):
    """The answer is too large, or drips in too slowly."""


def _plain(value: object) -> str:
    """Secrets stay wrapped until the body is written."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    raise TypeError


def whole_body(response: requests.Response) -> bytes:
    """All of a streamed answer. Raises TooMuchError, and what `requests` and urllib3 raise.

    A read's own time limit begins again with every byte; this one does not.
    """
    until = time.monotonic() + ANSWER_SECONDS
    body = b""
    while piece := response.raw.read1(_PIECE, decode_content=True):
        body += piece
        if len(body) > LARGEST_ANSWER or time.monotonic() > until:
            raise TooMuchError
    return body


def _never_connected(error: Exception) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def _read(body: bytes) -> Answer | Fault:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return Fault("not_json", surely=False)
    if not isinstance(answer, dict):
        return Fault("not_an_object", surely=False)
    code = answer.get("errcode", 0)
    if isinstance(code, bool) or not isinstance(code, int):
        return Fault("odd_errcode", surely=False)
    return answer if code == 0 else Fault(str(code), surely=True)
