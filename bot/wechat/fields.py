"""The platform's flat XML, read in linear time whatever residents wrote into it.

The platform puts what people write into CDATA as it is. Somebody who pastes `<![CDATA[…]]>` or
`]]>` into a text makes XML that no strict parser reads, and would be left without an answer.
We read the few shapes the platform writes and nothing more: no document type, no entities of
one's own, no comments, no attributes.
"""

import codecs
import re
from collections.abc import Iterator, Mapping

from bot.wechat.rendering import legal

MOST_FIELDS = 64
"""Fields of a push at most; the platform's longest have some twenty."""

Fields = Mapping[str, str]

_ROOT = re.compile(r"\ufeff?\s*(?:<\?xml[^<>]{0,200}\?>\s*)?<xml>", re.ASCII)
_OPENING = re.compile(r"\s*<([A-Za-z_]\w{0,63})(?:\s*(/)>|>(\s*<!\[CDATA\[)?)", re.ASCII)
_END = re.compile(r"\s*</xml>\s*\Z", re.ASCII)
_NEXT_TAG = re.compile(r"\s*<", re.ASCII)
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w{1,64}));", re.ASCII)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}

_WRITTEN_BY_PEOPLE = frozenset(
    {
        *("Content", "Recognition", "Title", "Description", "Url", "Label", "Poiname"),
        *("ScanCodeInfo", "SendLocationInfo"),
    }
)
"""What may hold a closing tag as text: these run to their last closing tag."""

_SAYS_WHO = frozenset(
    {
        *("ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "MsgID"),
        *("Event", "EventKey", "OpenID", "Encrypt"),
    }
)
"""What a push is known by: given twice with two values, nobody can tell whose it is."""

_SURROGATE_PAIR = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_CUT_SHORT = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{0,2}(?=\]\]>|<)")


class Malformed(Exception):
    """The push is signed, but what it holds is no message."""


def read_fields(body: bytes) -> Fields:
    """The fields of a push, those of nested elements left as written. Raises Malformed.

    Characters that XML forbids, which some phones send, are dropped first. Of a field that
    stands twice the first counts.
    """
    text = _decoded(body)
    root = _ROOT.match(text)
    if root is None:
        raise Malformed
    fields: dict[str, str] = {}
    at = root.end()
    for _ in range(MOST_FIELDS):
        opening = _OPENING.match(text, at)
        if opening is None:
            break
        value, at = _value(text, opening)
        if fields.setdefault(opening[1], value) != value and opening[1] in _SAYS_WHO:
            raise Malformed
    if _END.match(text, at) is None:
        raise Malformed
    return fields


def _decoded(body: bytes) -> str:
    try:
        text = legal(body.decode(errors=_MENDING))
    except UnicodeDecodeError:
        raise Malformed from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _value(text: str, opening: re.Match[str]) -> tuple[str, int]:
    """A field's value and where it ends, closing tag included."""
    name, empty, cdata = opening.groups()
    if empty:
        return "", opening.end()
    for end, after in _closings(text, name, opening.end()):
        if cdata is None:
            return _plain(text[opening.end() : end]), after
        if (end := _end_of_cdata(text, opening.end(), end)) >= 0:
            return _joined(text[opening.end() : end]), after
    raise Malformed


def _closings(text: str, name: str, start: int) -> Iterator[tuple[int, int]]:
    """Where a field's closing tag may be, the likeliest first."""
    tag = f"</{name}>"
    if name not in _WRITTEN_BY_PEOPLE:
        at = text.find(tag, start)
        while at >= 0:
            yield at, at + len(tag)
            at = text.find(tag, at + len(tag))
        return
    at = text.rfind(tag, start)
    while at >= 0:
        if _NEXT_TAG.match(text, at + len(tag)):
            yield at, at + len(tag)
        at = text.rfind(tag, start, at)


def _end_of_cdata(text: str, start: int, end: int) -> int:
    """Where a section ends that is closed right before `end`; -1 if none is."""
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return end - 3 if text.endswith("]]>", start, end) else -1


def _joined(text: str) -> str:
    """Two sections next to each other are how careful senders write `]]>`."""
    return text.replace("]]]]><![CDATA[>", "]]>")


def _plain(text: str) -> str:
    """A value outside CDATA, where signs may stand as references."""
    text = text.strip()
    if "&" not in text or "<" in text:
        return text
    return legal(_REFERENCE.sub(_sign, text))


def _sign(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name is not None:
        if name not in _NAMED:
            raise Malformed
        return _NAMED[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number) if number <= 0x10FFFF else ""  # noqa: PLR2004  the last of Unicode


def _mended(error: UnicodeError) -> tuple[str, int]:
    """Signs that phones and cutting leave half: joined where whole, else dropped.

    Everything else that is not UTF-8 raises: it is another encoding, and would be misread.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    body, at = error.object, error.start
    if pair := _SURROGATE_PAIR.match(body, at):
        halves = pair[0].decode(errors="surrogatepass")
        return halves.encode("utf-16", "surrogatepass").decode("utf-16"), pair.end()
    if half := _SURROGATE.match(body, at) or _CUT_SHORT.match(body, at):
        return "", half.end()
    raise error


_MENDING = "faxiaomei.mended"
codecs.register_error(_MENDING, _mended)
