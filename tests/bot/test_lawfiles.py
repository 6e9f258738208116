"""Laws as they are downloaded: Word, HTML, PDF and text become articles."""

from pathlib import Path

import docx
import pytest
from pypdf import PdfWriter

from bot.lawfiles import NotReadableError, _unbroken, read_lawfile
from knowledge.statutes.layout import read_law

ARTICLES = {"第一条": "养狗要拴绳。\n绳长不超过二米。", "第二条": "狗咬人的，赔偿医药费。"}
PAGE = """<html><head><meta charset="{charset}"><title>国家法律法规数据库</title>
<style>p {{color: red}}</style><script>var x = "第九条 假的";</script></head><body>
<div class="tools"><button>打印</button></div>
<h1>中华人民共和国养狗法</h1><p>（2009年5月1日通过）</p>
<p>第一章　总则</p><p>第一条　养狗要拴绳。</p><p>绳长不超过
二米。</p><p><b>第二条</b>　狗咬人的，赔偿医药费。</p>
<div>第三章 附则</div></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_a_web_page_is_read_in_its_charset(tmp_path: Path, charset: str) -> None:
    file = tmp_path / "law.html"
    file.write_bytes(PAGE.format(charset=charset).encode(charset))
    read = read_law(read_lawfile(file))
    assert read.title == "中华人民共和国养狗法"
    assert read.articles == ARTICLES


def test_a_word_file_is_read_by_paragraphs(tmp_path: Path) -> None:
    document = docx.Document()
    for line in ("中华人民共和国养狗法", "（2009年5月1日通过）", "第一章　总则"):
        document.add_paragraph(line)
    for number, text in ARTICLES.items():
        first, *rest = text.splitlines()
        document.add_paragraph(f"{number}　{first}")
        for line in rest:
            document.add_paragraph(line)
    file = tmp_path / "law.docx"
    document.save(str(file))
    assert read_law(read_lawfile(file)).articles == ARTICLES


def test_lines_of_a_printed_page_become_paragraphs() -> None:
    page = [
        "中华人民共和国养狗法",
        "（2009年5月1日第一届全国人民",
        "代表大会通过）",
        "第一条　养狗要",
        "拴绳。",
        "绳长不超过二米。",
        "— 2 —",
        "第二条　狗咬人的，",
        "赔偿医药费。",
    ]
    assert read_law("\n".join(_unbroken(page))).articles == ARTICLES


def test_a_printed_page_with_text_is_read(tmp_path: Path) -> None:
    """The smallest page with words on it, in the one font that every reader has."""
    words = b"BT /F1 12 Tf 72 720 Td (Article 1. Dogs on a leash.) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(made)
    made += b"xref\n0 6\n0000000000 65535 f \n" + table
    made += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    file = tmp_path / "law.pdf"
    file.write_bytes(made)
    assert read_lawfile(file) == "Article 1. Dogs on a leash."


def test_a_scan_has_no_text(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    file = tmp_path / "scan.pdf"
    with file.open("wb") as opened:
        writer.write(opened)
    with pytest.raises(NotReadableError):
        read_lawfile(file)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("law.doc", b"\xd0\xcf\x11\xe0"),
        ("law.docx", b"no zip"),
        ("law.pdf", b"no pdf"),
        ("law.md", "第一条".encode("gb18030")),
        ("law.md", b"  \n"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(NotReadableError):
        read_lawfile(file)
