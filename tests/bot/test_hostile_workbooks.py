"""Workbooks that nobody made in an office: refused before they cost memory or minutes."""

from io import BytesIO
from time import process_time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook

from bot.web.editing.opening import UnusableFileError, rows_in
from bot.web.editing.sheets import COLUMNS, row_of, word_for
from bot.web.editing.workbook import workbook_of
from knowledge.library import Library

WHOLE = workbook_of(Library.read().entries.values())


def packed(parts: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_what_stands_behind_a_long_comment_or_is_all_style_is_refused() -> None:
    with ZipFile(BytesIO(WHOLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet, styles = parts["xl/worksheets/sheet1.xml"], parts["xl/styles.xml"]
    entities = b"<!--" + b"x" * 9_000 + b"--><!DOCTYPE a [<!ENTITY b 'c'>]>"
    hostile = {
        "xl/worksheets/sheet1.xml": sheet.replace(b"<worksheet", entities + b"<worksheet", 1),
        "xl/styles.xml": styles.replace(b"</cellXfs>", b"<xf/>" * 500_000 + b"</cellXfs>"),
    }
    assert rows_in(packed(parts))
    for name, part in hostile.items():
        assert part != parts[name]
        with pytest.raises(UnusableFileError) as refused:
            rows_in(packed({**parts, name: part}))
        assert refused.value.reason == "broken"


def test_a_cell_longer_than_any_cell_is_refused_before_it_is_read() -> None:
    book = load_workbook(BytesIO(WHOLE))
    book[word_for("sheet", "entries")].cell(2, COLUMNS.index("citations") + 1).value = "MARK"
    written = BytesIO()
    book.save(written)
    with ZipFile(BytesIO(written.getvalue())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    longer = {name: part.replace(b"MARK", b"x" * 100_000) for name, part in parts.items()}
    assert longer != parts
    with pytest.raises(UnusableFileError) as refused:
        rows_in(packed(longer))
    assert refused.value.reason == "broken"
    began = process_time()
    row_of(2, dict.fromkeys(COLUMNS, "") | {"citations": "民" + " " * 32_000 + "条"})
    assert process_time() - began < 2
