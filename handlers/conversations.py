"""The door to what residents said and were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.cases import StaffId, Utterance
from handlers.model import (
    Address,
    ChannelName,
    ConsultationNumber,
    Message,
    MessageId,
    Offer,
    Reply,
    Resident,
    ResidentId,
)
from handlers.pace import Pace, Standing


@dataclass(frozen=True, slots=True)
class Prior:
    """What a message may meet.

    `answered`: the message itself came before. `answers_wait`: staff wrote what could not be
    pushed. `offers`: of everything said since the machine's last reply, that included, the
    newest first.
    """

    answered: bool = False
    answers_wait: bool = False
    offers: Sequence[Offer] = ()


class Conversations(Protocol):
    """What was said, by whom, and what it rested on."""

    def resident(self, address: Address, at: datetime) -> Resident:
        """The resident of an address, made on the first call.

        Until the unit of work ends no other one gets the same resident: what is read of a
        resident after this call cannot change under the reader.
        """

    def standing(self, address: Address, at: datetime) -> Standing:
        """As `resident`, with what we know of how they stand."""

    def take(self, address: Address) -> Standing | None:
        """As `standing`, but makes nobody: None if nobody is known at this address."""

    def meet(self, address: Address, key: str) -> tuple[Standing, Prior] | None:
        """As `take`, with what of all that was said before matters to a message with this key."""

    def depart(self, resident: ResidentId, at: datetime) -> None:
        """Erases the name of a resident for a random one, and their words outside cases.

        Nothing that is left leads back to the address; whoever comes from it is somebody new.
        """

    def said_to_departed(self, channel: ChannelName, key: str, since: datetime) -> Reply | None:
        """What was said to the message with this key of anybody who departed since then."""

    def supplements(self, consultation: ConsultationNumber, since: datetime) -> int:
        """How many messages of the resident belong to a case, counted from a time on."""

    def prior(self, resident: ResidentId, key: str) -> Prior:
        """What of all that was said before matters to a message with this key."""

    def reply_to(self, resident: ResidentId, key: str) -> Reply | None:
        """What was said to the message with this key; None if it never came."""

    def add(
        self, resident: ResidentId, message: Message, reply: Reply, pace: Pace | None = None
    ) -> MessageId:
        """Keeps a message and its reply together; both belong to `reply.consultation` if set.

        The resident's standing is kept with them: `pace` if given, and `reply.notice` if set.
        """

    def add_answer(
        self,
        consultation: ConsultationNumber,
        staff: StaffId,
        text: str,
        offer: Offer,
        at: datetime,
    ) -> MessageId:
        """Keeps a staff answer as part of the resident's conversation."""

    def add_remark(self, consultation: ConsultationNumber, text: str, at: datetime) -> MessageId:
        """Keeps what the machine says about a case by itself; leaves every offer open."""

    def since(self, resident: ResidentId, after: MessageId, limit: int) -> Sequence[Utterance]:
        """What was said after an utterance, oldest first; `after` 0 means the newest `limit`."""
