"""The outermost layer of a push: is it really from the platform, and what is inside.

Signature and encryption as in the platform's pages on access and on message encryption.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from bot.wechat.rendering import cdata, legal
from config.settings import MessageMode

FRESH_FOR = timedelta(minutes=10)
"""How far a push's time may be from ours: the platform's three tries take 15 s, clocks drift."""

_AES_256 = 32
"""Bytes of a key."""
_LONGEST_TIME = 11
"""Digits of a time in seconds, for some thousand years."""

Fields = Mapping[str, str]


class Forged(Exception):
    """The push is not from the platform, or too old, or in a mode that is switched off."""


class Malformed(Exception):
    """The push is signed, but what it holds is no message."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A push without its envelope; `crypto` is what the reply is to be closed with, if any."""

    fields: Fields
    crypto: PrpCrypto | None


@dataclass(frozen=True, slots=True)
class Post:
    """Opens pushes and closes replies. The first of `keys` is the current one."""

    token: str
    app_id: str
    keys: tuple[bytes, ...]
    modes: frozenset[MessageMode]

    def verify(self, query: Fields, now: datetime) -> None:
        """Checks the URL's signature and time before anything else. Raises Forged."""
        signed = (query.get("timestamp", ""), query.get("nonce", ""))
        if not _same(query.get("signature", ""), self._sign(*signed)):
            raise Forged
        if abs(now - _moment(signed[0])) > FRESH_FOR:
            raise Forged

    def open(self, query: Fields, body: bytes) -> Opened:
        """The fields of a verified push. Raises Forged or Malformed."""
        if query.get("encrypt_type", "raw") != "aes":
            if MessageMode.PLAIN not in self.modes:
                raise Forged
            return Opened(read_fields(body), None)
        if not self.keys or self.modes == {MessageMode.PLAIN}:
            raise Forged
        sealed = read_fields(body).get("Encrypt", "")
        signature = self._sign(query.get("timestamp", ""), query.get("nonce", ""), sealed)
        if not _same(query.get("msg_signature", ""), signature):
            raise Forged
        return self._decrypted(sealed)

    def close(self, xml: str, crypto: PrpCrypto, now: datetime) -> str:
        """A reply closed with the key that its push was opened with."""
        sealed = crypto.encrypt(xml, self.app_id).decode()
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(8)
        return (
            f"<xml><Encrypt>{cdata(sealed)}</Encrypt>"
            f"<MsgSignature>{cdata(self._sign(timestamp, nonce, sealed))}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _decrypted(self, sealed: str) -> Opened:
        for key in self.keys:
            crypto = PrpCrypto(key)
            try:
                xml = crypto.decrypt(sealed, self.app_id)
            except (ValueError, struct.error, IndexError, InvalidAppIdException):
                continue  # wrong key, wrong account or damaged: what wechatpy raises for them
            return Opened(read_fields(xml.encode()), crypto)
        raise Forged

    def _sign(self, *words: str) -> str:
        joined = "".join(sorted((self.token, *words)))
        return hashlib.sha1(joined.encode()).hexdigest()  # noqa: S324  the platform's choice


def aes_key(encoded: str) -> bytes:
    """The 32 bytes of an EncodingAESKey. Raises ValueError."""
    try:
        key = base64.b64decode(encoded + "=", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _AES_256:
        raise ValueError("not an EncodingAESKey")
    return key


def read_fields(body: bytes) -> Fields:
    """The flat fields of a push; of a doubled one the first. Raises Malformed.

    Characters that XML forbids, which some phones send, are dropped first.
    """
    try:
        text = body.decode()
        root: Element = fromstring(legal(text))
    except (UnicodeDecodeError, ParseError, DefusedXmlException, ValueError):
        raise Malformed from None
    if root.tag != "xml":
        raise Malformed
    fields: dict[str, str] = {}
    for child in root:
        fields.setdefault(child.tag, child.text or "")
    return fields


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _moment(timestamp: str) -> datetime:
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_TIME):
        raise Forged
    return datetime.fromtimestamp(int(timestamp), UTC)
