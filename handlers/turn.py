"""One message in its unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.conversations import Prior
from handlers.model import Message, Offer, Resident
from handlers.pace import Standing
from handlers.ports import Records


@dataclass(frozen=True, slots=True)
class Turn:
    """One message in its unit of work, with what was offered before it."""

    records: Records
    standing: Standing
    prior: Prior
    message: Message

    @property
    def offers(self) -> Sequence[Offer]:
        """What was offered before, the newest first."""
        return self.prior.offers

    @property
    def resident(self) -> Resident:
        """Who wrote."""
        return self.standing.resident

    @property
    def misses(self) -> int:
        """How many messages before this one were not understood."""
        return self.offers[-1].misses if self.offers else 0
