"""Two independent implementations of the encryption read each other."""

import base64
from xml.etree import ElementTree

import pytest
from wechatpy.crypto import WeChatCrypto

from tests.fake_wechat.crypto import CryptoError, decrypt, encrypt, random_aes_key, sign

TOKEN, APP_ID, STAMP, NONCE = "meihekou", "wx6f1e0c2a9b3d4e57", "1772442000", "1320562132"
# Every padding length is met: 0 to 40 bytes run over a whole block of 32.
TEXTS = [*("a" * n for n in range(41)), "工资被拖欠三个月 😀 ]]> <b>&amp;", "法" * 3000]


@pytest.fixture
def key() -> str:
    return random_aes_key()


def test_what_the_fake_seals_the_library_reads(key: str) -> None:
    library = WeChatCrypto(TOKEN, key, APP_ID)
    for text in TEXTS:
        sealed = encrypt(text.encode(), key, APP_ID)
        signature = sign(TOKEN, STAMP, NONCE, sealed)
        opened = library.decrypt_message({"Encrypt": sealed}, signature, STAMP, NONCE)
        assert opened == text


def test_what_the_library_seals_the_fake_reads(key: str) -> None:
    library = WeChatCrypto(TOKEN, key, APP_ID)
    for text in TEXTS:
        parts = ElementTree.fromstring(library.encrypt_message(text, NONCE, STAMP))  # noqa: S314
        sealed = parts.findtext("Encrypt") or ""
        assert parts.findtext("MsgSignature") == sign(TOKEN, STAMP, NONCE, sealed)
        assert decrypt(sealed, key, APP_ID).decode() == text


def test_a_seal_never_repeats(key: str) -> None:
    assert encrypt(b"same", key, APP_ID) != encrypt(b"same", key, APP_ID)


def test_another_key_account_or_a_changed_text_is_refused(key: str) -> None:
    sealed = encrypt(b"a message of the usual length", key, APP_ID)
    changed = bytearray(base64.b64decode(sealed))
    changed[-1] ^= 1
    attempts = [
        (sealed, random_aes_key(), APP_ID),
        (sealed, key, "wx0000000000000000"),
        (base64.b64encode(changed).decode(), key, APP_ID),
        (sealed[:-4], key, APP_ID),
        ("", key, APP_ID),
    ]
    for attempt in attempts:
        with pytest.raises(CryptoError):
            decrypt(*attempt)
