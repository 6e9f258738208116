"""What came along with messages is fetched from the channel while it is there, and kept."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import assert_never
from zoneinfo import ZoneInfo

from handlers.attachments import (
    EXPIRED,
    NO_ACCESS,
    Fetch,
    Fetched,
    Never,
    NotNow,
    Source,
    Vault,
)
from handlers.cases import AttachmentId, KeptAttachment
from handlers.compose import Composer
from handlers.model import AttachmentKind, ChannelName
from handlers.ports import Clock, Store
from handlers.sniffing import is_words, media_type

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=180)
"""How long a collector may hold an attachment: a slow download ends after 60 s, keeping it and
a second try with another token included."""

PAUSES = tuple(timedelta(seconds=s) for s in (2, 10, 30, 120, 600, 1_800, 3_600))
"""Between tries; the last one again and again."""

LIFE = timedelta(days=3)
"""How long channels keep contents; after that another try is in vain."""

SWEEP = 50
"""Attachments that one sweep wakes at most; the next sweep takes more."""

_MEGABYTE = 1_000_000
LARGEST: Mapping[AttachmentKind, int] = {
    AttachmentKind.VOICE: 2 * _MEGABYTE,
    AttachmentKind.PICTURE: 10 * _MEGABYTE,
    AttachmentKind.VIDEO: 20 * _MEGABYTE,
    AttachmentKind.FILE: 20 * _MEGABYTE,
}
"""Bytes: what the platform lets its users send, and no more than a database bears."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Takes one attachment at a time; any number of collectors may run."""

    store: Store
    clock: Clock
    zone: ZoneInfo
    sources: Mapping[ChannelName, Source]
    vault: Vault
    composer: Composer

    def collect_one(self, attachment: AttachmentId) -> datetime | None:
        """Tries to fetch one; when to try again, or None if nothing is left to do.

        Does nothing if another collector has it or it is settled. One that dies on the way
        leaves it to the next, which fetches again and keeps it in the same place.
        """
        with self.store.write() as records:
            now = self.clock()
            taken = records.attachments.claim(attachment, now, now + LEASE)
        if taken is None:
            return None
        fetch = self._fetch(taken)
        again = self._note(taken, fetch)
        log.info(
            "attachment_tried",
            extra={
                "attachment": attachment,
                "outcome": type(fetch).__name__,
                "reason": getattr(fetch, "reason", ""),
                "attempts": taken.attempts,
            },
        )
        return again

    def overdue(self) -> list[AttachmentId]:
        """What should have been fetched by now: new ones, lost wake-ups, crashed collectors."""
        with self.store.read() as records:
            return list(records.attachments.ready(self.clock(), SWEEP))

    def _fetch(self, taken: KeptAttachment) -> Fetch:
        source = self.sources.get(taken.owner.address.channel)
        if source is None:
            return NotNow(NO_ACCESS)
        wanted = taken.attachment
        fetch = source.fetch(wanted.reference, LARGEST[wanted.kind])
        if isinstance(fetch, Fetched) and _cannot_be(wanted.kind, fetch.content):
            return NotNow("not_media")
        return fetch

    def _note(self, taken: KeptAttachment, fetch: Fetch) -> datetime | None:
        match fetch:
            case Fetched(content):
                self._keep(taken, content)
                return None
            case NotNow(reason):
                return self._put_off(taken, reason)
            case Never(reason):
                self._lose(taken, reason)
                return None
            case _:
                assert_never(fetch)

    def _keep(self, taken: KeptAttachment, content: bytes) -> None:
        """First the content, then the note: after a crash between them it is put again."""
        self.vault.put(taken.id, content)
        digest = sha256(content).hexdigest()
        with self.store.write() as records:
            records.attachments.keep(taken, media_type(content), len(content), digest)

    def _put_off(self, taken: KeptAttachment, reason: str) -> datetime | None:
        now = self.clock()
        due = now + PAUSES[min(taken.attempts, len(PAUSES)) - 1]
        if now >= taken.came_at + LIFE:
            self._lose(taken, NO_ACCESS if reason == NO_ACCESS else EXPIRED)
            return None
        with self.store.write() as records:
            records.attachments.postpone(taken, due, reason)
        return due

    def _lose(self, taken: KeptAttachment, reason: str) -> None:
        """Staff see that it is gone; the resident is asked to send it again, once a case."""
        now = self.clock()
        with self.store.write() as records:
            if not records.attachments.lose(taken, reason) or reason != EXPIRED:
                return
            number = records.attachments.ask_again(taken.id, now)
            if number is None:
                return
            day = taken.came_at.astimezone(self.zone).date()
            text = self.composer.send_again(number, day)
            message = records.conversations.add_remark(number, text, now)
            records.deliveries.add(number, message, text, now)


def _cannot_be(kind: AttachmentKind, content: bytes) -> bool:
    """An error page in place of a recording; a file may be anything but nothing."""
    return not content or (kind is not AttachmentKind.FILE and is_words(content))
