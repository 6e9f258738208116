"""What residents say and what we decide: the nouns of a conversation."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from knowledge.emergency import Danger
from knowledge.entry import Citation, EntryId
from knowledge.matcher import Match
from knowledge.statutes.lookup import Looked

ResidentId = NewType("ResidentId", int)
MessageId = NewType("MessageId", int)
ConsultationNumber = NewType("ConsultationNumber", int)


class ChannelName(StrEnum):
    """The ways a resident reaches us."""

    WECHAT = "wechat"
    CHAT = "chat"


class Kind(StrEnum):
    """What a resident's message consists of, as far as it makes a difference to the reply.

    LEAVE: they unfollowed the account, or asked for their records to be deleted.
    """

    TEXT = "text"
    VOICE = "voice"
    MEDIA = "media"
    FOLLOW = "follow"
    EVENT = "event"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a resident is: a channel and the name the channel knows them by."""

    channel: ChannelName
    resident: str


class AttachmentKind(StrEnum):
    """What can come along with a message besides words."""

    VOICE = "voice"
    PICTURE = "picture"
    VIDEO = "video"
    FILE = "file"
    PLACE = "place"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came along with a message, as far as the channel said it.

    `title` is a file's name, a link's title or a place's label; `reference` is what the channel
    gives the content for, `format` what it says of it; `latitude` and `longitude` are degrees.
    """

    kind: AttachmentKind
    title: str = ""
    reference: str = ""
    format: str = ""
    link: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def has_content(self) -> bool:
        """Whether there is more of it than what is said here."""
        return self.kind not in (AttachmentKind.PLACE, AttachmentKind.LINK)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a resident said or did.

    `key` is unique among the messages of one address: a second message with the same key is
    the same message sent again. `text` is empty where there are no words.
    """

    sender: Address
    key: str
    kind: Kind
    text: str
    received_at: datetime
    attachment: Attachment | None = None


class Reason(StrEnum):
    """Why a question goes to people."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    NONE_FITS = "none_fits"
    UNCLEAR = "unclear"
    SUPPLEMENT = "supplement"
    UNREADY = "unready"
    VOICE = "voice"
    ATTACHMENT = "attachment"


class Courtesy(StrEnum):
    """Small talk that has a fixed answer."""

    WELCOME = "welcome"
    GREETING = "greeting"
    THANKS = "thanks"
    UNCLEAR = "unclear"
    NO_WORDS = "no_words"
    ATTACHED = "attached"
    SILENCE = "silence"


class CommandName(StrEnum):
    """What a resident can tell the service itself to do."""

    MORE = "more"
    LOOK = "look"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Answer:
    """The knowledge base answers with one entry."""

    match: Match
    alternatives: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Clarify:
    """A question back, with numbered choices."""

    choices: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Escalate:
    """A person is needed. `question` is what they are to answer."""

    reason: Reason
    question: str
    alternatives: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Emergency:
    """Somebody may be in danger: the safety text first, and an urgent case."""

    danger: Danger
    question: str


@dataclass(frozen=True, slots=True)
class Command:
    """A word to the service: 更多, 查, 帮助. `number` is the consultation asked about, if any."""

    name: CommandName
    number: ConsultationNumber | None = None


@dataclass(frozen=True, slots=True)
class Smalltalk:
    """Nothing to answer in law."""

    courtesy: Courtesy


@dataclass(frozen=True, slots=True)
class Statute:
    """An article was asked for by its number: what was found on the day of the message."""

    looked: Looked


Decision = Answer | Clarify | Escalate | Emergency | Command | Smalltalk | Statute


class DecisionName(StrEnum):
    """How a decision is called in records and exports."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    ESCALATE = "escalate"
    EMERGENCY = "emergency"
    COMMAND = "command"
    SMALLTALK = "smalltalk"
    STATUTE = "statute"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reply leaves open for the resident's next message.

    `choices` are entries to pick by number, `rest` the parts still to be read by 更多,
    `question` the words that led here, `awaits` the consultation whose question is still to
    come, `misses` how many messages in a row were not understood, `wordless` how many
    attachments in a row came without saying what they are about. The last `own` parts of `rest`
    are those of `entry` in the version that was answered with.
    """

    choices: tuple[EntryId, ...] = ()
    rest: tuple[str, ...] = ()
    question: str = ""
    awaits: ConsultationNumber | None = None
    misses: int = 0
    wordless: int = 0
    entry: EntryId | None = None
    entry_version: str = ""
    own: int = 0


@dataclass(frozen=True, slots=True)
class CitedVersion:
    """An article together with the first day of the law's version that was meant."""

    citation: Citation
    effective_from: date


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer rested on when it was given: kept with it for ever."""

    entry: EntryId
    entry_version: str
    content_version: str
    law: tuple[CitedVersion, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a resident gets back. `text` fits one message of any channel; empty means no words.

    `notice` is the version of the notice that the text contains, if it does.
    """

    decision: DecisionName
    text: str
    offer: Offer = field(default_factory=Offer)
    basis: Basis | None = None
    consultation: ConsultationNumber | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who wrote to us; known by address only.

    Whoever has `departed` cannot be reached: their address is a tombstone.
    """

    id: ResidentId
    address: Address
    departed: bool = False
