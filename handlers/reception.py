"""A message comes in; a reply and, where a person is needed, a consultation come out."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from handlers import wordless
from handlers.articles import Articles, article_reply
from handlers.cases import Priority, Route
from handlers.compose import Composer
from handlers.decide import Policy, decide
from handlers.departure import depart, said_before_leaving
from handlers.dialogue import Alone, Dialogue
from handlers.handover import hand_over, look_up, open_case, overfull
from handlers.model import (
    Answer,
    ChannelName,
    Clarify,
    Command,
    CommandName,
    ConsultationNumber,
    Courtesy,
    Decision,
    DecisionName,
    Emergency,
    Escalate,
    Kind,
    Message,
    Offer,
    Reason,
    Reply,
    Smalltalk,
    Statute,
)
from handlers.pace import COUNTED, Limit, Pace
from handlers.ports import Clock, Records, Store
from handlers.turn import Turn
from knowledge.emergency import Screen
from knowledge.matcher import Finder
from knowledge.wording import Phrase

log = logging.getLogger(__name__)

PATIENCE = 2
"""After this many messages in a row that nobody understood, a person is asked."""


@dataclass(frozen=True, slots=True)
class Reception:
    """Receives messages. Knows nothing of how they travel."""

    store: Store
    clock: Clock
    zone: ZoneInfo
    screen: Screen
    dialogue: Dialogue
    finder: Finder
    composer: Composer
    policy: Policy
    carries_answers: bool = True
    """Whether replies surely arrive, so that answers of staff that wait may go along."""
    articles: Articles | None = None
    """Who asks for an article by its number gets it; without, that is a question like others."""

    def receive(self, message: Message) -> Reply:
        """The reply to a message, kept together with it before it is returned.

        The same message again, at once or later and in any process, gets the same reply and is
        kept once. Raises Unreachable if nothing could be kept.
        """
        if message.kind is Kind.LEAVE:
            return self._farewell(message)
        alone = self._read_alone(message)
        return self.store.in_turn(lambda records: self._received(records, message, alone))

    def _received(self, records: Records, message: Message, alone: Alone) -> Reply:
        """The unit of work of a message."""
        met = records.conversations.meet(message.sender, message.key)
        if met is None:
            if late := said_before_leaving(records, message):
                return late
            new = records.conversations.standing(message.sender, message.received_at)
            met = new, records.conversations.prior(new.resident.id, message.key)
        standing, prior = met
        resident = standing.resident.id
        if prior.answered and (said := records.conversations.reply_to(resident, message.key)):
            return said
        turn = Turn(records, standing, prior, message)
        reply, pace = self._reply(turn, alone)
        self._keep(turn, reply, pace)
        return reply

    def first_words(self, message: Message) -> Decision:
        """What a message means as the first of a conversation; keeps nothing."""
        return self._in_context(message, self._read_alone(message), ())

    def _reply(self, turn: Turn, alone: Alone) -> tuple[Reply, Pace]:
        """The reply, and the resident's pace with this message. Danger knows no limit."""
        at, before = turn.message.received_at, turn.standing.pace
        if turn.message.kind not in COUNTED:
            return self._ordinary(turn, alone), before
        pace = before.one_more(at, self._midnight(turn.message))
        if pace.limit is None or isinstance(alone.decision, Emergency):
            return self._ordinary(turn, alone), pace
        return self._limited(turn, pace.limit), replace(pace, limited_at=at)

    def _limited(self, turn: Turn, limit: Limit) -> Reply:
        """Words once in a burst, then silence: the message is kept either way."""
        if turn.standing.pace.bursts(turn.message.received_at):
            return self.composer.courtesy(Courtesy.SILENCE)
        return self.composer.limited(limit, wordless.still_open(turn.offers))

    def _ordinary(self, turn: Turn, alone: Alone) -> Reply:
        decision = _as_supplement(turn, self._in_context(turn.message, alone, turn.offers))
        reply = self._with_waiting_answers(turn, self._carry_out(turn, decision))
        return self._with_notice(turn, reply)

    def _with_notice(self, turn: Turn, reply: Reply) -> Reply:
        """The notice goes along once in each of its versions, but never with a safety text."""
        told = turn.standing.notice == self.composer.wording.notice.version
        if told or reply.notice or not reply.text or reply.decision is DecisionName.EMERGENCY:
            return reply
        return self.composer.with_notice(reply, turn.resident.address.channel)

    def _farewell(self, message: Message) -> Reply:
        """Erases whoever leaves. Nobody there, or a second time: nothing is kept or changed."""
        reply = self.composer.courtesy(Courtesy.SILENCE)
        with self.store.write() as records:
            left = depart(records, message, reply, self.clock())
            if left:
                self._note_kept()
        log.info("resident_left", extra={"known": left})
        return reply

    def _in_context(self, message: Message, alone: Alone, offers: Sequence[Offer]) -> Decision:
        """Danger stands above what was offered before, and that above the words themselves."""
        text, decision = message.text, alone.decision
        if not text and message.attachment is not None:
            return wordless.meaning(message.attachment, offers)
        if isinstance(decision, Emergency) or not text:
            return decision
        if understood := self.dialogue.understand(text, alone.short, offers, self._day(message)):
            return understood
        last = offers[-1] if offers else Offer()
        if decision != Smalltalk(Courtesy.UNCLEAR):
            return decision
        if last.wordless:  # "look at this": only people can
            return Escalate(Reason.ATTACHMENT, text)
        return Escalate(Reason.UNCLEAR, text) if last.misses + 1 >= PATIENCE else decision

    def _read_alone(self, message: Message) -> Alone:
        """Slow, and needs no record."""
        return Alone(self._understood_alone(message), self.dialogue.read(message.text))

    def _understood_alone(self, message: Message) -> Decision:
        match message.kind:
            case Kind.FOLLOW:
                return Smalltalk(Courtesy.WELCOME)
            case Kind.EVENT | Kind.LEAVE:
                return Smalltalk(Courtesy.SILENCE)
            case Kind.VOICE | Kind.MEDIA if not message.text:
                return Smalltalk(Courtesy.NO_WORDS)
        if danger := self.screen.look(message.text):
            return Emergency(danger, message.text)
        return self._matched(message)

    def _matched(self, message: Message) -> Decision:
        day = self._day(message)
        try:
            if self.articles and (statute := self.articles.asked(message.text, day)):
                return statute
            found = self.finder.find(message.text, day)
        except Exception:  # whatever fails in the index, the question goes to people
            log.exception("matching_failed")
            return Escalate(Reason.UNREADY, message.text)
        return decide(found, message.text, self.policy)

    def _carry_out(self, turn: Turn, decision: Decision) -> Reply:
        match decision:
            case Answer():
                day = self._day(turn.message)
                return self.composer.answer(decision, turn.message.text, day)
            case Clarify():
                return self.composer.clarify(decision, turn.message.text)
            case Emergency(danger):
                number, _ = self._hand_over(turn, Priority.URGENT, danger.kind, decision.question)
                return self.composer.emergency(decision, number)
            case Escalate():
                return self._escalated(turn, decision)
            case Command():
                return self._commanded(turn, decision)
            case Statute():
                return article_reply(self.composer, decision, turn.message.text)
            case Smalltalk(Courtesy.ATTACHED):
                return self._attached(turn)
            case Smalltalk(Courtesy.UNCLEAR):
                return self.composer.unclear(turn.misses + 1, turn.message.text)
            case Smalltalk(Courtesy.WELCOME):
                return self.composer.welcome(turn.resident.address.channel)
            case Smalltalk(courtesy):
                return self.composer.courtesy(courtesy)
            case _:
                assert_never(decision)

    def _escalated(self, turn: Turn, decision: Escalate) -> Reply:
        if (
            full := overfull(turn.records, turn.resident, self._midnight(turn.message))
        ) is not None:
            return self.composer.enough_today(full)
        number, is_new = self._hand_over(turn, Priority.NORMAL, decision.reason, decision.question)
        if (sent := turn.message.attachment) is not None and not turn.message.text:
            return wordless.handed_over(self.composer, sent, turn.offers, number, is_new=is_new)
        if decision.reason is Reason.ASKED and not decision.question:
            return self.composer.handed_over(Phrase.ESCALATED_ASKED, number, awaits_question=True)
        if not is_new:
            return self.composer.handed_over(Phrase.SUPPLEMENTED, number)
        unready = decision.reason is Reason.UNREADY
        return self.composer.handed_over(Phrase.UNREADY if unready else Phrase.ESCALATED, number)

    def _attached(self, turn: Turn) -> Reply:
        """Asks what it is about; who has an open case has sent it for that, very likely."""
        sent = turn.message.attachment
        if sent is None:
            return self.composer.courtesy(Courtesy.NO_WORDS)
        if (case := open_case(turn.records, turn.resident)) is None:
            return wordless.asked_about(self.composer, sent, turn.offers, None)
        in_danger = case.priority is Priority.URGENT
        full = overfull(turn.records, turn.resident, self._midnight(turn.message))
        if full is not None and not in_danger:
            return self.composer.enough_today(full)
        number, _ = self._hand_over(turn, Priority.NORMAL, Reason.ATTACHMENT, "")
        if in_danger:
            return wordless.handed_over(self.composer, sent, turn.offers, number, in_danger=True)
        return wordless.asked_about(self.composer, sent, turn.offers, number)

    def _keep(self, turn: Turn, reply: Reply, pace: Pace) -> None:
        message = turn.message
        came = turn.records.conversations.add(turn.resident.id, message, reply, pace)
        self._note_kept()
        if (sent := message.attachment) is not None:
            turn.records.attachments.add(came, sent, reply.consultation, message.received_at)

    def _note_kept(self) -> None:
        """Called in the unit of work that keeps a message, which may still fail; for who counts."""

    def _hand_over(
        self, turn: Turn, priority: Priority, reason: str, question: str
    ) -> tuple[ConsultationNumber, bool]:
        return hand_over(turn.records, turn.resident, priority, reason, question, self.clock())

    def _commanded(self, turn: Turn, command: Command) -> Reply:
        match command.name:
            case CommandName.HELP:
                return self.composer.help(turn.resident.address.channel)
            case CommandName.LOOK:
                return look_up(
                    turn.records, turn.resident, command.number, self.composer, self.clock()
                )
            case CommandName.MORE:
                unread = next((offer for offer in turn.offers if offer.rest), Offer())
                return self.composer.more(unread, self._day(turn.message))
            case _:
                assert_never(command.name)

    def _with_waiting_answers(self, turn: Turn, reply: Reply) -> Reply:
        """Answers of staff that could not be pushed go along with any ordinary reply.

        Not with a safety text, nor where the page shows them by itself, nor without words.
        """
        on_page = turn.resident.address.channel is ChannelName.CHAT
        if on_page or not reply.text or reply.decision is DecisionName.EMERGENCY:
            return reply
        if not (self.carries_answers and turn.prior.answers_wait):
            return reply
        waiting = turn.records.deliveries.held_for(turn.resident.id)
        for delivery in waiting:
            turn.records.deliveries.settle(delivery, Route.REPLY, self.clock())
        if not waiting:
            return reply
        return self.composer.behind([delivery.text for delivery in waiting], reply)

    def _midnight(self, message: Message) -> datetime:
        """When the day began on which a message came, here."""
        here = message.received_at.astimezone(self.zone)
        return here.replace(hour=0, minute=0, second=0, microsecond=0)

    def _day(self, message: Message) -> date:
        return message.received_at.astimezone(self.zone).date()


def _as_supplement(turn: Turn, decision: Decision) -> Decision:
    """What only a person can make sense of belongs to the case that people already have."""
    if decision != Smalltalk(Courtesy.UNCLEAR):
        return decision
    if open_case(turn.records, turn.resident) is None:
        return decision
    return Escalate(Reason.SUPPLEMENT, turn.message.text)
