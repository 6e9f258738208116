"""Articles that are named in running words: 民法典第一百九十五条 in a note, a reason, a comment."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.statutes.naming import Names
from knowledge.statutes.numbering import NUMBER, canonical

_ARTICLE = re.compile(rf"第\s*({NUMBER})\s*条(?:之({NUMBER}))?(?:第?{NUMBER}[款项])*")
_GOES_ON = re.compile(r"[、,和及与或]|以及|至|到")
"""What stands between 第八十一条 and the next article of the same law."""
_EDITION = re.compile(r"\([^()]*\d{4}[^()]*\)$")
"""A day or a document's number in brackets between the title and the article."""
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """An article named in a line; `title` is empty where no registered name stands before it."""

    title: str
    article: str
    line: int


def mentions(text: str, names: Names) -> Iterator[Mention]:
    """Every article named in a text, with its line, counted from 1."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield from _in_line(unicodedata.normalize("NFKC", line), number, names)


def _in_line(line: str, number: int, names: Names) -> Iterator[Mention]:
    title, ended = "", 0
    for found in _ARTICLE.finditer(line):
        if not _GOES_ON.fullmatch(line[ended : found.start()].strip()) or not title:
            title = _law_before(line[: found.start()], names)
        ended = found.end()
        if article := canonical(found[1], found[2]):
            yield Mention(title, article, number)


def _law_before(text: str, names: Names) -> str:
    """The title of the longest registered name that a text ends with; empty if there is none."""
    plain = text.rstrip(" 》>")
    for spelling in (plain, _EDITION.sub("", plain).rstrip(" 》>")):
        for begin in range(max(0, len(spelling) - _LONGEST_NAME), len(spelling) - 1):
            if title := names.title(spelling[begin:]):
                return title
    return ""
