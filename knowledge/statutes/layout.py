"""A law as a text, from whatever page or file it came, cut into its articles."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.statutes.numbering import NUMBER, canonical, integer, order

_SPACE = " \t\u3000\xa0"
_HEADING_NAMES = "分编|编|章|节"
_ARTICLE = re.compile(
    rf"^\**第[{_SPACE}]*({NUMBER})[{_SPACE}]*条(?:之({NUMBER}))?\**([{_SPACE}]|$)?"
)
_QUOTED_AFTER = tuple("的第、，。和至或及与款项规所")
"""What follows 第三条 where a paragraph only begins with a reference to it."""
_HEADING = re.compile(
    rf"^(?:#+[{_SPACE}]*)?第{NUMBER}(?:{_HEADING_NAMES})(?:[{_SPACE}]|$)[^。；：]{{0,60}}$"
)
_GLUED = re.compile(
    rf"(?<=[。；”）])[{_SPACE}\n]*第{NUMBER}(?:{_HEADING_NAMES})[{_SPACE}][^。；：，\n]{{1,40}}$"
)
"""The heading of the next part at an article's end, after the sign that ended the article."""
_FURNITURE = re.compile(
    r"^(?:[-—－–]*\s*\d{1,4}\s*[-—－–]*|第\s*\d+\s*页.*|\d+\s*/\s*\d+|<!--.*-->|#+.*|附[\s　]*则"
    r"|目[\s　]*录|扫一扫.*|分享到.*|【?打印】?.*|【?关闭.*】?|字[体号]：.*"
    r"|责任编辑.*|上一篇.*|下一篇.*)$"
)
"""Page numbers, comments and what websites put around a text."""
_DAY = re.compile(rf"({NUMBER})\s*年\s*({NUMBER})\s*月\s*({NUMBER})\s*日")
_BEGINS = re.compile(rf"自\s*{_DAY.pattern}[^，。）]{{0,6}}(?:施行|实施|生效|执行)")
_MADE = re.compile(r"通过|修正|修订|公布|发布|批准|令第|修改")
_TITLE_MARKS = re.compile(r"[#*\s　]+")
_LONGEST_HEAD = 80
"""Lines before the first article in which the title and the days of a law are looked for."""


@dataclass(frozen=True, slots=True)
class LawText:
    """A text cut into articles: `articles` by canonical number, in their order.

    `days` are the days of adoption, amendment and promulgation that stand before the first
    article; which version it is, only the register says.
    """

    title: str
    days: tuple[date, ...]
    articles: Mapping[str, str]


def read_law(text: str) -> LawText:
    """The articles of a text without headings, page numbers and glued titles."""
    lines = [line.strip() for line in _without_front_matter(text).splitlines()]
    first = next((i for i, line in enumerate(lines) if _begins(line, "")), len(lines))
    head = [line for line in lines[:first] if line][:_LONGEST_HEAD]
    return LawText(_title(head), tuple(_days(head)), dict(_articles(lines[first:])))


def read_head(text: str) -> LawText:
    """Title and days only: for a catalogue of many files."""
    return read_law(text.split("\n第一条", 1)[0].split("**第一条", 1)[0])


def clean(text: str) -> str:
    """An article's text without glued headings; one paragraph a line."""
    lines = (line.strip(_SPACE + "*") for line in text.splitlines())
    joined = "\n".join(line for line in lines if line and not _is_around(line))
    while (shorter := _GLUED.sub("", joined)) != joined:
        joined = shorter.rstrip()
    return joined


def _without_front_matter(text: str) -> str:
    if text.startswith("---\n"):
        return text.split("---\n", 2)[-1]
    return text


def _articles(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Articles in rising order: a number that does not rise belongs to a quotation or an annex."""
    number, held = "", [""]
    for line in lines:
        if (begun := _begins(line, number)) is None:
            held.append(line)
            continue
        if number:
            yield number, clean("\n".join(held))
        number, rest = begun
        held = [rest]
    if number:
        yield number, clean("\n".join(held))


def _begins(line: str, before: str) -> tuple[str, str] | None:
    """The article that a line begins after the one before, and the rest of the line.

    Without a space after 条, as some pages are printed, only the very next number counts.
    """
    found = _ARTICLE.match(line)
    article = canonical(found[1], found[2]) if found else None
    if found is None or article is None:
        return None
    last, this = order(before) if before else (0, 0), order(article)
    rest = line[found.end() :]
    if found[3] is None and (this != (last[0] + 1, 0) or rest.startswith(_QUOTED_AFTER)):
        return None
    return (article, rest) if not before or this > last else None


def _is_around(line: str) -> bool:
    return bool(_FURNITURE.match(line) or _HEADING.match(line))


def _title(head: list[str]) -> str:
    """The first heading, else the first line that is no furniture and no sentence."""
    marked = [line for line in head if line.startswith("# ")]
    plain = [line for line in head if not _is_around(line) and not line.endswith(("。", "）"))]
    return _TITLE_MARKS.sub("", (marked or plain or [""])[0])


def _days(head: list[str]) -> Iterator[date]:
    for line in head:
        if _MADE.search(line):
            for found in _DAY.finditer(_BEGINS.sub("", line)):
                year, month, day = (integer(part) for part in found.groups())
                try:
                    yield date(year, month, day)
                except ValueError:
                    continue
