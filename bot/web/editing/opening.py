"""An Excel file that somebody brings: refused where it could do harm, else its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from bot.web.editing.sheets import COLUMNS, CellFault, SheetRow, row_of, typed, word_for

LARGEST_FILE = 5_000_000
"""Bytes: ten times all entries of the plan."""
_LARGEST_UNPACKED = 30_000_000
"""Bytes of XML that are read in a few seconds; a thousand entries make a third of it."""
_LARGEST_OTHER_PART = 2_000_000
"""Bytes of what is read whole at the opening (styles); no office program writes a tenth of it."""
_READ_BY_ROWS = ("xl/worksheets/", "xl/sharedStrings", "xl/media/")
_MOST_PARTS = 200
_MOST_ROWS = 5_000
_LONGEST_CELL = 32_767
"""Signs that Excel itself keeps in a cell: more than that nobody has typed."""
_OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of Excel 97 begin, and those with a password."""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    is_formula: bool


class UnusableFileError(ValueError):
    """A file that is not taken; `reason` is the name of what is said of it."""

    def __init__(self, reason: str, **blanks: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = word_for("sheet_refused", reason, **blanks)


def rows_in(content: bytes) -> list[SheetRow]:
    """The rows of the first sheet of entries that are not empty. Raises UnusableFileError."""
    _inspect(content)
    heads, *rows = _grid(content) or [()]
    places = _places([head.text.strip() for head in heads])
    return list(_rows(rows, places))


def _grid(content: bytes) -> list[tuple[_Cell, ...]]:
    """The cells of the sheet of entries, one row more than is taken."""
    name = word_for("sheet", "entries")
    try:
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        try:
            if name in book.sheetnames:
                return [_read(row) for row in _cells(book[name])]
        finally:
            book.close()
    except Exception as error:  # whatever a broken file makes the library raise
        raise UnusableFileError("broken") from error
    raise UnusableFileError("no_sheet", name=name)


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet that is only read; its type has no name in the library."""
    yield from sheet.iter_rows(max_row=_MOST_ROWS + 2, max_col=len(COLUMNS) * 2)


def _read(row: Iterable[Any]) -> tuple[_Cell, ...]:
    return tuple(_Cell(typed(cell.value), getattr(cell, "data_type", "") == "f") for cell in row)


def _inspect(content: bytes) -> None:
    """Raises UnusableFileError for what must not be opened. Nothing is unpacked that is large."""
    if len(content) > LARGEST_FILE:
        raise UnusableFileError("too_large", most=LARGEST_FILE // 1_000_000)
    if content.startswith(_OLD_FORMAT):
        raise UnusableFileError("old_format")
    try:
        with ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if any("vbaproject" in part.filename.lower() for part in parts):
                raise UnusableFileError("macros")
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > _MOST_PARTS or unpacked > _LARGEST_UNPACKED:
                raise UnusableFileError("too_large", most=LARGEST_FILE // 1_000_000)
            others = (one for one in parts if not one.filename.startswith(_READ_BY_ROWS))
            if any(one.file_size > _LARGEST_OTHER_PART for one in others):
                raise UnusableFileError("broken")
            for part in parts:
                _inspect_part(packed.read(part))
            if "xl/workbook.xml" not in packed.namelist():
                raise UnusableFileError("not_excel")
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise UnusableFileError("not_excel") from error


def _inspect_part(part: bytes) -> None:
    """A declaration of entities may stand behind a comment of any length."""
    plain = part.replace(b"\0", b"").lower()  # the same in an encoding of two bytes a sign
    if b"<!doctype" in plain or b"<!entity" in plain:
        raise UnusableFileError("broken")


def _rows(grid: Sequence[Sequence[_Cell]], places: Mapping[str, int]) -> Iterator[SheetRow]:
    for number, cells in enumerate(grid, start=2):
        given = {name: cells[at] for name, at in places.items() if at < len(cells)}
        if not any(cell.text.strip() for cell in given.values()):
            continue
        if number > _MOST_ROWS:
            raise UnusableFileError("too_many_rows", most=_MOST_ROWS)
        texts = {name: cell.text for name, cell in given.items()}
        if max(map(len, texts.values())) > _LONGEST_CELL:
            raise UnusableFileError("broken")
        row = row_of(number, {name: texts.get(name, "") for name in COLUMNS})
        formulas = (name for name, cell in given.items() if cell.is_formula)
        told = tuple(CellFault(name, word_for("sheet_fault", "formula")) for name in formulas)
        yield replace(row, faults=(*told, *row.faults))


def _places(heads: Sequence[str]) -> dict[str, int]:
    """Where each column stands: they may be moved, not renamed."""
    named = {word_for("column", name): name for name in COLUMNS}
    places = {named[head]: at for at, head in enumerate(heads) if head in named}
    if lacking := [head for head, name in named.items() if name not in places]:
        raise UnusableFileError("no_columns", columns="、".join(lacking))
    return places
