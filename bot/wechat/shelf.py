"""The door to the shelf where tokens stand for all processes, and the seal they are kept under."""

import logging
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

log = logging.getLogger(__name__)


class Kept(Protocol):
    """What stands on the shelf; `sealed` is empty before the first token."""

    @property
    def sealed(self) -> str: ...
    @property
    def renew_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def lease_until(self) -> datetime | None: ...
    @property
    def quiet_until(self) -> datetime | None: ...
    @property
    def quiet_for(self) -> str: ...


class Shelf(Protocol):
    """Where tokens are kept for every process. Each step is whole by itself; Unreachable."""

    def look(self, account: str) -> Kept:
        """What is there now; waits for nobody."""

    def take(self, account: str, seen: str, at: datetime, until: datetime) -> int | None:
        """The lease to replace the token one has seen; None if another has it or did it."""

    def extend(self, account: str, lease: int, until: datetime) -> bool:
        """More time for whoever has the lease; False: it has passed to another."""

    def keep(
        self, account: str, lease: int, sealed: str, renew_at: datetime, ends_at: datetime
    ) -> bool:
        """Puts a new token there and ends the lease; False: it has passed to another."""

    def leave(self, account: str, lease: int, until: datetime) -> bool:
        """Ends the lease at a time, without a token; False: it has passed to another."""

    def book_forced(self, account: str, at: datetime) -> bool:
        """Counts one forced refresh; False: the platform would not allow it now."""

    def quiet(self, account: str, until: datetime, reason: str) -> None:
        """Nobody should call until then."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Makes a token unreadable to whoever has only the database."""

    _fernet: Fernet = field(repr=False)

    @classmethod
    def with_key(cls, secret: SecretStr) -> "Seal":
        """With a key of its own, derived from one of the installation's secrets."""
        derive = HKDF(SHA256(), 32, salt=None, info=b"faxiaomei platform token")
        return cls(Fernet(urlsafe_b64encode(derive.derive(secret.get_secret_value().encode()))))

    def close(self, token: SecretStr) -> str:
        """The token as it is kept; never the same twice."""
        return self._fernet.encrypt(token.get_secret_value().encode()).decode()

    def open(self, sealed: str) -> SecretStr | None:
        """The token; None if there is none or it was sealed with another key."""
        if not sealed:
            return None
        try:
            return SecretStr(self._fernet.decrypt(sealed.encode()).decode())
        except InvalidToken:
            log.warning("platform_token_unreadable")
            return None
