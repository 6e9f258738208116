"""What a first start needs: secrets, a database in shape, and one administrator."""

import os
import secrets
from pathlib import Path

from bot import passwords
from bot.storage.engine import make_engine
from bot.storage.migrate import shape, upgrade
from bot.storage.store import SqlStore
from handlers.cases import Role

SECRETS = ("SECRET_KEY", "PERSONAL_DATA_KEY")
ADMINISTRATOR = "admin"
_SHAPE = "database-shape"


def write_secrets(file: Path) -> bool:
    """Adds the secrets that are set nowhere yet, for the owner's eyes only; True if it did."""
    present = file.read_text("utf-8") if file.exists() else ""
    missing = [name for name in SECRETS if f"{name}=" not in present and name not in os.environ]
    if not missing:
        return False
    separator = "" if not present or present.endswith("\n") else "\n"
    lines = "".join(f"{name}={secrets.token_urlsafe(32)}\n" for name in missing)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as target:
        os.fchmod(target.fileno(), 0o600)
        target.write(separator + lines)
    return True


def prepare_database(url: str) -> str | None:
    """Migrates, and makes the first administrator; their password, which is shown once.

    None if there is anybody already. Raises Unreachable.
    """
    store = SqlStore(make_engine(url))
    upgrade(store.engine)
    with store.write() as records:
        if records.personnel.listed():
            return None
        password = passwords.generated()
        records.personnel.add(ADMINISTRATOR, Role.ADMIN, passwords.hashed(password))
    return password


def note_prepared(folder: Path) -> None:
    """Notes in DATA_DIR that the database had the shape of this version."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _SHAPE).write_text(shape(), "utf-8")


def was_prepared(folder: Path) -> bool:
    """Whether a start without the database is a start into an outage, not a mistaken address."""
    try:
        return (folder / _SHAPE).read_text("utf-8") == shape()
    except OSError:
        return False
