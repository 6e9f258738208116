"""The doors for what comes along with messages: its records, its source, its vault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.cases import AttachmentId, KeptAttachment
from handlers.model import (
    Attachment,
    AttachmentKind,
    ConsultationNumber,
    MessageId,
    ResidentId,
)


class Attachments(Protocol):
    """What came along with messages, without its content. Every change is a compare-and-swap."""

    def add(
        self,
        message: MessageId,
        attachment: Attachment,
        consultation: ConsultationNumber | None,
        at: datetime,
    ) -> KeptAttachment:
        """Notes what came with a message: WANTED if it can be fetched, KEPT if that was all of
        it, GONE if the channel gives no way to its content."""

    def join(self, resident: ResidentId, number: ConsultationNumber, since: datetime) -> None:
        """What the resident sent since then and belongs to no case belongs to this one."""

    def get(self, attachment: AttachmentId) -> KeptAttachment | None:
        """By id."""

    def of_messages(self, messages: Sequence[MessageId]) -> Mapping[MessageId, KeptAttachment]:
        """By the message they came with."""

    def kinds_in(
        self, numbers: Sequence[ConsultationNumber]
    ) -> Mapping[ConsultationNumber, Sequence[AttachmentKind]]:
        """Which kinds belong to each of these cases, every kind once."""

    def claim(
        self, attachment: AttachmentId, at: datetime, lease_until: datetime
    ) -> KeptAttachment | None:
        """WANTED, due and in nobody's hands: ours until the lease ends. Counts the attempt."""

    def keep(self, taken: KeptAttachment, media_type: str, size: int, digest: str) -> bool:
        """WANTED by this very attempt becomes KEPT. False: it was not ours any more."""

    def postpone(self, taken: KeptAttachment, due_at: datetime, reason: str) -> bool:
        """WANTED by this very attempt is due again then."""

    def lose(self, taken: KeptAttachment, reason: str) -> bool:
        """WANTED by this very attempt becomes GONE."""

    def ask_again(self, attachment: AttachmentId, at: datetime) -> ConsultationNumber | None:
        """The case in which the resident is to be asked for it once more, noted as asked.

        None if it belongs to no case, if they have left, or if in that case they were asked before.
        """

    def erase_unfiled(self, resident: ResidentId) -> None:
        """Erases, contents included, what a resident sent that belongs to no case."""

    def ready(self, at: datetime, limit: int) -> Sequence[AttachmentId]:
        """What should have been fetched by now, longest overdue first."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The content of an attachment, whole."""

    content: bytes


@dataclass(frozen=True, slots=True)
class NotNow:
    """It may work later; `reason` is a code without words of the resident."""

    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """It will not work; `reason` as above, EXPIRED where the resident could send it again."""

    reason: str


EXPIRED = "expired"
TOO_LARGE = "too_large"
NO_REFERENCE = "no_reference"
NO_ACCESS = "no_access"

Fetch = Fetched | NotNow | Never


class Source(Protocol):
    """Where a channel gives out what came along with messages, for a while."""

    def fetch(self, reference: str, largest: int) -> Fetch:
        """The content behind a reference: Never(TOO_LARGE) if it has more than `largest` bytes,
        Never(EXPIRED) if it is not there any more, NotNow(NO_ACCESS) if we are not let in.
        """


class Vault(Protocol):
    """Where contents are kept, unreadable to whoever has the records alone.

    All three may be repeated. They raise Unreachable.
    """

    def put(self, attachment: AttachmentId, content: bytes) -> None:
        """Keeps a content in place of the one before."""

    def get(self, attachment: AttachmentId) -> bytes | None:
        """The content as it was put; None if there is none."""

    def erase(self, attachment: AttachmentId) -> None:
        """Forgets a content."""
