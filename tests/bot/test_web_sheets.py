"""Entries as an Excel file, and back: text stays text, rows become drafts, harm is refused."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import requests
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.app import create_app
from bot.web.editing.opening import LARGEST_FILE, UnusableFileError, rows_in
from bot.web.editing.sheets import COLUMNS, VERSION, cells_of, row_of, word_for
from bot.web.editing.workbook import workbook_of
from handlers.cases import Role
from handlers.revisions import RevisionState
from knowledge.entryfile import EntryForm, form_of
from knowledge.library import Library
from tests.bot.desk_of_editors import SHELF, TAOXIN, Editor
from tests.bot.site import Member, Site, open_site

LIBRARY = Library.read()
HOUSE = "fangchan-zufang-02"
Change = Callable[[Worksheet], None]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def wang(site: Site) -> Member:
    return site.member()


@pytest.fixture(scope="module")
def downloaded(wang: Member) -> bytes:
    answer = wang.get(f"{SHELF}excel/download")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer.content


def changed(content: bytes, change: Change) -> bytes:
    book = load_workbook(BytesIO(content))
    change(book[word_for("sheet", "entries")])
    return saved(book)


def saved(book: Workbook) -> bytes:
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def put(entry: str, column: str, value: object) -> Change:
    """Puts a value into the cell of an entry; a new row where there is none of that id."""

    def change(sheet: Worksheet) -> None:
        at = next((r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 1).value == entry), 0)
        sheet.cell(at or sheet.max_row + 1, COLUMNS.index(column) + 1).value = value  # type: ignore[assignment]

    return change


def upload(member: Member, content: bytes, name: str = "a.xlsx") -> requests.Response:
    token = re.search(r'name="csrf_token" value="([^"]+)"', member.get(f"{SHELF}excel").text)
    assert token is not None
    return member.session.post(
        f"{member.url}{SHELF}excel/upload",
        data={"csrf_token": token[1]},
        files={"file": (name, content)},
    )


def drafts(site: Site, entry: str) -> list[EntryForm]:
    with site.services.store.read() as records:
        listed = records.revisions.listed((RevisionState.DRAFT,), entry)  # type: ignore[arg-type]
    return [form_of(one.text) for one in listed]


def test_every_entry_comes_back_from_its_row(downloaded: bytes) -> None:
    rows = {row.form.id: row for row in rows_in(downloaded)}
    assert len(rows) == len(LIBRARY.entries)
    for entry in LIBRARY.entries.values():
        row = rows[entry.id]
        assert row.form == EntryForm.of(entry)
        assert row.version == entry.version
        assert row.faults == ()


def test_what_looks_like_a_formula_stays_text() -> None:
    entry = LIBRARY.entries[HOUSE]  # type: ignore[index]
    for text in ("=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "2026-11-23", "007", "1e5", "\x01控"):
        cells = {**cells_of(EntryForm.of(entry), "v"), "title": text}
        book = load_workbook(BytesIO(_book_of(cells)))
        cell = book[word_for("sheet", "entries")].cell(2, COLUMNS.index("title") + 1)
        assert cell.data_type == "s"
        assert cell.value == text.replace("\x01", "")
        assert cell.number_format == "@"


def _book_of(cells: dict[str, str]) -> bytes:
    entry = LIBRARY.entries[HOUSE]  # type: ignore[index]
    return workbook_of([replace(entry, title=cells["title"])])


def test_a_cell_that_would_be_cut_is_left_out_and_named() -> None:
    entry = LIBRARY.entries[HOUSE]  # type: ignore[index]
    long = replace(entry, sections=replace(entry.sections, detail="长" * 40_000))
    content = workbook_of([long])
    assert rows_in(content) == []
    told = load_workbook(BytesIO(content))[word_for("sheet", "help")]
    assert any(HOUSE in str(row[0]) for row in told.values)


def test_rows_that_nobody_changed_do_nothing(site: Site, wang: Member, downloaded: bytes) -> None:
    page = upload(wang, downloaded).text
    assert f"<b>{len(LIBRARY.entries)}</b> 行没改" in page
    assert "成了草稿" not in page.partition("2. 上传")[0]


def test_changed_and_new_rows_become_drafts_and_bad_ones_are_told(
    site: Site, wang: Member, downloaded: bytes
) -> None:
    content = changed(downloaded, put(TAOXIN, "简答", "先找总包要。"))
    content = changed(content, put(HOUSE, "status", "也许"))
    content = changed(content, put("hunyin-fuyang-04", "review_by", "明年"))
    content = changed(content, put("jiedai-lixi-02", "title", "=1+1"))
    content = changed(content, put("laodong-taoxin-96", "id", "laodong-taoxin-96"))
    answer = upload(wang, content)
    assert answer.ok
    page = re.sub(r"\s+", "", answer.text)
    assert "“状态”列</b>“也许”不认识" in page
    assert "“复核期限”列" in page
    assert "“题目”列</b>这一格是公式" in page
    assert "“主题”列" in page
    assert drafts(site, TAOXIN)[0].parts["简答"] == "先找总包要。"
    assert not drafts(site, HOUSE)
    assert site.services.editions.current.number == 0
    again = upload(wang, content).text
    assert "早先收下的草稿" in again
    assert len(drafts(site, TAOXIN)) == 1


def test_what_was_handed_over_since_is_no_second_draft(site: Site, downloaded: bytes) -> None:
    zhao = site.member()
    entry = "gongshang-rending-01"
    content = changed(downloaded, put(entry, "费用", "不收费。"))
    upload(zhao, content)
    (revision,) = re.findall(r"drafts/([0-9]+)", upload(zhao, content).text.partition("2. 上传")[0])
    assert Editor(zhao).draft(int(revision)).save("submit").ok
    assert "早先收下的草稿" in upload(zhao, content).text
    assert not drafts(site, entry)


def test_a_bad_cell_is_told_once_by_title(wang: Member, downloaded: bytes) -> None:
    content = changed(downloaded, put(HOUSE, "risk", "很危险"))
    content = changed(content, put(HOUSE, "citations", "低保办法 10"))
    content = changed(content, put(TAOXIN, "status", ""))
    page = upload(wang, content).text
    assert (page.count("“很危险”"), page.count("“依据”列")) == (1, 1)
    assert "这一格空着，要写一个：“起草中" in page
    assert LIBRARY.entries[HOUSE].title in page  # type: ignore[index]


def test_a_whole_new_row_is_a_new_entry(site: Site, wang: Member) -> None:
    form = EntryForm.of(LIBRARY.entries[HOUSE])  # type: ignore[index]
    book = load_workbook(BytesIO(workbook_of([])))
    sheet = book[word_for("sheet", "entries")]
    cells = {**cells_of(form, ""), "id": "fangchan-zufang-95", "citations": "民法典第722条"}
    for column, name in enumerate(COLUMNS, start=1):
        sheet.cell(2, column).value = cells[name]
    answer = upload(wang, saved(book))
    assert "新的，成了草稿" in answer.text
    (draft,) = drafts(site, "fangchan-zufang-95")
    assert draft.citations == (("中华人民共和国民法典", "第七百二十二条"),)
    assert draft.reviewed_by == ""


def test_a_file_from_before_somebody_elses_release_is_noticed(
    site: Site, wang: Member, downloaded: bytes
) -> None:
    entry = "jiaotong-chuli-02"
    author, second = Editor(wang), Editor(site.member())
    draft = author.open(entry)
    assert draft.save("submit", None, 简答=draft.value("简答") + "先报警。").ok
    assert second.draft(draft.revision).act("release").ok
    page = upload(site.member(), downloaded).text
    assert "现在发布的是更新的" in page
    late = upload(site.member(), changed(downloaded, put(entry, "费用", "不收费。")))
    assert "别人又发布过这一条" in late.text


def test_operators_may_not_upload(site: Site, downloaded: bytes) -> None:
    assert upload(site.member(Role.OPERATOR), downloaded).status_code == 403


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("not_excel", b"not a workbook"),
        ("old_format", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600),
        ("too_large", b"PK" + b"\0" * LARGEST_FILE),
    ],
)
def test_what_is_no_workbook_is_refused(reason: str, content: bytes) -> None:
    with pytest.raises(UnusableFileError) as refused:
        rows_in(content)
    assert refused.value.reason == reason


def packed(**parts: bytes) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_macros_bombs_and_entities_are_refused(downloaded: bytes) -> None:
    whole = {"xl/workbook.xml": b"<workbook/>"}
    bombs = {
        "macros": packed(**whole, **{"xl/vbaProject.bin": b"x"}),
        "too_large": packed(**whole, **{"xl/a.xml": b"0" * 31_000_000}),
        "broken": packed(
            **whole, **{"xl/a.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'}
        ),
    }
    for reason, content in bombs.items():
        with pytest.raises(UnusableFileError) as refused:
            rows_in(content)
        assert refused.value.reason == reason
    with pytest.raises(UnusableFileError) as refused:
        rows_in(downloaded[: len(downloaded) // 2])
    assert refused.value.reason == "not_excel"


def test_another_sheet_or_a_missing_column_is_told(wang: Member, downloaded: bytes) -> None:
    book = load_workbook(BytesIO(downloaded))
    book[word_for("sheet", "entries")].title = "别的"
    refused = upload(wang, saved(book))
    assert refused.status_code == 409
    assert "找不到" not in refused.text
    assert "没有名叫“问答”的表" in refused.text
    content = changed(downloaded, lambda sheet: sheet.delete_cols(COLUMNS.index("citations") + 1))
    assert "找不到这几列：依据" in upload(wang, content).text
    assert "没有选文件" in upload(wang, b"").text


def test_columns_may_be_moved(downloaded: bytes) -> None:
    def move(sheet: Worksheet) -> None:
        for row in sheet.iter_rows():
            row[0].value, row[4].value = row[4].value, row[0].value

    rows = rows_in(changed(downloaded, move))
    assert {row.form.id for row in rows} == set(LIBRARY.entries)


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        ("《民法典》第一条", ("民法典", "第一条")),
        ("民法典第一千零四十二条之一", ("民法典", "第一千零四十二条之一")),
        ("《关于适用《民法典》的解释（一）》第三条", ("关于适用《民法典》的解释（一）", "第三条")),
        ("关于适用《民法典》第三条", ("关于适用《民法典》", "第三条")),
    ],
)
def test_a_citation_is_read_from_its_line(line: str, pair: tuple[str, str]) -> None:
    row = row_of(2, {**dict.fromkeys(COLUMNS, ""), "citations": line})
    assert row.form.citations == (pair,)
    assert [fault for fault in row.faults if fault.column == "citations"] == []


def test_the_version_is_the_last_column() -> None:
    assert COLUMNS[-1] == VERSION


def test_the_commands_write_and_take_a_file(site: Site, wang: Member, tmp_path: Path) -> None:
    runner = create_app(site.services).test_cli_runner()
    file = tmp_path / "out.xlsx"
    assert runner.invoke(args=["knowledge", "export", str(file)]).exit_code == 0
    again = runner.invoke(args=["knowledge", "export", str(file)])
    assert again.exit_code == 1
    assert "已经有了" in again.output
    content = changed(file.read_bytes(), put("tudi-chengbao-02", "费用", "不要钱。"))
    file.write_bytes(changed(content, put(HOUSE, "risk", "很大")))
    done = runner.invoke(args=["knowledge", "import", str(file), "--staff", wang.name])
    assert done.exit_code == 1
    assert "成了草稿" in done.output
    assert "“风险”列" in done.output
    assert drafts(site, "tudi-chengbao-02")[0].facets["费用"] == "不要钱。"
    nobody = runner.invoke(args=["knowledge", "import", str(file), "--staff", "没有的人"])
    assert nobody.exit_code == 1
