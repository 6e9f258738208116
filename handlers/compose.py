"""From a decision to the words a resident reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from handlers.model import (
    Answer,
    Basis,
    ChannelName,
    CitedVersion,
    Clarify,
    ConsultationNumber,
    Courtesy,
    DecisionName,
    Emergency,
    Offer,
    Reply,
)
from handlers.pace import Limit
from handlers.parts import MESSAGE_BYTES, pack, size
from knowledge.entry import Citation, Entry, EntryId, Facet, Risk
from knowledge.library import Library
from knowledge.numerals import short_article
from knowledge.statutes.register import everyday_name
from knowledge.wording import Phrase, Wording

MOST_CITED = 5
"""Articles named with an answer; editors put the most important first, and 更多 names all."""

MOST_REMEMBERED = 2_000
"""Entries put together that are remembered: some megabytes."""

_COURTESIES = {
    Courtesy.WELCOME: Phrase.WELCOME,
    Courtesy.GREETING: Phrase.GREETING,
    Courtesy.THANKS: Phrase.THANKS,
    Courtesy.UNCLEAR: Phrase.UNCLEAR,
    Courtesy.NO_WORDS: Phrase.NO_WORDS,
}
_WARNINGS = {
    Risk.MONEY: Phrase.RISK_MONEY,
    Risk.DEADLINE: Phrase.RISK_DEADLINE,
    Risk.CRIMINAL: Phrase.RISK_CRIMINAL,
    Risk.SAFETY: Phrase.RISK_SAFETY,
}
FACETS = {
    Facet.TIME: Phrase.FACET_TIME,
    Facet.PLACE: Phrase.FACET_PLACE,
    Facet.PAPERS: Phrase.FACET_PAPERS,
    Facet.FEE: Phrase.FACET_FEE,
    Facet.REFUSAL: Phrase.FACET_REFUSAL,
}


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of an entry all day, the same to everybody, and what it rests on."""

    parts: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes replies from reviewed words only."""

    wording: Wording
    library: Library
    _told: dict[tuple[EntryId, date], _Told] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def answer(self, decision: Answer, question: str, day: date) -> Reply:
        """An entry in one message with its law and the disclaimer; the detail waits behind 更多."""
        entry = self.library.entries[decision.match.entry]
        told = self._told_of(entry, day)
        first, *rest = told.parts
        offer = Offer(
            choices=tuple(match.entry for match in decision.alternatives),
            rest=tuple(rest),
            question=question,
            entry=entry.id if rest else None,
            entry_version=entry.version if rest else "",
            own=len(rest),
        )
        return Reply(DecisionName.ANSWER, first, offer, told.basis)

    def entry_parts(self, entry: Entry, day: date) -> tuple[str, ...]:
        """The messages of an entry: the first holds all that protects, the others the detail."""
        return self._told_of(entry, day).parts

    def _told_of(self, entry: Entry, day: date) -> _Told:
        if self.library.entries.get(entry.id) is not entry:  # a draft: nobody else reads it
            return self._put_together(entry, day)
        told = self._told.get((entry.id, day))
        if told is None:
            told = self._put_together(entry, day)
            if len(self._told) >= MOST_REMEMBERED:
                self._told.clear()
            self._told[entry.id, day] = told
        return told

    def _put_together(self, entry: Entry, day: date) -> _Told:
        first = self.parts(self.first_message(entry, day))
        return _Told(first + self.parts(self._behind_more(entry, day)), self._basis(entry, day))

    def first_message(self, entry: Entry, day: date) -> str:
        """Answer, deadline, next step, law and disclaimer; the content check keeps it short."""
        say, told = self.wording.say, entry.sections
        blocks = (
            say(Phrase.ANSWER_TITLE, title=entry.title),
            told.brief,
            say(Phrase.ANSWER_DEADLINE, text=told.deadline),
            say(Phrase.ANSWER_NEXT_STEP, text=told.next_step),
            self._law_line(entry, day),
            "".join(self.reservations(entry, day)),
            say(Phrase.ANSWER_HINT),
        )
        return self.library.fill("\n".join(blocks), day)

    def clarify(self, decision: Clarify, question: str) -> Reply:
        """Numbered choices; the last number asks for a person."""
        say = self.wording.say
        lines = [say(Phrase.CLARIFY_HEAD)]
        for number, match in enumerate(decision.choices, start=1):
            lines.append(say(Phrase.CLARIFY_CHOICE, number=number, title=match.title))
        lines.append(say(Phrase.CLARIFY_NONE, number=len(decision.choices) + 1))
        choices = tuple(match.entry for match in decision.choices)
        offer = Offer(choices=choices, question=question)
        return Reply(DecisionName.CLARIFY, "\n".join(lines), offer)

    def handed_over(
        self, phrase: Phrase, number: ConsultationNumber, *, awaits_question: bool = False
    ) -> Reply:
        """Tells the number under which people have the question."""
        offer = Offer(awaits=number if awaits_question else None)
        text = self.wording.say(phrase, number=number)
        return Reply(DecisionName.ESCALATE, text, offer, consultation=number)

    def emergency(self, decision: Emergency, number: ConsultationNumber) -> Reply:
        """The safety text first, whole; then the number."""
        case = self.wording.say(Phrase.EMERGENCY_CASE, number=number)
        text = f"{decision.danger.advice.strip()}\n{case}"
        return Reply(DecisionName.EMERGENCY, text, consultation=number)

    def courtesy(self, courtesy: Courtesy) -> Reply:
        """A fixed sentence; SILENCE has none."""
        phrase = _COURTESIES.get(courtesy)
        return Reply(DecisionName.SMALLTALK, self.wording.say(phrase) if phrase else "")

    def welcome(self, channel: ChannelName) -> Reply:
        """To a new follower: who we are, and the whole notice."""
        return self._with_whole_notice(self.courtesy(Courtesy.WELCOME), channel, "\n")

    def help(self, channel: ChannelName) -> Reply:
        """What one can say to the service, and the whole notice to read again."""
        return self._with_whole_notice(self.command(Phrase.HELP), channel, "\n\n")

    def with_notice(self, reply: Reply, channel: ChannelName) -> Reply:
        """A reply and, after it, as much of the notice as fits: all, or its gist.

        Nothing of an answer gives way to it, least of all the disclaimer: where the gist does
        not fit the reply stays as it is, `notice` empty, and the next reply has it.
        """
        notice = self.wording.notice
        for words in (notice.told(channel), notice.brief):
            told = f"{reply.text}\n\n{words}"
            if size(told) <= MESSAGE_BYTES:
                return replace(reply, text=told, notice=notice.version)
        return reply

    def limited(self, limit: Limit, still_open: Offer) -> Reply:
        """Says that a message was kept and when to go on; what was open stays open."""
        phrase = {Limit.MINUTE: Phrase.TOO_FAST, Limit.DAY: Phrase.TOO_MANY}[limit]
        return Reply(DecisionName.SMALLTALK, self.wording.say(phrase), still_open)

    def enough_today(self, number: ConsultationNumber) -> Reply:
        """A supplement was kept, but people have enough to read for today."""
        text = self.wording.say(Phrase.SUPPLEMENTED_ENOUGH, number=number)
        return Reply(DecisionName.ESCALATE, text)

    def unclear(self, misses: int, question: str) -> Reply:
        """Asks for other words, and remembers how often that was needed in a row."""
        offer = Offer(misses=misses, question=question)
        return Reply(DecisionName.SMALLTALK, self.wording.say(Phrase.UNCLEAR), offer)

    def command(self, phrase: Phrase, **blanks: object) -> Reply:
        """A fixed sentence in answer to a command."""
        return Reply(DecisionName.COMMAND, self.wording.say(phrase, **blanks))

    def told(self, text: str) -> Reply:
        """Any length of text in answer to a command; what does not fit waits behind 更多."""
        first, *rest = self.parts(text)
        return Reply(DecisionName.COMMAND, first, Offer(rest=tuple(rest)))

    def more(self, offer: Offer, day: date) -> Reply:
        """The next part, and what is left after it; nothing of an answer that is given no more."""
        if offer.rest and not self._is_given(offer, day):
            others = offer.rest[: len(offer.rest) - offer.own]
            offer = replace(offer, rest=others, entry=None, entry_version="", own=0)
            if not others:
                return Reply(DecisionName.COMMAND, self.wording.say(Phrase.MORE_GONE), offer)
        if not offer.rest:
            return Reply(DecisionName.COMMAND, self.wording.say(Phrase.NO_MORE), offer)
        rest = offer.rest[1:]
        left = replace(offer, rest=rest, own=min(offer.own, len(rest)))
        return Reply(DecisionName.COMMAND, offer.rest[0], left)

    def _is_given(self, offer: Offer, day: date) -> bool:
        """Whether the entry whose parts wait is given today, and still says what was begun."""
        if offer.entry is None:
            return True
        entry = self.library.entries.get(offer.entry)
        same = entry is not None and entry.version == offer.entry_version
        return entry is not None and same and self.library.answers(entry, day)

    def staff_answer(self, number: ConsultationNumber, words: str, day: date) -> str:
        """What a resident reads of a person's answer, in whole length."""
        return self.wording.say(Phrase.STAFF_ANSWER, number=number, text=words, day=day)

    def send_again(self, number: ConsultationNumber, day: date) -> str:
        """Asks for what came on that day and could not be kept."""
        return self.wording.say(Phrase.SEND_AGAIN, number=number, day=day)

    def parts(self, text: str) -> tuple[str, ...]:
        """A long text as messages."""
        return pack((text,), self.wording.say(Phrase.MORE_HINT))

    def behind(self, waiting: Sequence[str], reply: Reply) -> Reply:
        """A reply with answers that waited put before it."""
        hint = self.wording.say(Phrase.MORE_HINT)
        first, *rest = pack((*waiting, reply.text), hint)
        offer = replace(reply.offer, rest=(*rest, *reply.offer.rest))
        return replace(reply, text=first, offer=offer)

    def _with_whole_notice(self, reply: Reply, channel: ChannelName, between: str) -> Reply:
        notice = self.wording.notice
        told = f"{reply.text}{between}{notice.told(channel)}"
        return replace(reply, text=told, notice=notice.version)

    def _behind_more(self, entry: Entry, day: date) -> str:
        say = self.wording.say
        blocks = [say(Phrase.ANSWER_DETAIL, text=entry.sections.detail)]
        blocks += [say(FACETS[facet], text=text) for facet, text in entry.facets.items()]
        if len(entry.citations) > MOST_CITED:
            blocks.append(say(Phrase.LAW_WHOLE, items=self._listed(entry.citations)))
        return self.library.fill("\n".join(blocks), day)

    def _law_line(self, entry: Entry, day: date) -> str:
        """The articles that matter most; many more would bury the answer."""
        few = len(entry.citations) <= MOST_CITED
        items = self._listed(entry.citations[:MOST_CITED])
        phrase = Phrase.LAW if few else Phrase.LAW_AND_MORE
        line = self.wording.say(phrase, items=items, day=entry.drafted_on)
        return line + self.law_change(entry, day)

    def law_change(self, entry: Entry, day: date) -> str:
        """From when on another law is to be looked at; empty where none is announced."""
        ends = [
            version.effective_until
            for version in self.library.law_behind(entry, day)
            if version and version.effective_until
        ]
        return self.wording.say(Phrase.LAW_CHANGES, day=min(ends)) if ends else ""

    def _listed(self, citations: Sequence[Citation]) -> str:
        items = (
            self.wording.say(
                Phrase.LAW_ITEM,
                law=everyday_name(law),
                articles="、".join(short_article(cited.article) for cited in cited_articles),
            )
            for law, cited_articles in groupby(citations, key=lambda cited: cited.law)
        )
        return "；".join(items)

    def reservations(self, entry: Entry, day: date) -> tuple[str, ...]:
        """All that keeps an answer from being taken for more than it is, the disclaimer last."""
        say = self.wording.say
        told = [say(_WARNINGS[risk]) for risk in entry.risks if risk in _WARNINGS]
        if entry.review_is_due(day):
            told.append(say(Phrase.REVIEW_DUE))
        return (*told, self._review(entry), say(Phrase.DISCLAIMER))

    def _review(self, entry: Entry) -> str:
        if entry.reviewed_by:
            return self.wording.say(Phrase.REVIEWED, name=entry.reviewed_by)
        return self.wording.say(Phrase.NOT_REVIEWED)

    def _basis(self, entry: Entry, day: date) -> Basis:
        versions = zip(entry.citations, self.library.law_behind(entry, day), strict=True)
        law = tuple(
            CitedVersion(cited, version.effective_from) for cited, version in versions if version
        )
        return Basis(entry.id, entry.version, self.library.version, law)
