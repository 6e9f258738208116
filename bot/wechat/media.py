"""What residents sent besides words, fetched from the platform within the three days it keeps it.

`/cgi-bin/media/get` gives the bytes themselves; of a film it may give the address instead.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from bot.wechat.errcodes import Act, meaning
from bot.wechat.punctual import ask
from bot.wechat.tokens import PlatformError
from handlers.attachments import EXPIRED, NO_ACCESS, TOO_LARGE, Fetch, Fetched, Never, NotNow

MEDIA = "/cgi-bin/media/get"

TIME_LIMITS = (3.0, 5.0)
"""Seconds to connect and between two pieces."""

WHOLE_SECONDS = 60.0
"""For one download: 20 MB at less than 3 Mbit/s."""

_PIECE = 65_536
_LONGEST_REFUSAL = 4_096
"""Bytes; the platform's own have about a hundred."""

_NOT_THERE = "40007"
_NOT_ALLOWED = frozenset({"48001", "48004", "40200"})
_FILM_HOSTS = (".qq.com", ".qpic.cn", ".weixin.qq.com")


class _Refusal(Exception):
    """Why there is no content."""

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self.fetch = fetch


@dataclass(frozen=True, slots=True)
class MediaSource:
    """attachments.Source over the platform's API.

    `token` gives a token, `token_after` one other than that which was refused; both may raise
    PlatformError.
    """

    base_url: str
    token: Callable[[], str] = field(repr=False)
    token_after: Callable[[str], str] = field(repr=False)

    def fetch(self, reference: str, largest: int) -> Fetch:
        """As attachments.Source: two calls at most, one more where a film is elsewhere."""
        try:
            token = self.token()
            answer = self._ask(reference, token, largest)
            if meaning(_code(answer)).act is Act.RENEW:
                answer = self._ask(reference, self.token_after(token), largest)
            return self._followed(answer, largest)
        except PlatformError as error:
            return NotNow(error.code)
        except _Refusal as refusal:
            return refusal.fetch

    def _ask(self, reference: str, token: str, largest: int) -> bytes | Mapping[str, object]:
        """The content, or the object that came in its place."""
        asked = {"access_token": token, "media_id": reference}
        content = _download(f"{self.base_url.rstrip('/')}{MEDIA}", asked, largest)
        return _object_in(content) or content

    def _followed(self, answer: bytes | Mapping[str, object], largest: int) -> Fetch:
        if isinstance(answer, bytes):
            return Fetched(answer)
        elsewhere = answer.get("video_url")
        if isinstance(elsewhere, str) and self._is_theirs(elsewhere):
            return Fetched(_download(elsewhere, {}, largest))
        return _meaning(_code(answer))

    def _is_theirs(self, address: str) -> bool:
        """Only the platform's own hosts: we are inside a network that others are not."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        ours = parts.netloc == urlsplit(self.base_url).netloc
        host = parts.hostname or ""
        return parts.scheme in ("http", "https") and (ours or host.endswith(_FILM_HOSTS))


def _meaning(code: str) -> Fetch:
    if code == _NOT_THERE:
        return Never(EXPIRED)
    return NotNow(NO_ACCESS if code in _NOT_ALLOWED else code)


def _code(answer: bytes | Mapping[str, object]) -> str:
    """The refusal in an answer; empty for a content."""
    return "" if isinstance(answer, bytes) else str(answer.get("errcode", "not_media"))


def _object_in(content: bytes) -> Mapping[str, object] | None:
    """The platform's own object, whatever it was declared to be; a resident's file is none."""
    if len(content) > _LONGEST_REFUSAL or not content.lstrip().startswith(b"{"):
        return None
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    known = isinstance(found, dict) and ("errcode" in found or "video_url" in found)
    return found if known else None


def _download(address: str, asked: Mapping[str, str], largest: int) -> bytes:
    """All of it. Raises _Refusal; neither address nor token get into what it says."""
    try:
        with ask(
            "GET", address, params=asked, timeout=TIME_LIMITS, allow_redirects=False, stream=True
        ) as response:
            _check_head(response, largest)
            return _read(response, largest)
    except (requests.RequestException, HTTPError, OSError) as error:
        raise _Refusal(NotNow(type(error).__name__)) from None


def _check_head(response: requests.Response, largest: int) -> None:
    if response.status_code != requests.codes.ok:
        raise _Refusal(NotNow(f"http_{response.status_code}"))
    if response.headers.get("Content-Type", "").lower().startswith("text/html"):
        raise _Refusal(NotNow("not_media"))
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > largest:
        raise _Refusal(Never(TOO_LARGE))


def _read(response: requests.Response, largest: int) -> bytes:
    """A read's own time limit begins anew with every piece; this one does not."""
    until = time.monotonic() + WHOLE_SECONDS
    pieces = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=True):
        pieces += piece
        if len(pieces) > largest:
            raise _Refusal(Never(TOO_LARGE))
        if time.monotonic() > until:
            raise _Refusal(NotNow("too_slow"))
    return bytes(pieces)
