"""A content is what its first bytes say."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.sniffing import TEXT, UNKNOWN, media_type


def archive(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"\x02#!SILK_V3", "audio/silk"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        (
            archive("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (archive("anything.txt"), "application/zip"),
        (b"<html><script>alert(1)</script>", TEXT),
        (b"  <svg onload=alert(1)>", TEXT),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", TEXT),
        (b'{"errcode":40007}', TEXT),
        ("欠条".encode(), TEXT),
        (b"", UNKNOWN),
        (b"\x00\x01\x02", UNKNOWN),
    ],
)
def test_what_a_content_is(content: bytes, expected: str) -> None:
    assert media_type(content) == expected


@given(st.binary(max_size=200))
def test_nothing_is_ever_a_page(content: bytes) -> None:
    for start in (b"", b"<svg>", b"\xff\xd8\xff"):
        assert media_type(start + content) not in ("text/html", "image/svg+xml")
