"""How the platform writes to a service's webhook: signed address, plain or sealed body."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tests.fake_wechat.crypto import KEY_LETTERS, encrypt, sign
from tests.fake_wechat.followers import Touch

# A text goes into CDATA, a number stands bare.
Value = str | int | float


class Mode(StrEnum):
    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the account's administrator entered on the platform's settings page.

    `dataclasses.replace` makes the variants: another key in rotation, a forger's token.
    """

    url: str
    token: str = field(repr=False)
    app_id: str
    original_id: str
    mode: Mode = Mode.PLAIN
    encoding_aes_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.mode is not Mode.PLAIN and len(self.encoding_aes_key) != KEY_LETTERS:
            reason = f"{self.mode} mode needs a key of {KEY_LETTERS} letters and digits"
            raise ValueError(reason)


@dataclass(frozen=True, slots=True)
class Push:
    """One message or event on its way to the service; all its deliveries carry this text."""

    openid: str
    xml: bytes
    msg_id: int | None = None
    touch: Touch | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery: the query of the address, and the body."""

    query: Mapping[str, str]
    body: bytes


def document(fields: Mapping[str, Value]) -> bytes:
    """The platform's XML. It does no escaping within CDATA, so a resident's `]]>` breaks it."""
    lines = (f"<{name}>{_written(value)}</{name}>" for name, value in fields.items())
    return ("<xml>" + "\n".join(lines) + "\n</xml>").encode("utf-8", "surrogatepass")


def signed_query(webhook: Webhook, at: datetime) -> dict[str, str]:
    """Time stamp, fresh nonce and their signature."""
    stamp, nonce = str(int(at.timestamp())), str(secrets.randbelow(10**10))
    signature = sign(webhook.token, stamp, nonce)
    return {"signature": signature, "timestamp": stamp, "nonce": nonce}


def wrap(webhook: Webhook, push: Push, at: datetime) -> Parcel:
    """The delivery of a push at this time, in the mode of the webhook."""
    query = signed_query(webhook, at)
    query["openid"] = push.openid
    if webhook.mode is Mode.PLAIN:
        return Parcel(query, push.xml)
    sealed = encrypt(push.xml, webhook.encoding_aes_key, webhook.app_id)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = sign(webhook.token, query["timestamp"], query["nonce"], sealed)
    return Parcel(query, _sealed_body(webhook, push, sealed))


def _sealed_body(webhook: Webhook, push: Push, sealed: str) -> bytes:
    if webhook.mode is Mode.SAFE:
        return document({"ToUserName": webhook.original_id, "Encrypt": sealed})
    both = f"<Encrypt><![CDATA[{sealed}]]></Encrypt>\n</xml>".encode()
    return push.xml.removesuffix(b"</xml>") + both


def _written(value: Value) -> str:
    return f"<![CDATA[{value}]]>" if isinstance(value, str) else str(value)
