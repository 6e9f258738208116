"""Entries as an Excel file: a row each, a sheet that explains, a sheet of choices."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.web.editing.sheets import CHOICES, COLUMNS, VERSION, cells_of, lines_of, word_for
from knowledge.entry import Entry
from knowledge.entryfile import EntryForm

LONGEST_CELL = 32_767
"""Characters that Excel keeps in a cell; more would be cut off without a word."""

_TEXT = "@"
"""The format in which Excel leaves dates and numbers as they are typed."""
_READ_ONLY = PatternFill("solid", fgColor="E4E4E4")
_HEAD = PatternFill("solid", fgColor="CFE3E6")
_WIDTHS = {"id": 20, "title": 26, "wordings": 40, "citations": 44, "exceptions": 30, "status": 16}
_WIDE, _NARROW = 36, 14
_MOST_ROWS = 5_000
"""Rows below the last one in which choices are offered: more than are ever typed."""
_ACTIVE = ("=", "+", "-", "@")
"""What a program that opens the sheet may take for a formula."""


def workbook_of(entries: Iterable[Entry]) -> bytes:
    """The file. Entries with a text too long for a cell are named in it and left out."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    sheet = book.create_sheet(word_for("sheet", "entries"))
    _heads(sheet)
    left_out = []
    row = 2
    for entry in entries:
        cells = cells_of(EntryForm.of(entry), entry.version)
        if max(map(len, cells.values())) > LONGEST_CELL:
            left_out.append(entry.id)
            continue
        for column, name in enumerate(COLUMNS, start=1):
            _put(sheet.cell(row, column), cells[name], read_only=name == VERSION)
        row += 1
    _explain(book.create_sheet(word_for("sheet", "help")), left_out)
    _offer_choices(sheet, book.create_sheet(word_for("sheet", "choices")))
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _heads(sheet: Worksheet) -> None:
    for column, name in enumerate(COLUMNS, start=1):
        head = sheet.cell(1, column)
        _put(head, word_for("column", name))
        head.font, head.fill = Font(bold=True), _HEAD
        of_column = sheet.column_dimensions[get_column_letter(column)]
        long = len(name) != len(name.encode())  # the parts and facets of an answer
        of_column.width = _WIDTHS.get(name, _WIDE if long else _NARROW)
        of_column.number_format = _TEXT
    sheet.freeze_panes = "B2"


def _put(cell: Cell | MergedCell, text: str, *, read_only: bool = False) -> None:
    """Text that stays text: never a formula, whatever it begins with."""
    if isinstance(cell, MergedCell):
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) or None
    if text:
        cell.data_type = "s"
    cell.number_format = _TEXT
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text.startswith(_ACTIVE):
        cell.quotePrefix = True
    if read_only:
        cell.fill = _READ_ONLY


def _explain(sheet: Worksheet, left_out: Sequence[str]) -> None:
    sheet.column_dimensions["A"].width = 100
    lines = lines_of(word_for("sheet", "explained"))
    if left_out:
        lines.append(word_for("sheet", "left_out", entries="、".join(left_out)))
    for row, line in enumerate(lines, start=1):
        _put(sheet.cell(row, 1), line)


def _offer_choices(sheet: Worksheet, choices: Worksheet) -> None:
    for column, (name, codes) in enumerate(CHOICES.items(), start=1):
        letter = get_column_letter(column)
        choices.column_dimensions[letter].width = 40
        _put(choices.cell(1, column), word_for("column", name))
        for row, code in enumerate(codes, start=2):
            _put(choices.cell(row, column), word_for(f"entry_{name}", code))
        source = f"'{choices.title}'!${letter}$2:${letter}${len(codes) + 1}"
        offered = DataValidation(type="list", formula1=source, allow_blank=True)
        # Several risks may stand in one cell, one below the other.
        offered.showErrorMessage = name == "status"
        sheet.add_data_validation(offered)
        there = get_column_letter(COLUMNS.index(name) + 1)
        offered.add(f"{there}2:{there}{_MOST_ROWS}")
