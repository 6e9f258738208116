"""The passive reply, read as strictly as the platform reads it."""

import re
from typing import Final
from xml.etree import ElementTree

from tests.fake_wechat.crypto import CryptoError, decrypt, sign
from tests.fake_wechat.webhook import Mode, Webhook

# The platform's notice to the user, as far as its first comma.
FAULT_NOTICE: Final = "该公众号提供的服务出现故障"
MAX_CONTENT_BYTES: Final = 2048
_NOTHING: Final = frozenset({b"", b"success"})
_TEXT_PARTS: Final = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"})
_SEALED_PARTS: Final = frozenset({"Encrypt", "MsgSignature", "TimeStamp", "Nonce"})
# Seconds since 1970 have ten digits; milliseconds would have thirteen.
_SECONDS: Final = re.compile(r"[0-9]{10}")


class ServiceFault(Exception):
    """The user was shown the platform's notice that the service is out of order."""


def read_reply(body: bytes, webhook: Webhook, openid: str) -> str | None:
    """The text the user reads, or None where the service chose to say nothing.

    Raise `ServiceFault` for anything but a well-formed text reply to this very user, sealed
    where the mode asks for it. In compatible mode either form will do.
    """
    if body in _NOTHING:
        return None
    parts = _parts(body)
    if webhook.mode is not Mode.PLAIN and "Encrypt" in parts:
        return _text(_parts(_unsealed(parts, webhook)), webhook, openid)
    _require("a plain reply in safe mode", holds=webhook.mode is not Mode.SAFE)
    return _text(parts, webhook, openid)


def _parts(body: bytes) -> dict[str, str]:
    _require("a document type in the reply", holds=b"<!DOCTYPE" not in body)
    try:
        root = ElementTree.fromstring(body.decode())  # noqa: S314 -- no document type gets here
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        reason = f"not XML: {error}"
        raise ServiceFault(reason) from error
    _require(f"the root is {root.tag!r}", holds=root.tag == "xml")
    parts = {child.tag: child.text or "" for child in root}
    _require("an element is repeated", holds=len(parts) == len(root))
    _require("an element is nested", holds=not any(len(child) for child in root))
    return parts


def _unsealed(parts: dict[str, str], webhook: Webhook) -> bytes:
    _require(f"the sealed parts are {sorted(parts)}", holds=parts.keys() == _SEALED_PARTS)
    sealed = parts["Encrypt"]
    expected = sign(webhook.token, parts["TimeStamp"], parts["Nonce"], sealed)
    _require("wrong MsgSignature", holds=parts["MsgSignature"] == expected)
    try:
        return decrypt(sealed, webhook.encoding_aes_key, webhook.app_id)
    except CryptoError as error:
        reason = f"cannot be decrypted: {error}"
        raise ServiceFault(reason) from error


def _text(parts: dict[str, str], webhook: Webhook, openid: str) -> str:
    _require("the type is not text", holds=parts.get("MsgType") == "text")
    _require(f"the parts are {sorted(parts)}", holds=parts.keys() == _TEXT_PARTS)
    _require("ToUserName is not the user", holds=parts["ToUserName"] == openid)
    _require("FromUserName is not the account", holds=parts["FromUserName"] == webhook.original_id)
    in_seconds = _SECONDS.fullmatch(parts["CreateTime"]) is not None
    _require("CreateTime is not in seconds", holds=in_seconds)
    content = parts["Content"]
    _require("Content is empty", holds=content.strip() != "")
    size = len(content.encode())
    _require(f"Content has {size} bytes", holds=size <= MAX_CONTENT_BYTES)
    return content


def _require(what: str, *, holds: bool) -> None:
    if not holds:
        raise ServiceFault(what)
