"""The editor's form: what was typed becomes an entry's form, and that becomes fields of a page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from bot.web.editing.sheets import lines_of
from bot.web.labels import page_labels
from handlers.parts import MESSAGE_BYTES, size
from handlers.rehearsal import Rehearsal
from knowledge.checks.asking import FEWEST_WORDINGS, LONGEST_TITLE, MOST_WORDINGS
from knowledge.checks.language import LONGEST_FACET, LONGEST_SENTENCE
from knowledge.entry import Risk, Status
from knowledge.entryfile import EntryForm
from knowledge.files import FACETS, SECTIONS
from knowledge.filling import Filler
from knowledge.overlay import TextFault

SPARE_ROWS = 2
"""Empty rows below citations and exceptions, for those without scripts; saving brings more."""

_FIRST_PARTS = tuple(SECTIONS)[:3]
_TYPED = (
    *("title", "subtopic", "status"),
    *("valid_from", "valid_until", "review_by", "drafted_on"),
)
_GROUPS = ("column", "entry_status_short", "entry_risk", "pair")
_CODE = re.compile(
    r"\b(?:title|wordings|risk|citations|exceptions|related|plan|places|facets|subtopic|status"
    r"|valid_from|valid_until|review_by|drafted_on|reviewed_by"
    r"|ordinary|money|deadline|criminal|safety|published|withdrawn|review_due"
    r"|law|article|number|reason)\b"
)
"""Names of fields and choices in complaints, which are written for those who edit files."""
_ON_THE_PAGE = (
    *("whole", "title", *SECTIONS, "facets", *FACETS, "wordings", "citations", "risk"),
    *("status", "valid_from", "valid_until", "review_by", "drafted_on", "subtopic"),
    *("reviewed_by", "id", "topic", "places", "exceptions", "related", "plan"),
)
"""Where faults stand on the page, from top to bottom: a link leads to the first of them."""
_FIELDS = frozenset(_ON_THE_PAGE)
_INDEX = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, slots=True)
class Limits:
    """Lengths that the page counts while somebody types."""

    title: int = LONGEST_TITLE
    sentence: int = LONGEST_SENTENCE
    facet: int = LONGEST_FACET
    fewest: int = FEWEST_WORDINGS
    most: int = MOST_WORDINGS
    message: int = MESSAGE_BYTES


@dataclass(frozen=True, slots=True)
class FormPicture:
    """The form with its faults at their fields.

    `overhead` are the bytes of the first message besides title and first three parts.
    """

    form: EntryForm
    faults: Mapping[str, Sequence[str]]
    citations: Sequence[tuple[str, str]]
    exceptions: Sequence[tuple[str, str]]
    statuses: Sequence[str]
    risks: Sequence[str]
    parts: Sequence[str]
    first_parts: Sequence[str]
    facets: Sequence[str]
    overhead: int
    limits: Limits = Limits()


def typed_form(typed: MultiDict[str, str], before: EntryForm) -> EntryForm:
    """What was typed over what stood there; id, topic and reviewer are nobody's to type."""
    dropped = typed.get("drop", "")
    laws = zip(typed.getlist("law"), typed.getlist("article"), strict=False)
    figures = zip(typed.getlist("number"), typed.getlist("reason"), strict=False)
    return replace(
        before,
        **{name: typed.get(name, "").strip() for name in _TYPED},
        risk=tuple(typed.getlist("risk")),
        facets={name: typed[name] for name in FACETS if typed.get(name, "").strip()},
        parts={name: typed.get(name, "").replace("\r\n", "\n") for name in SECTIONS},
        wordings=tuple(lines_of(typed.get("wordings", ""))),
        related=tuple(_names(typed.get("related", ""))),
        plan=tuple(_names(typed.get("plan", ""))),
        citations=_rows(laws, dropped, "citation"),
        exceptions=_rows(figures, dropped, "exception"),
    )


def form_picture(form: EntryForm, rehearsal: Rehearsal) -> FormPicture:
    """The form as the page shows it."""
    spare = (("", ""),) * SPARE_ROWS
    return FormPicture(
        form=form,
        faults=by_field(rehearsal.trial.faults),
        citations=(*form.citations, *spare),
        exceptions=(*form.exceptions, *spare),
        statuses=_statuses(form.status),
        risks=list(Risk),
        parts=list(SECTIONS),
        first_parts=_FIRST_PARTS,
        facets=list(FACETS),
        overhead=_overhead(form, rehearsal),
    )


def by_field(faults: Sequence[TextFault]) -> dict[str, list[str]]:
    """Complaints by the field of the form at which they are shown, in the order of the page."""
    told: dict[str, list[str]] = {}
    for fault in faults:
        name = _INDEX.sub("", fault.field).removeprefix("facets.")
        # What stands in the head of the file and has no field of its own belongs to the whole.
        shown = name if name in _FIELDS else "whole"
        told.setdefault(shown, []).append(in_plain_words(fault.message))
    return {name: told[name] for name in sorted(told, key=_ON_THE_PAGE.index)}


def in_plain_words(message: str) -> str:
    """A complaint with the words of the form in the place of the names that files have."""
    return _CODE.sub(lambda found: _words_for(found.group()), message)


def _words_for(code: str) -> str:
    return page_labels().say(next(group for group in _GROUPS if code in _codes(group)), code)


def _codes(group: str) -> Mapping[str, str]:
    return page_labels().groups[group]


def blanks_of(filler: Filler) -> dict[str, list[str]]:
    """The blanks that an editor may insert, by kind."""
    kinds = list(filler.locality.kinds)
    return {
        "office": [f"{{office:{name}}}" for name in kinds],
        "phone": [
            *(f"{{phone:{number}}}" for number in filler.locality.hotlines),
            *(f"{{phone:{name}}}" for name in kinds),
        ],
        "address": [f"{{address:{name}}}" for name in kinds],
        "hours": [f"{{hours:{name}}}" for name in kinds],
        "figure": [f"{{figure:{key}}}" for key in filler.parameters.by_key],
    }


def figures_of(filler: Filler) -> dict[str, str]:
    """What the figures are called behind their blanks, which have keys that say little."""
    return {f"{{figure:{key}}}": one.name for key, one in filler.parameters.by_key.items()}


def _statuses(status: str) -> list[str]:
    """What may be chosen: residents see it or not; an odd status stays until it is changed."""
    offered = [str(Status.PUBLISHED), str(Status.WITHDRAWN)]
    return offered if status in offered else [status, *offered]


def _overhead(form: EntryForm, rehearsal: Rehearsal) -> int:
    if rehearsal.trial.entry is None:
        return 0
    own = sum(size(form.parts.get(name, "").strip()) for name in _FIRST_PARTS)
    return MESSAGE_BYTES - rehearsal.room() - own - size(form.title)


def _rows(rows: Iterator[tuple[str, str]], dropped: str, name: str) -> tuple[tuple[str, str], ...]:
    """The rows that say anything, less one that somebody took out without scripts."""
    return tuple(
        (one.strip(), other.strip())
        for at, (one, other) in enumerate(rows)
        if (one.strip() or other.strip()) and dropped != f"{name}-{at}"
    )


def _names(text: str) -> list[str]:
    return [name for name in re.split(r"[\s,，、;；]+", text) if name]
