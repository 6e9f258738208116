"""A proposed entry rehearsed: what residents would get, and which questions would go where."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from handlers.compose import Composer
from handlers.model import Address, ChannelName, DecisionName, Kind, Message
from handlers.parts import MESSAGE_BYTES, size
from handlers.ports import Clock
from handlers.preview import considered, preview
from handlers.reception import Reception
from knowledge.complaints import complaint
from knowledge.entry import Entry, EntryId, Status
from knowledge.entrytext import head_of
from knowledge.files import SECTIONS
from knowledge.index import Indexed
from knowledge.library import Library
from knowledge.matcher import Matcher
from knowledge.overlay import Locks, TextFault
from knowledge.trial import Bench, Trial, locks_of, tried

_NOBODY = Address(ChannelName.CHAT, "rehearsal")


@dataclass(frozen=True, slots=True)
class Got:
    """What a question gets as the first of a conversation.

    `entry` is the one that answers or, where several are offered, the likeliest of them.
    """

    decision: DecisionName
    entry: EntryId | None
    title: str
    confidence: float
    because: tuple[str, ...]
    reply: str

    @property
    def answer(self) -> EntryId | None:
        """The entry, if it is given at once."""
        return self.entry if self.decision is DecisionName.ANSWER else None


@dataclass(frozen=True, slots=True)
class Heard:
    """A question, what it gets now and would get; `asks_for` is the entry whose wording it is."""

    question: str
    asks_for: EntryId | None
    now: Got
    then: Got


@dataclass(frozen=True, slots=True)
class HitTest:
    """The wordings of a proposal, and those of others that would get something else with it."""

    own: tuple[Heard, ...]
    disturbed: tuple[Heard, ...]

    @property
    def missed(self) -> int:
        """How many own wordings would not be answered by the entry at once."""
        return sum(heard.then.answer != heard.asks_for for heard in self.own)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A text that was tried, between the reception of today and one that knows it too."""

    trial: Trial
    now: Reception
    then: Reception
    matcher: Matcher
    at: datetime

    def first_message(self) -> str:
        """What a resident would get first; empty where the text is no entry."""
        return self.parts()[0] if self.trial.entry else ""

    def room(self) -> int:
        """Bytes left in the first message, as its check counts; less than 0 where it is too long.

        0 where the text is no entry.
        """
        if self.trial.entry is None:
            return 0
        return room_of(self.trial.entry, self.then.composer, self._day)

    def parts(self) -> tuple[str, ...]:
        """Every message of the entry, the first and those behind 更多."""
        if self.trial.entry is None:
            return ()
        return self.then.composer.entry_parts(self.trial.entry, self._day)

    def ask(self, question: str, asks_for: EntryId | None = None) -> Heard:
        """What any question gets now, and would get."""
        return Heard(
            question,
            asks_for,
            self._got(self.now, question),
            self._got(self.then, question),
        )

    def hit_test(self) -> HitTest:
        """Every own wording, and every wording of others that the proposal comes near to."""
        entry = self.trial.entry
        if entry is None:
            return HitTest((), ())
        own = tuple(self.ask(wording, entry.id) for wording in entry.ways_to_ask)
        heard = (self.ask(question, other) for other, question in self._near(entry))
        return HitTest(own, tuple(one for one in heard if _is_disturbed(one)))

    def _near(self, entry: Entry) -> Iterator[tuple[EntryId, str]]:
        """Wordings of others that would be offered the proposal, if there were no other."""
        alone = _answering(replace(self.trial.library, entries={entry.id: entry}), entry)
        matcher = self.matcher.over_another(alone)
        said = {word for item in matcher.index.entries for word in item.vocabulary}
        for other in self.matcher.index.entries:
            if other.entry.id == entry.id:
                continue
            for wording in _wordings_with(said, other):
                query = self.matcher.segmenter.query(wording)
                found = matcher.find_query(query, self._day).matches
                if found and found[0].confidence >= self.now.policy.ask_at:
                    yield other.entry.id, query.text

    def _got(self, reception: Reception, question: str) -> Got:
        message = Message(_NOBODY, "rehearsal", Kind.TEXT, question, self.at)
        decision = reception.first_words(message)
        reply = preview(reception.composer, decision, question, self._day)
        best = next(iter(considered(decision)), None)
        return Got(
            reply.decision,
            best.entry if best else None,
            best.title if best else "",
            best.confidence if best else 0.0,
            best.because if best else (),
            reply.text,
        )

    @property
    def _day(self) -> date:
        return self.at.astimezone(self.now.zone).date()


def rehearse(text: str, as_entry: EntryId, bench: Bench, now: Reception, at: datetime) -> Rehearsal:
    """Tries a text and sets up a reception that would answer with it."""
    trial = tried(text, as_entry, bench)
    composer = Composer(now.composer.wording, trial.library)
    if trial.entry is not None:
        too_long = tuple(_size_faults(trial.entry, composer, bench))
        trial = replace(trial, own_faults=(*trial.own_faults, *too_long))
    answering = _answering(trial.library, trial.entry) if trial.entry else trial.library
    then = replace(
        now,
        finder=bench.matcher.over_another(answering),
        composer=composer,
        dialogue=replace(now.dialogue, library=trial.library),
    )
    return Rehearsal(trial, now, then, bench.matcher, at)


@dataclass(frozen=True, slots=True)
class Prover:
    """Proves texts against what is published at the moment of asking; a Proof of the curator."""

    bench: Callable[[], Bench]
    reception: Callable[[], Reception]
    clock: Clock

    def faults(self, text: str, as_entry: EntryId) -> Sequence[TextFault]:
        """Everything that is wrong but for articles that could not be opened."""
        return self.rehearse(text, as_entry).trial.own_faults

    def locks(self, text: str) -> Locks:
        """What is read of every article that a text cites."""
        return locks_of(text, head_of(text).id, self.bench())

    def rehearse(self, text: str, as_entry: EntryId) -> Rehearsal:
        """The text as residents would meet it."""
        return rehearse(text, as_entry, self.bench(), self.reception(), self.clock())


def room_of(entry: Entry, composer: Composer, day: date) -> int:
    """Bytes left in the first message, on the day or once the review is due and told."""
    due = min(entry.review_by, date.max - timedelta(days=1)) + timedelta(days=1)
    latest = max(day, due)
    return MESSAGE_BYTES - size(composer.first_message(entry, latest))


def _answering(library: Library, entry: Entry) -> Library:
    """A library in which an entry that is to answer can be found, whatever still is wrong."""
    if entry.status is Status.WITHDRAWN:
        return library
    found = replace(
        entry, status=Status.PUBLISHED, valid_from=date.min, valid_until=None, citations=()
    )
    return replace(library, entries={**library.entries, entry.id: found})


def _size_faults(entry: Entry, composer: Composer, bench: Bench) -> Iterator[TextFault]:
    """A first message that does not fit, on the day or once the review is due and told."""
    room = room_of(entry, composer, bench.day)
    if room < 0:
        told = complaint("too_long", bytes=MESSAGE_BYTES - room, most=MESSAGE_BYTES)
        yield TextFault(next(iter(SECTIONS)), 0, told)


def _is_disturbed(heard: Heard) -> bool:
    """Whether the wording of another entry loses its answer, or gets one that is not its own."""
    lost = heard.now.answer == heard.asks_for and heard.then.answer != heard.asks_for
    wrong = heard.then.answer not in (None, heard.asks_for, heard.now.answer)
    return lost or wrong


def _wordings_with(words: Collection[str], item: Indexed) -> Iterator[str]:
    """The ways to ask that have one of these words at least."""
    places = {place for word in words for place, _ in item.vocabulary.get(word, ())}
    return (item.entry.ways_to_ask[place] for place in sorted(places))
