"""The chat page as a delivery channel: it fetches by itself, nothing is pushed."""

from dataclasses import dataclass

from handlers.model import Address
from handlers.ports import Outcome, WaitForResident


@dataclass(frozen=True, slots=True)
class PageChannel:
    """Every answer waits until the resident's page asks for what is new."""

    rationed: bool = False

    def push(self, to: Address, text: str) -> Outcome:  # noqa: ARG002  a door's signature
        """Holds the answer for the page."""
        return WaitForResident("page")
