"""What a service may send by the customer-service interface, read as strictly as there."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.fake_wechat.errors import (
    CONTENT_TOO_LONG,
    EMPTY_CONTENT,
    INVALID_MESSAGE_TYPE,
    INVALID_OPENID,
    NOT_JSON,
    TOO_MANY_ARTICLES,
    Refused,
)

_WITH_MEDIA: Final = frozenset({"image", "voice", "video"})
_KINDS: Final = _WITH_MEDIA | {"text", "msgmenu", "news", "music", "miniprogrampage"}
# An escape in a JSON string: \uXXXX, or any other pair led by a backslash.
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_FIRST_NON_ASCII: Final = 0x80


@dataclass(frozen=True, slots=True)
class Outgoing:
    openid: str
    kind: str
    text: str
    media_id: str | None
    payload: Mapping[str, object]


def read_json(body: bytes) -> dict[str, object]:
    """The JSON object of a request, as the platform reads it, or `Refused` (47001).

    Escaped letters (`\\u4f60`) stay as they are: users of the real platform see the escapes,
    so a client has to send its letters unescaped.
    """
    try:
        parsed = json.loads(_ESCAPE.sub(_keep_escape, body.decode()))
    except ValueError:
        raise Refused(NOT_JSON) from None
    if not isinstance(parsed, dict):
        raise Refused(NOT_JSON)
    return parsed


def read_message(body: bytes, content_bytes: int) -> Outgoing:
    """The message of a send, or `Refused`: 47001, 40003, 40008, 44004, 45002, 45008."""
    payload = read_json(body)
    openid, kind = payload.get("touser"), payload.get("msgtype")
    if not isinstance(openid, str) or not openid:
        raise Refused(INVALID_OPENID)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise Refused(INVALID_MESSAGE_TYPE)
    part = _section(payload, kind)
    text = _readable(kind, part)
    if len(text.encode("utf-8", "surrogatepass")) > content_bytes:
        raise Refused(CONTENT_TOO_LONG)
    media_id = str(part.get("media_id", "")) if kind in _WITH_MEDIA else None
    return Outgoing(openid, kind, text, media_id, payload)


def _keep_escape(match: re.Match[str]) -> str:
    escape = match[1]
    if len(escape) == 1 or int(escape[1:], 16) < _FIRST_NON_ASCII:
        return match[0]
    return "\\" + match[0]


def _readable(kind: str, part: Mapping[str, object]) -> str:
    """What a user can read in a message of this kind."""
    match kind:
        case "text":
            return _filled(part.get("content"))
        case "msgmenu":
            return "\n".join(_menu_lines(part))
        case "news":
            return "\n".join(_article_lines(part))
        case _:
            return f"[{kind}]"


def _menu_lines(part: Mapping[str, object]) -> list[str]:
    choices = [_filled(choice.get("content")) for choice in _objects(part.get("list"))]
    if not choices:
        raise Refused(EMPTY_CONTENT)
    ends = [str(part.get(end) or "") for end in ("head_content", "tail_content")]
    return [line for line in (ends[0], *choices, ends[1]) if line]


def _article_lines(part: Mapping[str, object]) -> list[str]:
    articles = _objects(part.get("articles"))
    if len(articles) > 1:
        raise Refused(TOO_MANY_ARTICLES)
    lines = [str(a.get(name) or "") for a in articles for name in ("title", "description", "url")]
    if not any(lines):
        raise Refused(EMPTY_CONTENT)
    return [line for line in lines if line]


def _filled(content: object) -> str:
    if not isinstance(content, str) or not content.strip():
        raise Refused(EMPTY_CONTENT)
    return content


def _section(payload: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = payload.get(name)
    if not isinstance(part, dict):
        raise Refused(EMPTY_CONTENT)
    return part


def _objects(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
