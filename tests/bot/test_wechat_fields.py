"""The reader of the platform's XML: any text stays a text, and nothing else gets in."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.fields import Malformed, read_fields
from bot.wechat.rendering import cdata, text_reply

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
XML = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>"
    "<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>你好</Content><MsgId>7</MsgId></xml>"
)


@given(st.binary(max_size=300))
def test_any_bytes_are_fields_or_malformed(noise: bytes) -> None:
    try:
        read_fields(noise)
    except Malformed:
        return


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"<other/>",
        b"\xff\xfe",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
    ],
)
def test_what_is_no_message_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_fields(body)


NASTY = (
    "看 <![CDATA[这个]]> 是什么",
    "]]>",
    "<xml><Content><![CDATA[你好]]></Content><MsgId>1</MsgId></xml>",
    "]]></Content><FromUserName><![CDATA[o2]]></FromUserName><Content><![CDATA[",
    "]]></Content>\n<MsgId>1</MsgId>\n<Content><![CDATA[",
    "]]></Content></xml>",
    "<![CDATA[",
    "&lt;&a;",
)


@pytest.mark.parametrize("text", NASTY)
def test_whatever_a_resident_writes_stays_their_text(text: str) -> None:
    """As the platform sends it: nothing escaped, the id behind the text."""
    fields = read_fields(XML.replace("你好", f"<![CDATA[{text}]]>").encode())
    assert fields["Content"] == text
    assert fields["FromUserName"] == "o1"
    assert fields["MsgId"] == "7"


@given(st.text())
def test_any_text_is_read_as_a_strict_reader_would(text: str) -> None:
    xml = f"<xml><ToUserName>g</ToUserName><Content>{cdata(text)}</Content></xml>"
    strict = ElementTree.fromstring(xml).findtext("Content")  # noqa: S314  our own
    assert read_fields(xml.encode())["Content"] == strict


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  <![CDATA[好]]> ", "好"),
        ("&lt;a&gt; &amp; &#20320;&#x597D;&#0;", "<a> & 你好"),
        ("<![CDATA[a]]]]><![CDATA[>b]]>", "a]]>b"),
        ("", ""),
    ],
)
def test_values_may_be_written_in_several_ways(written: str, read: str) -> None:
    assert read_fields(XML.replace("你好", written).encode())["Content"] == read


def test_elements_within_elements_do_no_harm() -> None:
    inner = "<List><Content>1</Content></List>" * 2
    fields = read_fields(f"<xml><Popup>{inner}</Popup><MsgId>7</MsgId><Empty/></xml>".encode())
    assert fields == {"Popup": inner, "MsgId": "7", "Empty": ""}


@pytest.mark.parametrize("name", ["FromUserName", "ToUserName", "MsgType", "MsgId", "CreateTime"])
def test_a_push_with_two_identities_is_malformed(name: str) -> None:
    with pytest.raises(Malformed):
        read_fields(XML.replace("</xml>", f"<{name}>other</{name}></xml>").encode())


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"\xed\xa0\xbd\xed\xb8\x80", "😀"),
        (b"\xed\xa0\xbd", ""),
        (b"\xed\xb8\x80", ""),
        (b"\xf0\x9f\x98", ""),
    ],
    ids=["a pair of halves", "a first half", "a second half", "cut off"],
)
def test_signs_cut_in_half_do_no_harm(sent: bytes, read: str) -> None:
    body = XML.replace("你好", "<![CDATA[你HERE]]>").encode().replace(b"HERE", sent)
    assert read_fields(body)["Content"] == f"你{read}"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-32", "big5"])
def test_another_encoding_is_not_guessed(encoding: str) -> None:
    with pytest.raises(Malformed):
        read_fields(XML.encode(encoding, "replace"))


@pytest.mark.parametrize(
    "body",
    [
        "<xml>" + "<a>" * 300_000,
        "<xml>" + "</Content>" * 90_000,
        "<xml><Content><![CDATA[" + "]]> </Content>" * 70_000,
        "<xml>" + "<Content><![CDATA[" * 50_000 + "</xml>",
        "<xml>" + " " * 900_000,
        "<xml><Content>" + "&lt;" * 200_000 + "</Content></xml>",
    ],
)
def test_no_body_takes_long(body: str) -> None:
    began = time.thread_time()
    with suppress(Malformed):
        read_fields(body.encode())
    assert time.thread_time() - began < 1.5


def test_control_characters_in_a_text_do_no_harm() -> None:
    fields = read_fields(XML.replace("你好", "你\x1d\x02好").encode())
    assert fields["Content"] == "你好"


@given(st.text())
def test_any_text_survives_in_a_reply(text: str) -> None:
    fields = read_fields(text_reply("o1", "gh_1", text, NOW).encode())
    plain = "".join(text.replace("\r\n", "\n").replace("\r", "\n"))
    assert fields["Content"] == read_fields(f"<xml><C>{cdata(plain)}</C></xml>".encode())["C"]
    assert set(fields) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
