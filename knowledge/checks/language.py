"""Answers that can be read aloud: short sentences, plain words, nothing promised."""

import re
from collections.abc import Iterator

from knowledge.checks.fault import Fault, fault
from knowledge.checks.rules import Rules
from knowledge.entry import Entry, Risk
from knowledge.numbers import quantities
from knowledge.prose import parts_of, sentences

LONGEST_SENTENCE = 60
"""Characters of a sentence that is understood when read aloud once."""
LONGEST_FIRST = 59
"""The first sentence answers, in under sixty characters."""
LONGEST_FACET = 120
"""Characters of one or two sentences."""
_SHORT_PERIOD_DAYS = 60
"""A period up to this many days is missed easily."""
_EXPLAINED = re.compile(r"[”》]?[（(]")
_HELP = re.compile(r"110|120")


def faults(entry: Entry, rules: Rules) -> Iterator[Fault]:
    """What makes an answer hard to read, or says too much."""
    yield from _risk_faults(entry)
    for field, text in parts_of(entry):
        for sentence in sentences(text):
            if len(sentence) > LONGEST_SENTENCE:
                yield fault(entry, field, "long_sentence", sentence, most=LONGEST_SENTENCE)
        for hard, plain in rules.plain.items():
            if _stands_unexplained(hard, plain, text):
                yield fault(entry, field, "hard_word", hard, plain=plain)
        if promise := rules.promises.search(text):
            yield fault(entry, field, "promise", promise.group())
        if field.startswith("facets") and len(text) > LONGEST_FACET:
            yield fault(entry, "facets", "long_facet", text, most=LONGEST_FACET)


def _stands_unexplained(hard: str, plain: str, text: str) -> bool:
    """Whether a hard word stands in a text at least once and is nowhere explained there."""
    if hard not in text or plain in text:
        return False
    pieces = text.split(hard)[1:]
    return not any(_EXPLAINED.match(piece) for piece in pieces)


def _risk_faults(entry: Entry) -> Iterator[Fault]:
    """The class of risk agrees with what the answer says; the first sentence is short."""
    first = next(iter(sentences(entry.sections.brief)), "")
    if len(first) > LONGEST_FIRST:
        yield fault(entry, "简答", "long_first_sentence", first, most=LONGEST_FIRST)
    risks = entry.risks
    if Risk.ORDINARY in risks and len(risks) > 1:
        yield fault(entry, "risk", "ordinary_and_more")
    if Risk.SAFETY in risks and not _HELP.search(first):
        yield fault(entry, "简答", "no_help_first")
    told = [quantity.spelling for _, text in parts_of(entry) for quantity in quantities(text)]
    first_told = [quantity.spelling for quantity in quantities(entry.sections.brief)]
    sums = [number for number in told if number.endswith("元")]
    # A share further down may be of land or of votes.
    if Risk.MONEY not in risks and (sums or any(share.endswith("%") for share in first_told)):
        yield fault(entry, "risk", "money_unwarned")
    in_time = [quantity.spelling for quantity in quantities(entry.sections.deadline)]
    if Risk.DEADLINE not in risks and any(_is_short(number) for number in in_time):
        yield fault(entry, "risk", "deadline_unwarned")


def _is_short(spelling: str) -> bool:
    """Whether a figure is a period that is over soon."""
    for unit in ("工作日", "日", "小时"):
        number = spelling.removesuffix(unit)
        if number != spelling:
            return unit != "日" or (number.isdecimal() and int(number) <= _SHORT_PERIOD_DAYS)
    return False
