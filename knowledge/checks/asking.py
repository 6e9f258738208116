"""The ways to ask: enough of them, and no two the same once the fillers are dropped."""

from collections.abc import Iterator, Sequence

from knowledge.checks.fault import Fault, fault
from knowledge.entry import Entry
from knowledge.text import Segmenter

FEWEST_WORDINGS = 8
MOST_WORDINGS = 20
LONGEST_TITLE = 24
"""Characters of a title that is read in one line of a phone."""

_Asked = dict[tuple[str, ...], tuple[Entry, str]]


def faults(entries: Sequence[Entry], segmenter: Segmenter) -> Iterator[Fault]:
    """Every fault of titles and wordings, within an entry and across all."""
    asked: _Asked = {}
    for entry in entries:
        if len(entry.title) > LONGEST_TITLE:
            yield fault(entry, "title", "long_title", most=LONGEST_TITLE)
        if not FEWEST_WORDINGS <= len(entry.wordings) <= MOST_WORDINGS:
            yield fault(
                entry,
                "wordings",
                "count_of_wordings",
                count=len(entry.wordings),
                fewest=FEWEST_WORDINGS,
                most=MOST_WORDINGS,
            )
        yield from _said_before(entry, asked, segmenter)


def _said_before(entry: Entry, asked: _Asked, segmenter: Segmenter) -> Iterator[Fault]:
    """Wordings that say no more than an earlier one. The title may stand among the wordings."""
    title = _gist(entry.title, segmenter)
    for wording in entry.wordings:
        gist = _gist(wording, segmenter)
        if not gist:
            yield fault(entry, "wordings", "wording_of_fillers", wording)
            continue
        other, before = asked.setdefault(gist, (entry, wording))
        if other is not entry:
            yield _elsewhere(entry, "wordings", wording, other, before)
        elif before is not wording:
            yield fault(entry, "wordings", "wording_twice", wording, as_=before)
    other, before = asked.setdefault(title, (entry, entry.title))
    if other is not entry:
        yield _elsewhere(entry, "title", entry.title, other, before)


def _elsewhere(entry: Entry, field: str, found: str, other: Entry, before: str) -> Fault:
    blanks = {"other": other.id, "title": other.title, "as_": before}
    return fault(entry, field, "wording_elsewhere", found, **blanks)


def _gist(text: str, segmenter: Segmenter) -> tuple[str, ...]:
    """The words of a text that say something, in one order."""
    return tuple(sorted(set(segmenter.remembered_words(text))))
