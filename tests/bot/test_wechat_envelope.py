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
from config.settings import MessageMode
from handlers.model import Kind
from tests.menu import MENU

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


def in_both(sealed_push: tuple[dict[str, str], bytes], xml: str = XML) -> bytes:
    """The body in compatible mode."""
    sealed = sealed_push[1].decode().removeprefix("<xml>")
    return (xml.removesuffix("</xml>") + sealed).encode()


def test_of_two_halves_that_disagree_the_sealed_one_counts() -> None:
    push = sealed(CURRENT)
    opened = post().open(push[0], in_both(push, XML.replace("o1", "o2").replace("你好", "假的")))
    assert opened.fields["FromUserName"] == "o1"
    assert opened.fields["Content"] == "你好"


@pytest.mark.parametrize("off", MessageMode)
def test_a_mode_that_is_switched_off_is_refused(off: MessageMode) -> None:
    push = sealed(CURRENT)
    sent = {
        MessageMode.PLAIN: (query(), XML.encode()),
        MessageMode.COMPATIBLE: (push[0], in_both(push)),
        MessageMode.SAFE: push,
    }
    for mode in MessageMode:
        assert post().open(*sent[mode]).fields["Content"] == "你好"
    with pytest.raises(Forged):
        post(modes=ALL - {off}).open(*sent[off])


@pytest.mark.parametrize("kind", ["AES", "des", "aes ", "plain"])
def test_an_unknown_kind_of_encryption_is_refused(kind: str) -> None:
    with pytest.raises(Forged):
        post().open(query(encrypt_type=kind), XML.encode())


def test_a_sealed_push_without_its_signature_is_refused() -> None:
    asked, body = sealed(CURRENT)
    with pytest.raises(Forged):
        post().open(asked | {"msg_signature": ""}, body)


def test_a_sealed_push_without_its_text_is_malformed() -> None:
    with pytest.raises(Malformed):
        post().open(query(encrypt_type="aes"), XML.encode())


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


@pytest.mark.parametrize("gone", ["FromUserName", "ToUserName", "MsgType", "MsgId"])
def test_a_message_without_a_needed_field_is_malformed(gone: str) -> None:
    with pytest.raises(Malformed):
        read_message(read_fields(XML.replace(gone, "Other").encode()), NOW, MENU)


def test_two_events_of_one_second_have_two_keys() -> None:
    event = {"FromUserName": "o1", "ToUserName": "g", "MsgType": "event", "CreateTime": "1"}
    first = read_message(event | {"Event": "CLICK", "EventKey": "a"}, NOW, MENU)
    second = read_message(event | {"Event": "CLICK", "EventKey": "b"}, NOW, MENU)
    assert first.message.key != second.message.key


@pytest.mark.parametrize("number", ["0", "abc", "9" * 30])
def test_without_a_proper_id_what_was_sent_is_the_key(number: str) -> None:
    def key(text: str) -> str:
        return read_message(
            read_fields(XML.replace("7", number).replace("你好", text).encode()), NOW, MENU
        ).message.key

    assert key("你好") == key("你好")
    assert key("你好") != key("谢谢")


@pytest.mark.parametrize("name", ["<b>o1</b>", "o 1", "居民", "o1]]>", "o" * 129])
def test_a_name_that_could_mean_something_elsewhere_is_malformed(name: str) -> None:
    fields = dict(read_fields(XML.encode())) | {"FromUserName": name}
    with pytest.raises(Malformed):
        read_message(fields, NOW, MENU)


def test_following_is_told_from_other_events() -> None:
    event = {"FromUserName": "o1", "ToUserName": "g", "MsgType": "event", "CreateTime": "1"}
    assert read_message(event | {"Event": "subscribe"}, NOW, MENU).message.kind is Kind.FOLLOW
    assert read_message(event | {"Event": "VIEW"}, NOW, MENU).message.kind is Kind.EVENT
