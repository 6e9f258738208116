"""The fields of a push as a Message."""

from dataclasses import dataclass
from datetime import datetime

from bot.wechat.envelope import Fields, Malformed
from handlers.model import Address, ChannelName, Kind, Message

_LONGEST_ID = 128
"""Characters of an openid or message id at most; the platform's have 28 and 64-bit numbers."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, and the account it was sent to (the sender of the reply)."""

    message: Message
    account: str


def read_message(fields: Fields, now: datetime) -> Incoming:
    """The message in a push. Raises Malformed if it has no sender, account, kind or key."""
    sender, account = _short(fields, "FromUserName"), _short(fields, "ToUserName")
    kind = _short(fields, "MsgType").lower()
    event = kind == "event"
    message = Message(
        sender=Address(ChannelName.WECHAT, sender),
        key=_event_key(fields) if event else f"m:{_short(fields, _id_field(fields))}",
        kind=_event_kind(fields) if event else _kind(kind),
        text="" if event else _words(fields, kind),
        received_at=now,
    )
    return Incoming(message, account)


def _kind(name: str) -> Kind:
    return {"text": Kind.TEXT, "voice": Kind.VOICE}.get(name, Kind.MEDIA)


def _event_kind(fields: Fields) -> Kind:
    kinds = {"subscribe": Kind.FOLLOW, "unsubscribe": Kind.LEAVE}
    return kinds.get(fields.get("Event", "").strip().lower(), Kind.EVENT)


def _words(fields: Fields, kind: str) -> str:
    """What was said in words: a text, or a voice message where the platform recognised it."""
    if kind == "text":
        return fields.get("Content", "").strip()
    return fields.get("Recognition", "").strip() if kind == "voice" else ""


def _event_key(fields: Fields) -> str:
    """Events have no id: sender, time, event and its key tell them apart."""
    parts = (_short(fields, "CreateTime"), _short(fields, "Event"), fields.get("EventKey", ""))
    return f"e:{':'.join(parts)}"[:_LONGEST_ID]


def _id_field(fields: Fields) -> str:
    """The platform spells it MsgID in some voice messages."""
    return "MsgId" if "MsgId" in fields else "MsgID"


def _short(fields: Fields, name: str) -> str:
    value = fields.get(name, "").strip()
    if not value or len(value) > _LONGEST_ID:
        raise Malformed
    return value
