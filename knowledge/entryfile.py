"""An entry's file from what stands in a form, and back: one spelling whoever wrote it."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from knowledge.blanks import blanks_in
from knowledge.complaints import complaint
from knowledge.entry import Entry
from knowledge.errors import ContentError
from knowledge.fields import HEADING, parsed
from knowledge.files import FACETS, SECTIONS

_SURE = re.compile(r"[\u4e00-\u9fff《“（](?:(?!: |:$|#|---)[^\n\t])*(?<! )")
"""A text that YAML reads as it stands. Anything else is tried out, or put into quotes."""
_NAME = re.compile(r"[a-z][\w-]*")
_LIKE_HEADING = re.compile(r"^#+[ \t]+", re.MULTILINE)
_UNWRITABLE = frozenset("\ufeff\ufffe\uffff")
_NEW_LINES = str.maketrans(
    {"\u2028": "\n", "\u2029": "\n", "\t": " ", "\v": "\n", "\f": "\n", "\r": "\n"}
)
_HEADS = ("id", "topic", "subtopic", "status", "title")
_DAYS = ("valid_from", "valid_until", "review_by", "drafted_on")
_NAMES_IN_A_LINE = ("related", "plan")


@dataclass(frozen=True, slots=True)
class EntryForm:
    """An entry as it stands in a form: every field as it was typed, whether it holds or not.

    Fields are called as in the file; `facets` and `parts` go by their headings (时间, 简答).
    The list of places is no field: it follows from the text.
    """

    id: str = ""
    topic: str = ""
    subtopic: str = ""
    status: str = ""
    title: str = ""
    valid_from: str = ""
    valid_until: str = ""
    review_by: str = ""
    drafted_on: str = ""
    reviewed_by: str = ""
    risk: tuple[str, ...] = ()
    facets: Mapping[str, str] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    exceptions: tuple[tuple[str, str], ...] = ()
    citations: tuple[tuple[str, str], ...] = ()
    wordings: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: Entry) -> "EntryForm":
        """The form that an entry fills."""
        headings = {facet: heading for heading, facet in FACETS.items()}
        return cls(
            id=entry.id,
            topic=entry.topic,
            subtopic=entry.subtopic,
            status=str(entry.status),
            title=entry.title,
            valid_from=entry.valid_from.isoformat(),
            valid_until=entry.valid_until.isoformat() if entry.valid_until else "",
            review_by=entry.review_by.isoformat(),
            drafted_on=entry.drafted_on.isoformat(),
            reviewed_by=entry.reviewed_by,
            risk=tuple(str(risk) for risk in entry.risks),
            facets={headings[facet]: text for facet, text in entry.facets.items()},
            related=tuple(entry.related),
            plan=entry.plan,
            exceptions=tuple((one.number, one.reason) for one in entry.exceptions),
            citations=tuple((one.law, one.article) for one in entry.citations),
            wordings=entry.wordings,
            parts={name: getattr(entry.sections, part) for name, part in SECTIONS.items()},
        )

    @property
    def places(self) -> tuple[str, ...]:
        """The blanks for local facts in all that residents read, in the order of their coming."""
        texts = (self.title, *self.parts.values(), *self.facets.values())
        return tuple(dict.fromkeys(one.written for text in texts for one in blanks_in(text)))


def form_of(text: str, file: str = "") -> EntryForm:
    """The form that a file's text fills, whatever it says in single fields.

    Raises ContentError where it has no head that can be read.
    """
    _, front, body = [*text.split("---\n", 2), "", ""][:3]
    try:
        given = parsed(front)
    except yaml.YAMLError as error:
        raise ContentError(file, "", complaint("not_yaml")) from error
    if not isinstance(given, dict):
        raise ContentError(file, "", complaint("no_front"))
    pieces = HEADING.split(body)
    said = dict(zip(pieces[1::2], (piece.strip() for piece in pieces[2::2]), strict=True))
    facets = given.get("facets")
    plain: dict[str, Any] = {
        **{name: _text(given.get(name)) for name in (*_HEADS, *_DAYS, "reviewed_by")},
        **{name: _texts(given.get(name)) for name in ("risk", *_NAMES_IN_A_LINE, "wordings")},
    }
    return EntryForm(
        **plain,
        facets={str(key): _text(value) for key, value in facets.items()}
        if isinstance(facets, dict)
        else {},
        exceptions=_pairs(given.get("exceptions"), "number", "reason"),
        citations=_pairs(given.get("citations"), "law", "article"),
        parts={name: said.get(name, "") for name in SECTIONS},
    )


def written(form: EntryForm) -> str:
    """The file of an entry. What was written and read again is written the same.

    Signs that nobody sees are dropped, so that every text can be read again.
    """
    return "".join(f"{line}\n" for line in ("---", *_head(form), "---", *_body(form)))


def _head(form: EntryForm) -> Iterator[str]:
    for name in _HEADS:
        yield _line(name, _scalar(getattr(form, name)))
    for name in _DAYS:
        yield _line(name, _day(getattr(form, name)))
    yield _line("reviewed_by", _scalar(form.reviewed_by))
    yield _line("risk", f"[{', '.join(map(_in_a_row, _given(form.risk)))}]")
    facets = [(key, _scalar(text)) for key, text in form.facets.items()]
    yield from _block("facets", [f"{_scalar(key)}: {text}" for key, text in facets if text])
    for name in _NAMES_IN_A_LINE:
        if names := _given(getattr(form, name)):
            yield _line(name, f"[{', '.join(map(_in_a_row, names))}]")
    yield from _block("exceptions", _rows(form.exceptions, "number", "reason"))
    yield from _block("places", [f"- {_scalar(place)}" for place in form.places])
    yield from _block("citations", _rows(form.citations, "law", "article"))
    yield from _block("wordings", [f"- {_scalar(one)}" for one in _given(form.wordings)])


def _body(form: EntryForm) -> Iterator[str]:
    for heading in SECTIONS:
        yield f"## {heading}"
        text = _LIKE_HEADING.sub("", "\n".join(_lines(form.parts.get(heading, "")))).strip()
        if text:
            yield text


def _block(name: str, lines: list[str]) -> Iterator[str]:
    """A field with lines below it; without lines, nothing."""
    if lines:
        yield f"{name}:"
        yield from (f"  {line}" for line in lines)


def _rows(rows: tuple[tuple[str, str], ...], first: str, second: str) -> list[str]:
    lines = []
    for one, other in rows:
        if _line_of(one) or _line_of(other):
            lines += [_line(f"- {first}", _scalar(one)), _line(f"  {second}", _scalar(other))]
    return lines


def _line(name: str, value: str) -> str:
    return f"{name}: {value}" if value else f"{name}:"


def _given(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in values if _line_of(value))


def _day(text: str) -> str:
    """A day without quotes; what is none is kept as words, to be complained of."""
    plain = _line_of(text)
    try:
        return date.fromisoformat(plain).isoformat()
    except ValueError:
        return _scalar(plain)


def _in_a_row(text: str) -> str:
    plain = _line_of(text)
    return plain if _NAME.fullmatch(plain) and _scalar(plain) == plain else _quoted(plain)


def _scalar(text: str) -> str:
    """A text of one line, in quotes where YAML would read something else."""
    plain = _line_of(text)
    if not plain or _SURE.fullmatch(plain):
        return plain
    try:
        same = parsed(f"- {plain}") == [plain]
    except yaml.YAMLError:
        same = False
    return plain if same and "---" not in plain else _quoted(plain)


def _quoted(plain: str) -> str:
    return json.dumps(plain, ensure_ascii=False)


def _line_of(text: str) -> str:
    """A text as one line, white space made single."""
    return " ".join(" ".join(_lines(text)).split())


def _lines(text: str) -> list[str]:
    """The lines of a text without what nobody sees, and without spaces at their ends."""
    plain = text.replace("\r\n", "\n").translate(_NEW_LINES)
    seen = "".join(sign for sign in plain if _can_be_seen(sign))
    return [line.strip() for line in seen.split("\n")]


def _can_be_seen(sign: str) -> bool:
    return sign == "\n" or (
        sign not in _UNWRITABLE and unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
    )


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(item) for item in value)
    return (_text(value),) if value else ()


def _pairs(value: object, first: str, second: str) -> tuple[tuple[str, str], ...]:
    rows = value if isinstance(value, list) else []
    return tuple(
        (_text(row.get(first)), _text(row.get(second))) for row in rows if isinstance(row, dict)
    )
