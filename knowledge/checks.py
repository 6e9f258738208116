"""What must hold across all entries before residents may read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.entry import Entry, Status
from knowledge.library import Library
from knowledge.normal import normalise

FEWEST_WORDINGS = 8
MOST_WORDINGS = 20
LONGEST_SENTENCE = 60
"""Characters of a sentence that is understood when read aloud once."""

_SENTENCE_END = re.compile(r"[。！？；!?;\n]")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零]+条(之[一二三四五六七八九十]+)?")
_PROMISES = re.compile(r"肯定能|一定能|保证能|包赢|稳赢|百分之百|100%|绝对能|必胜|必赢")
_LOCAL_NUMBER = re.compile(r"(?<!\d)(0\d{2,3}-?\d{7,8}|1[3-9]\d{9})(?!\d)")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where an editor finds it."""

    where: str
    field: str
    message: str


def check(library: Library, day: date) -> list[Fault]:
    """Every fault of the content as residents would meet it on `day`."""
    faults = [Fault(error.file, error.field, error.message) for error in library.faults]
    faults.extend(_doubled_wordings(library))
    for entry in library.entries.values():
        faults.extend(_faults(entry, library, day))
    return faults


def _faults(entry: Entry, library: Library, day: date) -> Iterator[Fault]:
    if len(entry.wordings) < FEWEST_WORDINGS:
        yield Fault(entry.id, "wordings", f"fewer than {FEWEST_WORDINGS}")
    if len(entry.wordings) > MOST_WORDINGS:
        yield Fault(entry.id, "wordings", f"more than {MOST_WORDINGS}")
    yield from _citation_faults(entry, library)
    yield from _language_faults(entry)
    if entry.status is Status.PUBLISHED and entry.review_by < day:
        yield Fault(entry.id, "review_by", "the review is overdue")
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        yield Fault(entry.id, "valid_until", "ends before it begins")


def _citation_faults(entry: Entry, library: Library) -> Iterator[Fault]:
    """Every cited law is registered and in force over all the days the entry answers for."""
    laws = [cited.law for cited in entry.citations]
    if len(set(entry.citations)) < len(entry.citations):
        yield Fault(entry.id, "citations", "the same article twice")
    if len(set(laws)) != sum(law != before for law, before in zip(laws, ["", *laws], strict=False)):
        yield Fault(entry.id, "citations", "articles of one law must stand together")
    last = entry.valid_until or entry.review_by
    for cited in entry.citations:
        if not _ARTICLE.fullmatch(cited.article):
            yield Fault(entry.id, "citations", f"{cited.article} is not written like 第三十条")
        for when in (entry.valid_from, last):
            if library.register.in_force(cited.law, when) is None:
                yield Fault(entry.id, "citations", f"{cited.law} is not in force on {when}")


def _language_faults(entry: Entry) -> Iterator[Fault]:
    told = entry.sections
    for name, text in (
        ("brief", told.brief),
        ("deadline", told.deadline),
        ("next_step", told.next_step),
        ("detail", told.detail),
    ):
        for sentence in _SENTENCE_END.split(text):
            if len(sentence.strip()) > LONGEST_SENTENCE:
                yield Fault(entry.id, name, f"over {LONGEST_SENTENCE} characters: {sentence}")
        if promise := _PROMISES.search(text):
            yield Fault(entry.id, name, f"a promise: {promise.group()}")
        if number := _LOCAL_NUMBER.search(text):
            yield Fault(entry.id, name, f"a local telephone number: {number.group()}")


def _doubled_wordings(library: Library) -> Iterator[Fault]:
    asked: dict[str, Entry] = {}
    for entry in library.entries.values():
        for wording in entry.ways_to_ask:
            first = asked.setdefault(normalise(wording), entry)
            if first is not entry:
                yield Fault(entry.id, "wordings", f"{wording} stands in {first.id} too")
