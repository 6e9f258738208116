"""What a content really is, by its first bytes; what anybody says of it is not believed."""

import re

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

_LOOK_AT = 1_024
"""Bytes. Where a document of words begins with a long comment, it is still found to be words."""

_STARTS = (
    (b"#!AMR", "audio/amr"),
    (b"#!SILK", "audio/silk"),
    (b"\x02#!SILK", "audio/silk"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_HEIF = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"hevc"})
_OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_MARKUP = re.compile(rb"\s*(<|[{\[])")
_ANY_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def media_type(content: bytes) -> str:
    """The media type, UNKNOWN if the first bytes do not tell. Markup is TEXT, whatever it is of."""
    if content[:4] == b"RIFF":
        return _RIFF.get(content[8:12], UNKNOWN)
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:12] in _HEIF else _film(content[8:12])
    for start, named in _STARTS:
        if content.startswith(start):
            return _zipped(content) if named == "application/zip" else named
    return TEXT if is_words(content) else UNKNOWN


def is_words(content: bytes) -> bool:
    """Whether this reads as text, markup and JSON included: no recording and no picture does."""
    start = content[:_LOOK_AT].removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(start):
        return True
    return bool(start) and not _ANY_CONTROL.search(start) and _is_utf8(start)


def _film(brand: bytes) -> str:
    return "audio/mp4" if brand == b"M4A " else "video/mp4"


def _zipped(content: bytes) -> str:
    """Office documents are archives that name their parts in the clear."""
    return next((named for part, named in _OFFICE if part in content), "application/zip")


def _is_utf8(start: bytes) -> bool:
    """A last character may be cut."""
    for cut in range(min(4, len(start))):
        try:
            start[: len(start) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False
