"""What one hostile request is made of, and the list of all kinds."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote_from_bytes, urlencode

from tests.fake_wechat.crypto import encrypt, sign
from tests.fake_wechat.webhook import Value, document

T = TypeVar("T")
Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Target:
    """The service under attack, and the secrets only the platform should know."""

    port: int
    token: str
    key: str
    previous_key: str
    app_id: str
    original_id: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """The `number`-th request of a kind: the same each time but for clock and salt."""

    kind: str
    number: int
    target: Target
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "chance", random.Random(f"{self.kind}:{self.number}"))

    @property
    def openid(self) -> str:
        """A resident of this attempt's own."""
        place = [kind.name for kind in KINDS].index(self.kind)
        return f"oHostile-{place:02d}-{self.number:02d}"

    @property
    def marker(self) -> str:
        """Stands in what is sent; must not stand in what comes back."""
        return f"zq{self.number:02d}xj"

    def pick(self, of: Sequence[T]) -> T:
        """Another one each number, round and round."""
        return of[self.number % len(of)]

    # Bodies.

    def fields(self, text: str = "", **changed: Value) -> dict[str, Value]:
        """A text message's fields, in the platform's order."""
        own: dict[str, Value] = {
            "ToUserName": self.target.original_id,
            "FromUserName": self.openid,
            "CreateTime": int(time.time()),
            "MsgType": "text",
            "Content": text or f"你好 {self.marker}",
            "MsgId": 23_000_000_000_000_000 + self.number,
        }
        return own | changed

    def xml(self, text: str = "", **changed: Value) -> bytes:
        return document(self.fields(text, **changed))

    # Addresses.

    def query(self, at: float | None = None, token: str = "", **more: str) -> dict[str, str]:
        """Signed as the platform signs; `at` in seconds."""
        stamp = str(int(time.time() if at is None else at))
        return self.signed(stamp, str(self.chance.randrange(10**9)), token) | more

    def signed(self, stamp: str, nonce: str, token: str = "") -> dict[str, str]:
        signature = sign(token or self.target.token, stamp, nonce)
        return {"signature": signature, "timestamp": stamp, "nonce": nonce}

    # Whole requests.

    def plain(self, body: bytes, **more: str) -> bytes:
        return wire("POST", self.query() | more, body)

    def sealed(self, sealed: str, body: bytes | None = None, **more: str) -> bytes:
        """A safe-mode push around any cipher text, its signature right."""
        query = self.query() | {"encrypt_type": "aes"}
        query["msg_signature"] = sign(self.target.token, query["timestamp"], query["nonce"], sealed)
        own = document({"ToUserName": self.target.original_id, "Encrypt": sealed})
        return wire("POST", query | more, own if body is None else body)

    def encrypted(self, xml: bytes | None = None, key: str = "", app_id: str = "") -> str:
        body = self.xml() if xml is None else xml
        return encrypt(body, key or self.target.key, app_id or self.target.app_id)


Make = Callable[[Attempt], bytes]


@dataclass(frozen=True, slots=True)
class Kind:
    """Twenty and more different requests with one idea; `answered` says they are genuine."""

    name: str
    make: Make
    answered: bool


KINDS: list[Kind] = []


def refused(name: str) -> Callable[[Make], Make]:
    """Requests that must end in 4xx and leave no row."""
    return _kind(name, answered=False)


def answered(name: str) -> Callable[[Make], Make]:
    """Odd, but a resident may be behind it: must be answered once and kept once."""
    return _kind(name, answered=True)


def _kind(name: str, *, answered: bool) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        KINDS.append(Kind(name, make, answered))
        return make

    return add


def wire(
    method: str,
    query: Mapping[str, str] | Query | str,
    body: bytes = b"",
    headers: Sequence[str] | None = None,
) -> bytes:
    """A request as bytes; without `headers` a well-formed one with its length."""
    if not isinstance(query, str):
        pairs = list(query.items()) if isinstance(query, Mapping) else list(query)
        query = urlencode(pairs)
    if headers is None:
        headers = ("Content-Type: text/xml", f"Content-Length: {len(body)}")
    lines = (f"{method} /wechat?{query} HTTP/1.1", "Host: localhost", "Connection: close")
    return "\r\n".join((*lines, *headers, "", "")).encode("latin-1", "replace") + body


def percent(raw: bytes) -> str:
    """Bytes of any encoding for a query."""
    return quote_from_bytes(raw, safe="")
