"""Looks for a push that parser or envelope cannot stand, for FUZZ_SECONDS.

Hypothesis tries cleverly and slowly, a plain splicer of genuine pushes fast.
"""

import base64
import hashlib
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.wechat.envelope import Crypto, Forged, Post, aes_key
from bot.wechat.fields import Malformed, read_fields
from bot.wechat.inbound import read_message
from bot.wechat.rendering import text_reply
from config.settings import MessageMode
from tests.menu import MENU

SECONDS = float(os.environ.get("FUZZ_SECONDS", "20"))
ROUND = 300
"""Examples between two looks at the clock."""
SEED = 1
PARTS = 3
"""Hypothesis on the parser, on the envelope, and the splicer."""
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
KEYS = (aes_key("a" * 43), aes_key("b" * 43))
POST = Post("token", "wx1", KEYS, frozenset(MessageMode))
SLOWEST = 1.0
"""Seconds. A genuine push takes a fraction of a millisecond."""

NAMES = ("ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Event")
SPLINTERS = (
    *("<xml>", "</xml>", "<![CDATA[", "]]>", "]]", ">", "<", "&", "&lt;", "&#x1F600;", "&#0;"),
    *("<!DOCTYPE x [", "<!ENTITY a 'b'>", "&a;", "<?xml version='1.0'?>", "<!--", "\ufeff"),
    *("text", "event", "subscribe", "voice", "7", "0", "o1", "gh_1", " ", "\r\n", "\x00"),
    *(f"<{name}>" for name in (*NAMES, "Encrypt", "Title")),
    *(f"</{name}>" for name in (*NAMES, "Encrypt", "Title")),
)

GENUINE = {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1", "MsgId": "7"}

fragments = st.lists(st.one_of(st.sampled_from(SPLINTERS), st.text(max_size=8)), max_size=40).map(
    "".join
)
values = st.one_of(fragments, st.sampled_from(["o1", "gh_1", "text", "event", "1", "subscribe"]))
flat = st.dictionaries(st.sampled_from(NAMES), values, min_size=4).map(
    lambda fields: (
        "<xml>" + "".join(f"<{n}><![CDATA[{v}]]></{n}>" for n, v in fields.items()) + "</xml>"
    )
)
texts = st.one_of(fragments, flat, fragments.map(lambda inner: f"<xml>{inner}</xml>"))
bodies = st.one_of(
    st.binary(max_size=400),
    texts.map(lambda text: text.encode(errors="surrogatepass")),
    st.tuples(texts, st.binary(max_size=6), st.integers(0, 400)).map(
        lambda part: _spliced(part[0].encode(errors="surrogatepass"), part[1], part[2])
    ),
)


def test_any_body_is_a_message_or_malformed() -> None:
    _run("parser", bodies, _read)


def test_any_sealed_body_is_a_message_or_refused() -> None:
    sealed = st.tuples(bodies, st.integers(0, 5), st.binary(max_size=80))
    _run("envelope", sealed, lambda made: _open(made[0], made[1], made[2]))


def test_spliced_pushes_are_messages_or_refused() -> None:
    chance = random.Random(SEED)
    results: Counter[str] = Counter()
    slowest = 0.0
    end = time.monotonic() + SECONDS / PARTS
    while time.monotonic() < end:
        body = _spoilt(chance)
        began = time.perf_counter()
        try:
            results[_read(body)] += 1
            results[f"sealed: {_open(body, chance.randrange(6), chance.randbytes(20))}"] += 1
        except Exception as error:
            raise AssertionError(body) from error
        slowest = max(slowest, time.perf_counter() - began)
    print(
        f"\nsplicer: {results.total()} examples, {dict(results)}, slowest {slowest * 1000:.1f} ms"
    )
    assert slowest < SLOWEST
    assert results["message"] > results.total() // 100


def _spoilt(chance: random.Random) -> bytes:
    """A genuine push with a few pieces put in, taken out, doubled or exchanged."""
    fields = {name: chance.choice(SPLINTERS) for name in NAMES} | GENUINE
    body = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in fields.items())
    raw = f"<xml>{body}</xml>".encode()
    for _ in range(chance.randrange(6)):
        at, long = chance.randrange(len(raw) + 1), chance.randrange(30)
        piece = chance.choice(
            (chance.choice(SPLINTERS).encode(), chance.randbytes(3), raw[at : at + long], b"")
        )
        raw = raw[:at] + piece + raw[at + chance.choice((0, 0, long)) :]
    return raw


def _run(name: str, examples: st.SearchStrategy[Any], act: Callable[[Any], str]) -> None:
    results: Counter[str] = Counter()
    slowest = 0.0

    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(examples)
    def one_round(example: Any) -> None:
        nonlocal slowest
        began = time.perf_counter()
        result = act(example)
        slowest = max(slowest, time.perf_counter() - began)
        results[result] += 1

    end = time.monotonic() + SECONDS / PARTS
    while time.monotonic() < end:
        one_round()
    print(f"\n{name}: {results.total()} examples, {dict(results)}, slowest {slowest * 1000:.1f} ms")
    assert slowest < SLOWEST
    assert len(results) > 1, "nothing but one result: the examples are too tame"


def _read(body: bytes) -> str:
    try:
        incoming = read_message(read_fields(body), NOW, MENU)
    except Malformed:
        return "malformed"
    message = incoming.message
    reply = text_reply(message.sender.resident, incoming.account, message.text or "x", NOW)
    # The answer names whom it is for, whatever was written.
    answered = read_fields(reply.encode())
    assert answered["ToUserName"] == message.sender.resident
    assert "\x00" not in message.text + message.key
    return "message"


def _open(body: bytes, spoilt: int, noise: bytes) -> str:
    sealed = _sealed(body, spoilt, noise)
    query = {"timestamp": STAMP, "nonce": "n", "encrypt_type": "aes"}
    query["signature"] = _sign(STAMP, "n")
    query["msg_signature"] = _sign(STAMP, "n", sealed)
    POST.verify(query, NOW)
    try:
        opened = POST.open(query, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode())
    except Forged:
        return "forged"
    except Malformed:
        return "malformed"
    assert opened.crypto is not None
    closed = read_fields(POST.close("<xml><a>1</a></xml>", opened.crypto, NOW).encode())
    assert set(closed) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
    return "opened"


def _sealed(body: bytes, spoilt: int, noise: bytes) -> str:
    """The body under one of the keys, cut, mixed or extended as `spoilt` says."""
    raw = base64.b64decode(Crypto(KEYS[spoilt % 2]).encrypt(body, "wx1"))
    at = len(noise) % len(raw)
    match spoilt:
        case 2:
            raw = raw[:at]
        case 3:
            raw = _spliced(raw, noise, at)
        case 4:
            return noise.hex()
        case 5:
            raw = raw[16:] + raw[:16]
    return base64.b64encode(raw).decode()


def _spliced(body: bytes, noise: bytes, at: int) -> bytes:
    at = min(at, len(body))
    return body[:at] + noise + body[at + len(noise) :]


def _sign(*words: str) -> str:
    return hashlib.sha1("".join(sorted(("token", *words))).encode()).hexdigest()  # noqa: S324
