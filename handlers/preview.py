"""What a resident would get to a first message, without keeping anything."""

from datetime import date
from typing import assert_never

from handlers.articles import article_reply
from handlers.compose import Composer
from handlers.model import (
    Answer,
    Clarify,
    Command,
    CommandName,
    Decision,
    DecisionName,
    Emergency,
    Escalate,
    Reply,
    Smalltalk,
    Statute,
)
from knowledge.matcher import Match
from knowledge.wording import Phrase

_NO_NUMBER = "×"
"""Where a real reply has the number of the consultation."""


def preview(composer: Composer, decision: Decision, question: str, day: date) -> Reply:
    """The reply to a decision, with × for the number that only a kept case has."""
    match decision:
        case Answer():
            return composer.answer(decision, question, day)
        case Clarify():
            return composer.clarify(decision, question)
        case Smalltalk(courtesy):
            return composer.courtesy(courtesy)
        case Escalate():
            return _said(composer, DecisionName.ESCALATE, Phrase.ESCALATED)
        case Emergency(danger):
            case_line = composer.wording.say(Phrase.EMERGENCY_CASE, number=_NO_NUMBER)
            return Reply(DecisionName.EMERGENCY, f"{danger.advice}\n{case_line}")
        case Command(name):
            return _told(composer, name)
        case Statute():
            return article_reply(composer, decision, question)
        case _:
            assert_never(decision)


def considered(decision: Decision) -> tuple[Match, ...]:
    """The entries that a decision weighed, the best first."""
    match decision:
        case Answer(best, others):
            return (best, *others)
        case Clarify(choices):
            return choices
        case Escalate(_, _, alternatives):
            return alternatives
        case _:
            return ()


def _told(composer: Composer, name: CommandName) -> Reply:
    match name:
        case CommandName.HELP:
            return composer.command(Phrase.HELP)
        case CommandName.LOOK:
            return composer.command(Phrase.LOOK_NOTHING)
        case CommandName.MORE:
            return composer.command(Phrase.NO_MORE)


def _said(composer: Composer, name: DecisionName, phrase: Phrase) -> Reply:
    return Reply(name, composer.wording.say(phrase, number=_NO_NUMBER))
