"""A law as it is downloaded (Markdown, text, Word, HTML, PDF) as plain text, a paragraph a line."""

import re
from collections.abc import Callable, Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from zipfile import BadZipFile

import docx
import pypdf
from docx.opc.exceptions import PackageNotFoundError
from pypdf.errors import PyPdfError

_HIDDEN = frozenset({"script", "style", "noscript", "title", "select", "button"})
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "section"}
)
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)")
_PAGE_NUMBER = re.compile(r"^[-—－–\s]*\d{1,4}[-—－–\s]*$|^第\s*\d+\s*页")
_ENDS = tuple("。；：！？”）")
_BEGINS = re.compile(
    r"^(?:第[零〇一二三四五六七八九十百千\d]+(?:条|章|节|编|分编)|[（(][一二三四五六七八九十]+[)）])"
)


class NotReadableError(ValueError):
    """A file of another kind, damaged, or without any text (a scan)."""


def read_lawfile(path: Path) -> str:
    """The text of a file. Raises NotReadableError."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise NotReadableError(path.suffix)
    try:
        text = reader(path)
    except (BadZipFile, PackageNotFoundError, PyPdfError, UnicodeDecodeError, KeyError) as error:
        raise NotReadableError(type(error).__name__) from None
    if not text.strip():
        raise NotReadableError("empty")
    return text


class _Paragraphs(HTMLParser):
    """The visible text of a page, a block a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  the parser's
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.lines[-1] += data.replace("\n", "").replace("\r", "")


def _from_html(path: Path) -> str:
    given = path.read_bytes()
    named = _CHARSET.search(given[:2048])
    # gb18030 is the superset of what Chinese pages call gb2312 and gbk
    charset = "utf-8" if named is None or b"utf" in named[1].lower() else "gb18030"
    page = _Paragraphs()
    page.feed(given.decode(charset))
    return "\n".join(line.strip() for line in page.lines if line.strip())


def _from_word(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)


def _from_pdf(path: Path) -> str:
    pages = pypdf.PdfReader(path).pages
    return "\n".join(_unbroken(line for page in pages for line in page.extract_text().splitlines()))


def _unbroken(lines: Iterable[str]) -> list[str]:
    """Lines of pages as paragraphs: one ends with its sentence, or where the next begins."""
    paragraphs: list[str] = []
    for line in (given.strip() for given in lines):
        if not line or _PAGE_NUMBER.match(line):
            continue
        if not paragraphs or paragraphs[-1].endswith(_ENDS) or _BEGINS.match(line):
            paragraphs.append(line)
        elif len(paragraphs) == 1:
            paragraphs.append(line)  # the title stands alone
        else:
            paragraphs[-1] += line
    return paragraphs


def _from_text(path: Path) -> str:
    return path.read_text("utf-8-sig")


_READERS: Mapping[str, Callable[[Path], str]] = {
    ".md": _from_text,
    ".txt": _from_text,
    ".html": _from_html,
    ".htm": _from_html,
    ".docx": _from_word,
    ".pdf": _from_pdf,
}
