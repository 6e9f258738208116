"""The outermost layer of a push: is it really from the platform, and what is inside.

Signature and encryption as in the platform's pages on access and on message encryption.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from wechatpy.crypto import PrpCrypto

from bot.wechat.fields import Fields, Malformed, read_fields
from config.settings import MessageMode

FRESH_FOR = timedelta(minutes=10)
"""How far a push's time may be from ours: the platform's three tries take 15 s, clocks drift."""

_AES_256 = 32
"""Bytes of a key; the padding reaches up to as many."""
_AES_BLOCK = 16
_SALT = 16
"""Random bytes before the length and the text."""
_LENGTH = struct.Struct(">I")
_LONGEST_TIME = 11
"""Digits of a time in seconds, for some thousand years."""


class Forged(Exception):
    """The push is not from the platform, or too old, or in a mode that is switched off."""


class Crypto(PrpCrypto):  # type: ignore[misc]  # wechatpy ships no types
    """wechatpy's cipher, its salt from a generator nobody can guess."""

    def get_random_string(self) -> bytes:
        return secrets.token_bytes(_SALT)


@dataclass(frozen=True, slots=True)
class Opened:
    """A push without its envelope; `crypto` is what the reply is to be closed with, if any."""

    fields: Fields
    crypto: Crypto | None


@dataclass(frozen=True, slots=True)
class Post:
    """Opens pushes and closes replies. The first of `keys` is the current one."""

    token: str
    app_id: str
    keys: tuple[bytes, ...]
    modes: frozenset[MessageMode]
    _ciphers: tuple[Crypto, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ciphers", tuple(map(Crypto, self.keys)))

    def verify(self, query: Fields, now: datetime) -> None:
        """Checks the URL's signature and time before anything else. Raises Forged."""
        signed = (query.get("timestamp", ""), query.get("nonce", ""))
        if not _same(query.get("signature", ""), self._sign(*signed)):
            raise Forged
        if abs(now - _moment(signed[0])) > FRESH_FOR:
            raise Forged

    def open(self, query: Fields, body: bytes) -> Opened:
        """The fields of a verified push. Raises Forged or Malformed.

        In compatible mode the sealed half counts and the open one is not read: only the
        former is signed.
        """
        outer = self._outer(query, body)
        if not _is_sealed(query):
            return Opened(outer, None)
        sealed = outer.get("Encrypt", "")
        if not sealed:
            raise Malformed
        signature = self._sign(query.get("timestamp", ""), query.get("nonce", ""), sealed)
        if not _same(query.get("msg_signature", ""), signature):
            raise Forged
        return self._decrypted(sealed)

    def close(self, xml: str, crypto: Crypto, now: datetime) -> str:
        """A reply closed with the key that its push was opened with."""
        sealed = crypto.encrypt(xml, self.app_id).decode()
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
        # Letters and digits of our own: nothing in them needs a look, as a text of people does.
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{self._sign(timestamp, nonce, sealed)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def _outer(self, query: Fields, body: bytes) -> Fields:
        """The body's own fields, if its mode is switched on."""
        if not _is_sealed(query):
            self._require(MessageMode.PLAIN)
            return read_fields(body)
        if not self.keys:
            raise Forged
        outer = read_fields(body)
        both = "FromUserName" in outer or "MsgType" in outer
        self._require(MessageMode.COMPATIBLE if both else MessageMode.SAFE)
        return outer

    def _require(self, mode: MessageMode) -> None:
        if mode not in self.modes:
            raise Forged

    def _decrypted(self, sealed: str) -> Opened:
        for crypto in self._ciphers:
            text = _unsealed(sealed, crypto, self.app_id)
            if text is not None:
                return Opened(read_fields(text), crypto)
        raise Forged

    def _sign(self, *words: str) -> str:
        joined = "".join(sorted((self.token, *words)))
        return hashlib.sha1(joined.encode(errors="replace")).hexdigest()  # noqa: S324  the platform's choice


def aes_key(encoded: str) -> bytes:
    """The 32 bytes of an EncodingAESKey. Raises ValueError."""
    try:
        key = base64.b64decode(encoded + "=", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _AES_256:
        raise ValueError("not an EncodingAESKey")
    return key


def _is_sealed(query: Fields) -> bool:
    kind = query.get("encrypt_type", "")
    if kind not in ("", "raw", "aes"):
        raise Forged
    return kind == "aes"


def _unsealed(sealed: str, crypto: Crypto, app_id: str) -> bytes | None:
    """The text; None where key, padding, length or account are wrong.

    wechatpy's own frame checks no padding and raises five kinds of errors, so only its cipher
    is used.
    """
    try:
        blocks = base64.b64decode("".join(sealed.split()), validate=True)
    except ValueError:
        return None
    if not blocks or len(blocks) % _AES_BLOCK:
        return None
    framed = bytes(crypto.cipher.decrypt(blocks))
    padding = framed[-1]
    text = framed[_SALT + _LENGTH.size : -padding]
    if not 1 <= padding <= _AES_256 or framed[-padding:] != bytes([padding]) * padding:
        return None
    if len(framed) < _SALT + _LENGTH.size + padding:
        return None
    (length,) = _LENGTH.unpack_from(framed, _SALT)
    if length > len(text) or not hmac.compare_digest(text[length:], app_id.encode()):
        return None
    return text[:length]


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _moment(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_TIME):
        raise Forged
    return datetime.fromtimestamp(int(timestamp), UTC)
