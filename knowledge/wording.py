"""The service's own sentences and its notice: all are there, with the blanks that code fills."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Formatter

from knowledge.errors import ContentError
from knowledge.files import read_yaml

_OTHER = "other"
"""What notice.yaml says of channels that it does not name."""


class Phrase(StrEnum):
    """Every sentence that code says to residents, by name; the words are in wording.yaml."""

    WELCOME = "welcome"
    GREETING = "greeting"
    THANKS = "thanks"
    UNCLEAR = "unclear"
    NO_WORDS = "no_words"
    VOICE_RECEIVED = "voice_received"
    PICTURE_RECEIVED = "picture_received"
    VIDEO_RECEIVED = "video_received"
    FILE_RECEIVED = "file_received"
    PLACE_RECEIVED = "place_received"
    LINK_RECEIVED = "link_received"
    WHAT_ABOUT = "what_about"
    VOICE_HANDED_OVER = "voice_handed_over"
    ATTACHMENT_HANDED_OVER = "attachment_handed_over"
    ATTACHMENT_ADDED = "attachment_added"
    SEND_AGAIN = "send_again"
    HELP = "help"
    ANSWER_TITLE = "answer_title"
    ANSWER_DEADLINE = "answer_deadline"
    ANSWER_NEXT_STEP = "answer_next_step"
    ANSWER_DETAIL = "answer_detail"
    LAW = "law"
    LAW_AND_MORE = "law_and_more"
    LAW_WHOLE = "law_whole"
    LAW_ITEM = "law_item"
    REVIEWED = "reviewed"
    NOT_REVIEWED = "not_reviewed"
    REVIEW_DUE = "review_due"
    LAW_CHANGES = "law_changes"
    RISK_MONEY = "risk_money"
    RISK_DEADLINE = "risk_deadline"
    RISK_CRIMINAL = "risk_criminal"
    RISK_SAFETY = "risk_safety"
    FACET_TIME = "facet_time"
    FACET_PLACE = "facet_place"
    FACET_PAPERS = "facet_papers"
    FACET_FEE = "facet_fee"
    FACET_REFUSAL = "facet_refusal"
    DISCLAIMER = "disclaimer"
    ANSWER_HINT = "answer_hint"
    MORE_HINT = "more_hint"
    NO_MORE = "no_more"
    MORE_GONE = "more_gone"
    CLARIFY_HEAD = "clarify_head"
    CLARIFY_CHOICE = "clarify_choice"
    CLARIFY_NONE = "clarify_none"
    ESCALATED = "escalated"
    ESCALATED_ASKED = "escalated_asked"
    SUPPLEMENTED = "supplemented"
    SUPPLEMENTED_ENOUGH = "supplemented_enough"
    EMERGENCY_CASE = "emergency_case"
    LOOK_NOTHING = "look_nothing"
    LOOK_WAITING = "look_waiting"
    LOOK_CLAIMED = "look_claimed"
    LOOK_CLOSED = "look_closed"
    STAFF_ANSWER = "staff_answer"
    UNREADY = "unready"
    STORE_DOWN = "store_down"
    CROWDED = "crowded"
    TOO_FAST = "too_fast"
    TOO_MANY = "too_many"
    KEPT_FOR_LATER = "kept_for_later"
    KEPT_DANGER = "kept_danger"
    TOLD_LATE = "told_late"
    STATUTE_HEAD = "statute_head"
    STATUTE_VERSION = "statute_version"
    STATUTE_VERSION_PRESUMED = "statute_version_presumed"
    STATUTE_HINT = "statute_hint"
    STATUTE_NO_LAW = "statute_no_law"
    STATUTE_NEAREST = "statute_nearest"
    STATUTE_NOT_YET = "statute_not_yet"
    STATUTE_NO_LONGER = "statute_no_longer"
    STATUTE_NO_ARTICLE = "statute_no_article"
    STATUTE_NO_TEXT = "statute_no_text"
    STATUTE_UNUSABLE = "statute_unusable"
    STATUTE_PERSON = "statute_person"
    READ_LAWS = "read_laws"
    READ_RULES = "read_rules"


@dataclass(frozen=True, slots=True)
class Notice:
    """What every resident is told of the service and of their words, in its present version.

    `whole` has a blank for how one leaves, which depends on the channel; `brief` is its gist.
    """

    version: str
    whole: str
    brief: str
    leave: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> "Notice":
        """Reads notice.yaml. Raises ContentError."""
        given = read_yaml(path)
        for name in {"version", "whole", "brief", "leave"} ^ set(given):
            raise ContentError(path, name, "missing or unknown")
        leave = given.pop("leave")
        if not isinstance(leave, dict) or _OTHER not in leave:
            raise ContentError(path, "leave", f"must name channels, and {_OTHER}")
        for name, text in {**given, **leave}.items():
            if not isinstance(text, str) or not text.strip():
                raise ContentError(path, name, "must be a sentence")
        if "{leave}" not in given["whole"]:
            raise ContentError(path, "whole", "must say {leave}")
        return cls(**{name: text.strip() for name, text in given.items()}, leave=leave)

    def told(self, channel: str) -> str:
        """The whole notice for a channel."""
        return self.whole.format(leave=self.leave.get(channel, self.leave[_OTHER]))


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases and notice ready to be said."""

    phrases: Mapping[Phrase, str]
    notice: Notice

    @classmethod
    def read(cls, path: Path) -> "Wording":
        """Reads wording.yaml, and notice.yaml beside it.

        Raises ContentError if a phrase is missing, unknown or empty.
        """
        given = read_yaml(path)
        names = {phrase.value for phrase in Phrase}
        for name in names ^ set(given):
            fault = "missing" if name in names else "unknown phrase"
            raise ContentError(path, name, fault)
        for name, text in given.items():
            if not isinstance(text, str) or not text.strip():
                raise ContentError(path, name, "must be a sentence")
        phrases = {Phrase(name): text.strip() for name, text in given.items()}
        return cls(phrases, Notice.read(path.with_name("notice.yaml")))

    def say(self, phrase: Phrase, **blanks: object) -> str:
        """The phrase with its blanks filled. Raises KeyError if one is not given."""
        return self.phrases[phrase].format(**blanks)

    def blanks(self, phrase: Phrase) -> frozenset[str]:
        """The names of the blanks in a phrase."""
        parsed = Formatter().parse(self.phrases[phrase])
        return frozenset(name for _, name, _, _ in parsed if name)
