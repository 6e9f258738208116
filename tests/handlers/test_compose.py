"""An answer carries what protects: the warnings of its risk, its review, what will change."""

from dataclasses import fields, replace
from datetime import date

import pytest

from bot.commands.checking import size_faults
from handlers.compose import Composer
from handlers.model import Answer
from handlers.parts import MESSAGE_BYTES, size
from knowledge.entry import Entry, EntryId, Facet, Risk, Status
from knowledge.library import CONTENT, Library
from knowledge.matcher import certain
from knowledge.statutes.register import LawVersion
from knowledge.wording import Phrase, Wording

TODAY = date(2026, 11, 23)
LIBRARY = Library.read()
COMPOSER = Composer(Wording.read(CONTENT / "wording.yaml"), LIBRARY)
DEPOSIT = LIBRARY.entries[EntryId("fangchan-zufang-02")]


class Ending(Library):
    """The same library in a world where every law gives way at New Year."""

    def law_behind(self, entry: Entry, day: date) -> tuple[LawVersion | None, ...]:
        behind = super().law_behind(entry, day)
        return tuple(one and replace(one, effective_until=date(2027, 1, 1)) for one in behind)


def first(entry: Entry, day: date = TODAY) -> str:
    return COMPOSER.first_message(entry, day)


@pytest.mark.parametrize(
    ("risk", "phrase"),
    [
        (Risk.MONEY, Phrase.RISK_MONEY),
        (Risk.DEADLINE, Phrase.RISK_DEADLINE),
        (Risk.CRIMINAL, Phrase.RISK_CRIMINAL),
        (Risk.SAFETY, Phrase.RISK_SAFETY),
    ],
)
def test_a_risk_brings_its_warning_before_the_disclaimer(risk: Risk, phrase: Phrase) -> None:
    warning = COMPOSER.wording.say(phrase)
    assert warning not in first(replace(DEPOSIT, risks=(Risk.ORDINARY,)))
    told = first(replace(DEPOSIT, risks=(risk,)))
    disclaimer = COMPOSER.wording.say(Phrase.DISCLAIMER)
    assert told.index(warning) < told.index(disclaimer)


def test_an_entry_whose_review_is_due_answers_and_says_so() -> None:
    assert "正在复核" not in first(DEPOSIT)
    marked = replace(DEPOSIT, status=Status.REVIEW_DUE)
    assert marked.answers_on(TODAY)
    assert "正在复核" in first(marked)
    assert "正在复核" in first(DEPOSIT, date(2027, 5, 24))


def test_a_withdrawn_entry_does_not_answer() -> None:
    assert not replace(DEPOSIT, status=Status.WITHDRAWN).answers_on(TODAY)


def test_a_law_that_is_about_to_change_is_told() -> None:
    known = {one.name: getattr(LIBRARY, one.name) for one in fields(LIBRARY) if one.init}
    composer = replace(COMPOSER, library=Ending(**known))
    assert "自2027-01-01起将按新法" in composer.first_message(DEPOSIT, TODAY)
    assert "新法" not in first(DEPOSIT)


def test_facets_wait_behind_more_with_their_blanks_filled() -> None:
    entry = replace(DEPOSIT, facets={Facet.PLACE: "到{office:司法所}问。"})
    parts = COMPOSER.entry_parts(entry, TODAY)
    assert "去哪里：到当地司法所问。" in parts[-1]
    assert "{" not in "".join(parts)


@pytest.mark.parametrize("place", ["meihekou", "shifan"])
def test_every_entry_fits_one_message_whole(place: str) -> None:
    composer = replace(COMPOSER, library=Library.read(locality=place))
    for entry in composer.library.entries.values():
        told = composer.first_message(entry, date(2027, 12, 1))
        assert size(told) <= MESSAGE_BYTES, entry.id
        assert COMPOSER.wording.say(Phrase.DISCLAIMER) in told


def test_an_entry_that_does_not_fit_is_told_before_anybody_asks() -> None:
    assert not list(size_faults(COMPOSER, TODAY))
    longer = replace(DEPOSIT.sections, brief=DEPOSIT.sections.brief + "再说一遍。" * 100)
    entries = {**LIBRARY.entries, DEPOSIT.id: replace(DEPOSIT, sections=longer)}
    composer = replace(COMPOSER, library=replace(LIBRARY, entries=entries))
    (fault,) = size_faults(composer, TODAY)
    assert fault.file == DEPOSIT.file
    assert str(MESSAGE_BYTES) in fault.message


def test_what_else_waits_is_read_on_when_an_answer_is_withdrawn() -> None:
    answer = COMPOSER.answer(Answer(certain(DEPOSIT)), "", TODAY)
    both = COMPOSER.behind(["工作人员的回答。" * 200], answer)
    assert len(both.offer.rest) > both.offer.own > 0
    assert COMPOSER.more(both.offer, TODAY).offer.own == both.offer.own
    withdrawn = {**LIBRARY.entries, DEPOSIT.id: replace(DEPOSIT, status=Status.WITHDRAWN)}
    later = replace(COMPOSER, library=replace(LIBRARY, entries=withdrawn))
    more = later.more(both.offer, TODAY)
    assert (more.text, more.offer.own) == (both.offer.rest[0], 0)
    assert not set(answer.offer.rest) & set(more.offer.rest)
