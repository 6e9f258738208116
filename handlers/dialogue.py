"""What a short text means after what was offered before: a number, 更多, 人工."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.model import (
    Answer,
    Command,
    CommandName,
    ConsultationNumber,
    Courtesy,
    Decision,
    Escalate,
    Offer,
    Reason,
    Smalltalk,
)
from knowledge.commands import NONE_OF_THESE, Commands, Meaning, Spoken
from knowledge.entry import Entry, EntryId
from knowledge.library import Library
from knowledge.matcher import certain


@dataclass(frozen=True, slots=True)
class Short:
    """What a short text may mean: a number of a list, or something told to the service itself."""

    number: int | None = None
    spoken: Spoken | None = None


@dataclass(frozen=True, slots=True)
class Alone:
    """What a message means by itself, and what as a short text in a conversation."""

    decision: Decision
    short: Short


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Understands texts that only make sense in a conversation."""

    commands: Commands
    library: Library

    def read(self, text: str) -> Short:
        """What a text may mean to the service itself; needs no record."""
        return Short(*self.commands.meant(text))

    def understand(
        self, text: str, short: Short, offers: Sequence[Offer], day: date
    ) -> Decision | None:
        """What the text asks for on a day, or None if it must be understood by itself."""
        offer = offers[-1] if offers else Offer()
        if offer.choices and short.number is not None:
            return self._chosen(short.number, offer, day)
        if short.spoken:
            return _spoken(short.spoken, offer)
        if offer.awaits is not None:
            return Escalate(Reason.SUPPLEMENT, text)
        return None

    def _chosen(self, number: int, offer: Offer, day: date) -> Decision:
        if number == NONE_OF_THESE or number > len(offer.choices):
            return Escalate(Reason.NONE_FITS, offer.question)
        return self._picked(offer.choices[number - 1], offer, day)

    def _picked(self, entry: EntryId, offer: Offer, day: date) -> Decision:
        """What was offered may have been withdrawn since, or its law have moved."""
        found = self._answering(entry, day)
        if found is None:
            return Escalate(Reason.NONE_FITS, offer.question)
        others = (self._answering(choice, day) for choice in offer.choices)
        return Answer(certain(found), tuple(certain(other) for other in others if other))

    def _answering(self, entry: EntryId, day: date) -> Entry | None:
        found = self.library.entries.get(entry)
        return found if found is not None and self.library.answers(found, day) else None


def _spoken(spoken: Spoken, offer: Offer) -> Decision:
    match spoken.meaning:
        case Meaning.PERSON:
            return Escalate(Reason.ASKED, spoken.rest or offer.question)
        case Meaning.MORE:
            return Command(CommandName.MORE)
        case Meaning.HELP:
            return Command(CommandName.HELP)
        case Meaning.GREETING:
            return Smalltalk(Courtesy.GREETING)
        case Meaning.THANKS:
            return Smalltalk(Courtesy.THANKS)
        case Meaning.LOOK:
            number = ConsultationNumber(int(spoken.rest)) if spoken.rest else None
            return Command(CommandName.LOOK, number)
