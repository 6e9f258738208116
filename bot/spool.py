"""Messages that came while the database was away: sealed on this host's disk until it is back.

See docs/adr/0009-spool.md.
"""

import base64
import binascii
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from pydantic import SecretStr, TypeAdapter, ValidationError

from bot.sealed import Key, Name, NotKept, SealedFolder, Unreadable, locked
from handlers.model import Address, Message

MOST_MESSAGES = 10_000
"""A county's day; beyond it residents are told that nothing was kept."""

MOST_BYTES = 64_000_000

MOST_UNREAD = 200
MOST_UNREAD_BYTES = 10_000_000
UNREAD_FOR = timedelta(days=7)
"""How long a push that nobody could read is kept: time to mend the reader."""

_REPLAYING_LOCK = "replaying.lock"
_MESSAGES = TypeAdapter(Message)


@dataclass(frozen=True, slots=True)
class UnreadPush:
    """A signed push that our rules could not read, as it came."""

    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Spool:
    """Four folders: to be replayed, stored but not told yet, in need of a person, unread."""

    path: Path
    waiting: SealedFolder
    untold: SealedFolder
    bad: SealedFolder
    unread: SealedFolder

    @classmethod
    def under(cls, folder: Path, secret: SecretStr | None) -> Self:
        """The spool of a DATA_DIR. Makes nothing yet; without a secret it takes nothing."""
        path = folder / "spool"
        key = None if secret is None else Key.derived_from(secret.get_secret_value())

        def room(name: str, files: int = MOST_MESSAGES, size: int = MOST_BYTES) -> SealedFolder:
            return SealedFolder(path / name, key, files, size)

        unread = room("unread", MOST_UNREAD, MOST_UNREAD_BYTES)
        return cls(path, room("waiting"), room("untold"), room("bad"), unread)

    @property
    def folders(self) -> Mapping[str, SealedFolder]:
        """By the names that operators see."""
        every = (self.waiting, self.untold, self.bad, self.unread)
        return {folder.path.name: folder for folder in every}

    def closed(self) -> int:
        """How many files do not open: damaged, or sealed under another PERSONAL_DATA_KEY."""
        return sum(folder.closed() for folder in self.folders.values())

    def is_ours(self) -> bool:
        """Whether this process may do here what an outage asks for.

        What lies in a folder of somebody else's looks like nothing at all.
        """
        lock = self.path / _REPLAYING_LOCK
        may_replay = not os.path.lexists(lock) or os.access(lock, os.W_OK)
        return may_replay and all(folder.is_ours() for folder in self.folders.values())

    def keep(self, message: Message) -> bool:
        """Keeps a message for replay; False if it was there already. Raises NotKept."""
        try:
            written = _MESSAGES.dump_json(message)
        except ValueError:
            raise NotKept("not_writable") from None
        return self.waiting.keep(written, _owner(message.sender), message.key, message.received_at)

    def holds(self, sender: Address) -> bool:
        """Whether a message of theirs waits: whatever they send now has to come after it."""
        return self.waiting.holds(_owner(sender))

    def read(self, folder: SealedFolder, name: Name) -> Message:
        """A message kept before. Raises Unreadable."""
        try:
            return _MESSAGES.validate_json(folder.open(name))
        except ValidationError:
            raise Unreadable("not_a_message") from None

    def keep_unread(self, push: UnreadPush, at: datetime) -> bool:
        """Keeps a push for `UNREAD_FOR`; the same bytes once only. Raises NotKept."""
        self.drop_old(at)
        written = {"query": dict(push.query), "body": base64.b64encode(push.body).decode()}
        content = json.dumps(written).encode()
        return self.unread.keep(content, "", base64.b64encode(push.body).decode(), at)

    def read_unread(self, name: Name) -> UnreadPush:
        """A push kept before. Raises Unreadable."""
        try:
            written = json.loads(self.unread.open(name))
            return UnreadPush(written["query"], base64.b64decode(written["body"], validate=True))
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise Unreadable("not_a_push") from None

    def drop_old(self, at: datetime) -> int:
        """Removes pushes that nobody read in time; how many."""
        old = [name for name in self.unread.names() if at - name.at > UNREAD_FOR]
        for name in old:
            self.unread.remove(name)
        return len(old)

    def is_empty(self) -> bool:
        """Whether there is nothing to do here, or no key to do it with."""
        if self.waiting.key is None:
            return True
        return not (self.waiting.names() or self.untold.names() or self.unread.names())

    @contextmanager
    def replaying(self) -> Iterator[bool]:
        """True for one replayer at a time; the lock ends with its process."""
        with locked(self.path / _REPLAYING_LOCK, wait=False) as ours:
            yield ours


def _owner(sender: Address) -> str:
    return f"{sender.channel}:{sender.resident}"
