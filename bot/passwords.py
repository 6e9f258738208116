"""Passwords of staff: hashed with Argon2, generated where nobody chose one."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
"""Characters. Length protects better than rules about signs (NIST SP 800-63B)."""

_GENERATED = 12
_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without l and 1, o and 0, i: it will be copied by hand."""

_hasher = PasswordHasher()


def generated() -> str:
    """A new random password that can be read out."""
    return "".join(secrets.choice(_LEGIBLE) for _ in range(_GENERATED))


def hashed(password: str) -> str:
    """The Argon2id hash with its own salt."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether a password is the one that was hashed; with None always false, as slowly."""
    try:
        _hasher.verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _decoy() -> str:
    """Checked where there is no such person, so that both cases take as long."""
    return hashed(secrets.token_hex())
