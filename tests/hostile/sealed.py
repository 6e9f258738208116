"""Encrypted pushes that somebody or something has touched."""

import base64
import secrets
import struct

from tests.fake_wechat.crypto import _cipher, random_aes_key
from tests.fake_wechat.webhook import document
from tests.hostile.attempt import Attempt, refused

_BLOCK = 16


def _framed(one: Attempt, frame: bytes) -> str:
    """Any frame under the right key."""
    encryptor = _cipher(one.target.key).encryptor()
    return base64.b64encode(encryptor.update(frame) + encryptor.finalize()).decode()


def _frame(one: Attempt, length: int | None = None, padding: bytes | None = None) -> bytes:
    text = one.xml()
    size = len(text) if length is None else length
    owner = one.target.app_id.encode()
    frame = secrets.token_bytes(16) + struct.pack(">I", size) + text + owner
    missing = 32 - len(frame) % 32
    return frame + (bytes([missing]) * missing if padding is None else padding)


def _flipped(one: Attempt, sealed: str) -> str:
    raw = bytearray(base64.b64decode(sealed))
    raw[one.chance.randrange(16, len(raw))] ^= 1 << one.chance.randrange(8)
    return base64.b64encode(raw).decode()


@refused("cipher text changed")
def _changed(one: Attempt) -> bytes:
    """Under the signature of the true one."""
    true = one.encrypted()
    body = document({"ToUserName": one.target.original_id, "Encrypt": _flipped(one, true)})
    return one.sealed(true, body)


@refused("cipher text cut, signed anew")
def _cut(one: Attempt) -> bytes:
    sealed = one.encrypted()
    cuts = [
        sealed[:-1],
        sealed[:-24],
        sealed[:44],
        sealed[:24],
        sealed[1:],
        sealed[64:],
        "A",
        "====",
    ]
    return one.sealed(one.pick(cuts) + one.pick(["", "="]))


@refused("cipher blocks in another order")
def _reordered(one: Attempt) -> bytes:
    raw = base64.b64decode(one.encrypted())
    blocks = [raw[at : at + _BLOCK] for at in range(0, len(raw), _BLOCK)]
    last = blocks[-1]
    while blocks[-1] == last:
        one.chance.shuffle(blocks)
    return one.sealed(base64.b64encode(b"".join(blocks)).decode())


@refused("cipher text is noise")
def _noise(one: Attempt) -> bytes:
    noise = one.chance.randbytes(one.pick([16, 32, 48, 160, 1_600, 15, 31]))
    text = one.pick([base64.b64encode(noise).decode(), noise.hex(), "密文", "%%%", one.marker])
    return one.sealed(text)


@refused("another account's app id")
def _app_id(one: Attempt) -> bytes:
    own = one.target.app_id
    other = one.pick([own + "0", own[:-1], own.upper(), "wx0000000000000000", "\u4e00", own + " "])
    return one.sealed(one.encrypted(app_id=other))


@refused("padding wrong")
def _padding(one: Attempt) -> bytes:
    bare = len(_frame(one, padding=b""))
    fill = 32 - bare % 32
    padding = one.pick(
        [b"\x00" * fill, b"\xff" * fill, b"\x21" * fill, b"\x10" * (fill - 1) + b"\x20"]
    )
    if fill == 16:
        padding = b"\x00" * fill
    return one.sealed(_framed(one, _frame(one, padding=padding)))


@refused("length wrong")
def _length(one: Attempt) -> bytes:
    length = one.pick([0, 1, 10**4, 2**31, 2**32 - 1, len(one.xml()) + 1, len(one.xml()) - 1])
    return one.sealed(_framed(one, _frame(one, length)))


@refused("unknown key")
def _key(one: Attempt) -> bytes:
    return one.sealed(one.encrypted(key=random_aes_key()))


@refused("Encrypt missing or doubled")
def _encrypt(one: Attempt) -> bytes:
    sealed = one.encrypted()
    second = one.encrypted(one.xml("另一条"))
    part = "<Encrypt><![CDATA[{}]]></Encrypt>".format
    inside = one.pick(
        ["", part(""), part(sealed) + part(second), part(second) + part(sealed), part(second)]
    )
    return one.sealed(sealed, f"<xml><ToUserName>g</ToUserName>{inside}</xml>".encode())


@refused("msg_signature missing or wrong")
def _msg_signature(one: Attempt) -> bytes:
    bad = one.pick(["", "0" * 40, one.marker, "签名", one.query()["signature"]])
    return one.sealed(one.encrypted(), msg_signature=bad)


@refused("sealed, but no message inside")
def _inside(one: Attempt) -> bytes:
    inner = one.pick(
        [
            b"",
            b"<xml></xml>",
            b"success",
            one.marker.encode(),
            b"\xff\xfe\x00",
            b"<!DOCTYPE xml [<!ENTITY a 'b'>]><xml><Content>&a;</Content></xml>",
            one.xml()[:-9],
            one.xml("房东不退押金").decode().encode("utf-16"),
        ]
    )
    return one.sealed(one.encrypted(inner))


@refused("sealed for somebody else")
def _openid(one: Attempt) -> bytes:
    return one.sealed(one.encrypted(), openid=one.openid + one.pick(["x", "-", "0"]))
