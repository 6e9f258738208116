"""The platform's message encryption, written from its description alone.

It shares no code with the library the service uses, so that each side checks the other.
Layout before AES-256-CBC: 16 random bytes, length of the text (4 bytes, big-endian), the
text, the app id; padded by PKCS7 to 32 bytes. The first half of the key is the start vector.
"""

import base64
import hashlib
import secrets
import string
import struct
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

KEY_LETTERS: Final = 43
_BLOCK: Final = 32
_SALT: Final = 16
_LENGTH: Final = struct.Struct(">I")


class CryptoError(Exception):
    """The text is not one the platform can decrypt."""


def random_aes_key() -> str:
    """An EncodingAESKey as the platform makes them: 43 letters and digits."""
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(KEY_LETTERS))


def sign(token: str, *parts: str) -> str:
    """SHA-1 over the token and the parts, sorted and joined."""
    joined = "".join(sorted((token, *parts)))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def encrypt(text: bytes, encoding_aes_key: str, app_id: str) -> str:
    """Base64 of the cipher text; a new salt, so another result, each time."""
    framed = secrets.token_bytes(_SALT) + _LENGTH.pack(len(text)) + text + app_id.encode()
    padding = _BLOCK - len(framed) % _BLOCK
    encryptor = _cipher(encoding_aes_key).encryptor()
    sealed = encryptor.update(framed + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(sealed: str, encoding_aes_key: str, app_id: str) -> bytes:
    """The text; raise `CryptoError` for a wrong key, padding, length or app id."""
    framed = _unpadded(_decrypted(sealed, encoding_aes_key))
    start = _SALT + _LENGTH.size
    if len(framed) < start:
        reason = "too short"
        raise CryptoError(reason)
    (length,) = _LENGTH.unpack(framed[_SALT:start])
    text, owner = framed[start : start + length], framed[start + length :]
    if len(text) != length:
        reason = "the text is shorter than it says"
        raise CryptoError(reason)
    if owner != app_id.encode():
        reason = "another account's app id"
        raise CryptoError(reason)
    return text


def _decrypted(sealed: str, encoding_aes_key: str) -> bytes:
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError as error:
        reason = "not base64"
        raise CryptoError(reason) from error
    if not raw or len(raw) % _BLOCK:
        reason = "not whole blocks of 32 bytes"
        raise CryptoError(reason)
    decryptor = _cipher(encoding_aes_key).decryptor()
    return decryptor.update(raw) + decryptor.finalize()


def _unpadded(padded: bytes) -> bytes:
    padding = padded[-1]
    if not 1 <= padding <= _BLOCK or padded[-padding:] != bytes([padding]) * padding:
        reason = "wrong padding"
        raise CryptoError(reason)
    return padded[:-padding]


def _cipher(encoding_aes_key: str) -> Cipher[CBC]:
    key = base64.b64decode(encoding_aes_key + "=")
    return Cipher(AES(key), CBC(key[:_SALT]))
