"""The vault in the database: contents in a table of their own, encrypted, reached by every host."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from bot.storage.engine import reachable, readers
from bot.storage.tables import attachment_contents as contents
from handlers.attachments import Vault
from handlers.cases import AttachmentId
from handlers.errors import Unreachable

_PURPOSE = b"attachment contents"
"""Another purpose gives another key from the same secret."""

_KEY_BYTES = 32


def sealing_key(secret: str) -> Fernet:
    """The key for contents that belongs to this PERSONAL_DATA_KEY, the same on every host."""
    derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


@dataclass(frozen=True, slots=True)
class DatabaseVault(Vault):
    """attachments.Vault over SQLite or PostgreSQL. Without a key it is shut: Unreachable."""

    engine: Engine
    key: Fernet | None = field(repr=False)

    def put(self, attachment: AttachmentId, content: bytes) -> None:
        # The token's base64 is undone: a third less to store. Sealed before the write lock.
        sealed = base64.urlsafe_b64decode(self._key().encrypt(content))
        # Erased meanwhile with its message: there is nothing to keep it with any more.
        with suppress(IntegrityError), self._writing() as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            new = dialect.insert(contents).values(attachment=attachment, sealed=sealed)
            again = {"sealed": new.excluded.sealed}
            connection.execute(new.on_conflict_do_update(index_elements=["attachment"], set_=again))

    def get(self, attachment: AttachmentId) -> bytes | None:
        with reachable(), readers(self.engine).begin() as connection:
            wanted = select(contents.c.sealed).where(contents.c.attachment == attachment)
            sealed = connection.execute(wanted).scalar_one_or_none()
        return None if sealed is None else self._opened(sealed)

    def erase(self, attachment: AttachmentId) -> None:
        with self._writing() as connection:
            connection.execute(delete(contents).where(contents.c.attachment == attachment))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with reachable(), self.engine.begin() as connection:
            yield connection

    def _opened(self, sealed: bytes) -> bytes:
        try:
            return self._key().decrypt(base64.urlsafe_b64encode(sealed))
        except InvalidToken:
            raise Unreachable("vault: another key or damaged") from None

    def _key(self) -> Fernet:
        if self.key is None:
            raise Unreachable("vault: no PERSONAL_DATA_KEY")
        return self.key
