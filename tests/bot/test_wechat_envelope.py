"""The envelope: only what the platform sealed is opened."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto

from bot.wechat.envelope import FRESH_FOR, Forged, Post, aes_key
from bot.wechat.fields import Malformed, read_fields
from bot.wechat.inbound import read_message
from bot.wechat.rendering import cdata, text_reply
from config.settings import MessageMode
from handlers.model import Kind

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CURRENT, PREVIOUS = aes_key("a" * 43), aes_key("b" * 43)
ALL = frozenset(MessageMode)
XML = (
    "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>"
    "<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>你好</Content><MsgId>7</MsgId></xml>"
)


def post(
    keys: tuple[bytes, ...] = (CURRENT, PREVIOUS), modes: frozenset[MessageMode] = ALL
) -> Post:
    return Post("token", "wx1", keys, modes)


def sign(*words: str) -> str:
    return hashlib.sha1("".join(sorted(("token", *words))).encode()).hexdigest()  # noqa: S324


def query(at: datetime = NOW, **more: str) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"timestamp": stamp, "nonce": "n", "signature": sign(stamp, "n")} | more


def sealed(key: bytes, app_id: str = "wx1") -> tuple[dict[str, str], bytes]:
    text = PrpCrypto(key).encrypt(XML, app_id).decode()
    asked = query(encrypt_type="aes")
    asked["msg_signature"] = sign(asked["timestamp"], "n", text)
    return asked, f"<xml><Encrypt>{text}</Encrypt></xml>".encode()


def test_a_signed_push_is_let_in() -> None:
    post().verify(query(), NOW)


@pytest.mark.parametrize("late", [FRESH_FOR + timedelta(seconds=1), -FRESH_FOR * 2])
def test_an_old_or_future_push_is_refused(late: timedelta) -> None:
    with pytest.raises(Forged):
        post().verify(query(NOW - late), NOW)


@pytest.mark.parametrize(
    "bad",
    [{"signature": ""}, {"nonce": "other"}, {"timestamp": "x"}, {"timestamp": "9" * 30}],
)
def test_a_changed_query_is_refused(bad: dict[str, str]) -> None:
    with pytest.raises(Forged):
        post().verify(query() | bad, NOW)


@pytest.mark.parametrize("key", [CURRENT, PREVIOUS])
def test_the_current_and_the_previous_key_open(key: bytes) -> None:
    opened = post().open(*sealed(key))
    assert opened.fields["Content"] == "你好"


def test_a_reply_is_closed_with_the_key_that_opened() -> None:
    opened = post().open(*sealed(PREVIOUS))
    assert opened.crypto is not None
    closed = read_fields(post().close("<xml>答</xml>", opened.crypto, NOW).encode())
    assert closed["MsgSignature"] == sign(closed["TimeStamp"], closed["Nonce"], closed["Encrypt"])
    assert PrpCrypto(PREVIOUS).decrypt(closed["Encrypt"], "wx1") == "<xml>答</xml>"


def test_another_accounts_push_is_refused() -> None:
    with pytest.raises(Forged):
        post().open(*sealed(CURRENT, app_id="wx2"))


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(Forged):
        post().open(*sealed(aes_key("c" * 43)))


def test_safe_mode_alone_refuses_plain_text() -> None:
    with pytest.raises(Forged):
        post(modes=frozenset({MessageMode.SAFE})).open(query(), XML.encode())


@given(st.binary(max_size=200))
def test_any_sealed_bytes_are_forged_or_malformed(noise: bytes) -> None:
    body = b"<xml><Encrypt>" + noise.hex().encode() + b"</Encrypt></xml>"
    asked = query(encrypt_type="aes")
    asked["msg_signature"] = sign(asked["timestamp"], "n", noise.hex())
    with pytest.raises((Forged, Malformed)):
        post().open(asked, body)


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


def test_control_characters_in_a_text_do_no_harm() -> None:
    fields = read_fields(XML.replace("你好", "你\x1d\x02好").encode())
    assert fields["Content"] == "你好"


@pytest.mark.parametrize("gone", ["FromUserName", "ToUserName", "MsgType", "MsgId"])
def test_a_message_without_a_needed_field_is_malformed(gone: str) -> None:
    with pytest.raises(Malformed):
        read_message(read_fields(XML.replace(gone, "Other").encode()), NOW)


def test_two_events_of_one_second_have_two_keys() -> None:
    event = {"FromUserName": "o1", "ToUserName": "g", "MsgType": "event", "CreateTime": "1"}
    first = read_message(event | {"Event": "CLICK", "EventKey": "a"}, NOW)
    second = read_message(event | {"Event": "CLICK", "EventKey": "b"}, NOW)
    assert first.message.key != second.message.key


def test_following_is_told_from_other_events() -> None:
    event = {"FromUserName": "o1", "ToUserName": "g", "MsgType": "event", "CreateTime": "1"}
    assert read_message(event | {"Event": "subscribe"}, NOW).message.kind is Kind.FOLLOW
    assert read_message(event | {"Event": "VIEW"}, NOW).message.kind is Kind.EVENT


@given(st.text())
def test_any_text_survives_in_a_reply(text: str) -> None:
    fields = read_fields(text_reply("o1", "gh_1", text, NOW).encode())
    plain = "".join(text.replace("\r\n", "\n").replace("\r", "\n"))
    assert fields["Content"] == read_fields(f"<xml><C>{cdata(plain)}</C></xml>".encode())["C"]
    assert set(fields) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
