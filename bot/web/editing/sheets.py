"""An entry as a row of a sheet: columns, cells of many lines, and the words for choices."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.web.labels import page_labels
from knowledge.entry import Risk, Status
from knowledge.entryfile import EntryForm
from knowledge.files import FACETS, SECTIONS

VERSION = "version"
"""The column that says of which published text a row was made."""

_LISTS = ("wordings", "related", "plan")
_TEXTS = (
    *("id", "topic", "subtopic", "title"),
    *("valid_from", "valid_until", "review_by", "drafted_on", "reviewed_by"),
)
COLUMNS = (
    *("id", "topic", "subtopic", "status", "title", "wordings"),
    *SECTIONS,
    *FACETS,
    *("risk", "citations", "exceptions", "related", "plan"),
    *("valid_from", "valid_until", "review_by", "drafted_on", "reviewed_by", VERSION),
)
"""What each column holds, by the names of fields and headings."""

CHOICES: Mapping[str, Sequence[str]] = {"status": list(Status), "risk": list(Risk)}
_CITATION = re.compile(r"(.+?)(第[^第]+条(?:之[一二三四五六七八九十]+)?)")
_EXCEPTION = re.compile(r"([^:：]+)[:：](.+)")


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that cannot be used: its column, and what to do."""

    column: str
    message: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as a form; `number` is the one that the sheet shows, `version` what it was made of."""

    number: int
    form: EntryForm
    version: str
    faults: tuple[CellFault, ...]


def cells_of(form: EntryForm, version: str) -> dict[str, str]:
    """The texts of a row, by column."""
    return {
        **{name: getattr(form, name) for name in _TEXTS},
        **{name: "\n".join(getattr(form, name)) for name in _LISTS},
        **{name: form.parts.get(name, "") for name in SECTIONS},
        **{name: form.facets.get(name, "") for name in FACETS},
        "status": _word("status", form.status),
        "risk": "\n".join(_word("risk", one) for one in form.risk),
        "citations": "\n".join(f"《{law}》{article}" for law, article in form.citations),
        "exceptions": "\n".join(f"{number}：{why}" for number, why in form.exceptions),
        VERSION: version,
    }


def row_of(number: int, cells: Mapping[str, str]) -> SheetRow:
    """A row from its texts; what cannot be understood is told and left as it stands."""
    faults: list[CellFault] = []
    form = EntryForm(
        parts={name: cells.get(name, "") for name in SECTIONS},
        facets={name: cells[name] for name in FACETS if cells.get(name)},
        risk=tuple(_code("risk", one, faults) for one in lines_of(cells.get("risk", ""))),
        status=_code("status", cells.get("status", "").strip(), faults),
        citations=tuple(_pair(one, "citations", faults) for one in lines_of(cells["citations"])),
        exceptions=tuple(_pair(one, "exceptions", faults) for one in lines_of(cells["exceptions"])),
        wordings=tuple(lines_of(cells.get("wordings", ""))),
        related=tuple(lines_of(cells.get("related", ""))),
        plan=tuple(lines_of(cells.get("plan", ""))),
    )
    form = replace(form, **{name: cells.get(name, "").strip() for name in _TEXTS})  # type: ignore[arg-type]
    return SheetRow(number, form, cells.get(VERSION, "").strip(), tuple(faults))


def lines_of(text: str) -> list[str]:
    """The lines of a cell that say anything."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def typed(value: object) -> str:
    """A cell as somebody typed it: a number without a needless point, a day without a time."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case _:
            # How the file format writes half of a line's end.
            return str(value).replace("_x000D_", "")


def word_for(group: str, code: str, **blanks: object) -> str:
    """What a column or a choice is called in the sheet, and what is said of it."""
    return page_labels().say(group, code, **blanks)


def _word(column: str, code: str) -> str:
    return word_for(f"entry_{column}", code) if code else ""


def _code(column: str, given: str, faults: list[CellFault]) -> str:
    """The code behind a word; codes may stand there too."""
    codes = {_word(column, code): code for code in CHOICES[column]}
    if given in codes or given in codes.values():
        return codes.get(given, given)
    known = "、".join(f"“{word}”" for word in codes)
    told = word_for("sheet_fault", "choice" if given else "no_choice", given=given, known=known)
    faults.append(CellFault(column, told))
    return given


def _pair(line: str, column: str, faults: list[CellFault]) -> tuple[str, str]:
    """A law and its article, or a figure and its reason."""
    pattern = _CITATION if column == "citations" else _EXCEPTION
    if (found := pattern.fullmatch(line)) is None:
        faults.append(CellFault(column, word_for("sheet_fault", column, line=line)))
        return line, ""
    first, second = found.group(1).strip(), found.group(2).strip()
    if column == "citations" and first.startswith("《") and first.endswith("》"):
        first = first[1:-1]
    return first, second
