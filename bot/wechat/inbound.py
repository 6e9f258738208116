"""The fields of a push as a Message."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime

from bot.wechat.attached import read_attachment
from bot.wechat.fields import Fields, Malformed
from handlers.model import Address, ChannelName, Kind, Message
from knowledge.menu import Menu

_LONGEST_WORD = 128
"""Characters of a name, a kind or an id at most; the platform's openids have 28."""

_NAME = re.compile(r"[A-Za-z0-9_.@:+=-]{1,128}")
"""An openid or an account. Nothing that could mean something in XML or a page."""

_MESSAGE_ID = re.compile(r"0*[1-9][0-9]{0,19}")
"""A number of 64 bits, but no zero: some pushes carry 0 for "none"."""

_DIGEST = 32
"""Hexadecimal digits that tell pushes of one sender apart: 128 bits."""

_FOLLOWS = "subscribe"
_LEAVES = "unsubscribe"
_WITHDRAWS = frozenset({"user_authorization_revoke", "user_authorization_cancellation"})
"""A resident took back a consent or gave up their WeChat account: the platform asks to erase them
(https://developers.weixin.qq.com/doc/service/guide/h5/authorization_change.html, read 2026-11)."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, the account it was sent to (the sender of the reply), and who pushed it.

    That is the resident, but for what the platform tells of a resident by itself.
    """

    message: Message
    account: str
    pushed_by: str


def read_message(fields: Fields, now: datetime, menu: Menu) -> Incoming:
    """The message in a push. Raises Malformed if it has no sender, account, kind or key."""
    kind = _word(fields, "MsgType").lower()
    account, pushed_by = _name(fields, "ToUserName"), _name(fields, "FromUserName")
    if kind == "event":
        return Incoming(_event(fields, now, menu), account, pushed_by)
    message = Message(
        sender=Address(ChannelName.WECHAT, pushed_by),
        key=_message_key(fields),
        kind=_kind(kind),
        text=_words(fields, kind),
        received_at=now,
        attachment=read_attachment(fields),
    )
    return Incoming(message, account, pushed_by)


def _event(fields: Fields, now: datetime, menu: Menu) -> Message:
    name = fields.get("Event", "").strip().lower()
    # Of a withdrawal the platform itself is the sender: another field names the resident.
    resident = _name(fields, "OpenID" if name in _WITHDRAWS else "FromUserName")
    return Message(
        sender=Address(ChannelName.WECHAT, resident),
        key=_event_key(fields),
        kind=_event_kind(name),
        text=_words_of_event(name, fields, menu),
        received_at=now,
    )


def _kind(name: str) -> Kind:
    return {"text": Kind.TEXT, "voice": Kind.VOICE}.get(name, Kind.MEDIA)


def _event_kind(name: str) -> Kind:
    if name == _LEAVES or name in _WITHDRAWS:
        return Kind.LEAVE
    return Kind.FOLLOW if name == _FOLLOWS else Kind.EVENT


def _words_of_event(name: str, fields: Fields, menu: Menu) -> str:
    """What somebody says who taps or scans and then waits; of all other events nothing.

    The other buttons open a page, or are followed by a message with the picture or the place.
    """
    match name:
        case "click":
            return menu.words(fields.get("EventKey", "").strip())
        case "scan":
            return menu.words_of_scan
        case "scancode_waitmsg":
            return menu.words_for_help
        case _:
            return ""


def _words(fields: Fields, kind: str) -> str:
    """What was said in words: a text, or a voice message where the platform recognised it."""
    if kind == "text":
        return fields.get("Content", "").strip()
    return fields.get("Recognition", "").strip() if kind == "voice" else ""


def _event_key(fields: Fields) -> str:
    """Events have no id: time, event and all the rest tell those of one sender apart.

    All the rest, since two of one second differ in a key, a template message or a place.
    """
    return f"e:{_word(fields, 'CreateTime')}:{_word(fields, 'Event')}:{_digest(fields)}"


def _message_key(fields: Fields) -> str:
    """The platform's id; where it is none, all that was sent. It is spelt MsgID at times."""
    number = _word(fields, "MsgId" if "MsgId" in fields else "MsgID")
    return f"m:{number}" if _MESSAGE_ID.fullmatch(number) else f"d:{_digest(fields)}"


def _digest(fields: Fields) -> str:
    written = json.dumps(sorted(fields.items())).encode()
    return hashlib.sha256(written).hexdigest()[:_DIGEST]


def _name(fields: Fields, field: str) -> str:
    name = _word(fields, field)
    if not _NAME.fullmatch(name):
        raise Malformed
    return name


def _word(fields: Fields, field: str) -> str:
    word = fields.get(field, "").strip()
    if not word or len(word) > _LONGEST_WORD:
        raise Malformed
    return word
