"""A look-up of an article: understood in any spelling, and what is found on a day."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from knowledge.errors import ContentError
from knowledge.files import read_yaml
from knowledge.statutes.naming import Names
from knowledge.statutes.numbering import NUMBER, article_number, canonical
from knowledge.statutes.register import LawVersion, Register
from knowledge.statutes.texts import Article, Lack, Texts

_ARTICLE = re.compile(
    rf"第?\s*({NUMBER})\s*条(?:\s*之\s*({NUMBER}))?(?:\s*第?\s*{NUMBER}\s*[款项])*"
)
_BARE_NUMBER = re.compile(r"第?\s*([0-9]{1,4})(?:\s*[-之]\s*([0-9]{1,2}))?\s*$")
"""民法典1042: digits after a name, without 条."""
_LIKE_A_TITLE = re.compile(
    r".{2,40}(?:法典|法|条例|办法|规定|解释|细则|宪法)(?:\([一二三四五六]\))?$"
)
_SIGNS = " \t\n\u3000,，.。?？!！:：;；、~…"


class Fault(StrEnum):
    """Why a look-up finds no text."""

    NO_LAW = "no_law"
    NOT_YET = "not_yet"
    NO_LONGER = "no_longer"
    NO_ARTICLE = "no_article"
    NO_TEXT = "no_text"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a look-up names: the law as it was spelt, its title if it has one, and the article."""

    name: str
    title: str | None
    number: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look-up found on a day: an article, or the fault.

    `version` is the one in force; where none is, the next that will be or the last that was.
    `nearest` are titles that may have been meant, where the law is unknown.
    """

    asked: Asked
    version: LawVersion | None = None
    article: Article | None = None
    fault: Fault | None = None
    nearest: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """The words that may stand around a look-up; read from lookup.yaml."""

    before: tuple[str, ...]
    between: tuple[str, ...]
    after: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "Phrasing":
        """Reads lookup.yaml, the longest words first. Raises ContentError."""
        given = read_yaml(path)
        for name in ("before", "between", "after"):
            if not given.get(name):
                raise ContentError(path, name, "is missing or empty")
        return cls(*(_longest_first(given[name]) for name in ("before", "between", "after")))


@dataclass(frozen=True, slots=True)
class LookUps:
    """Understands look-ups and answers them."""

    register: Register
    names: Names
    texts: Texts
    phrasing: Phrasing

    def asked(self, text: str) -> Asked | None:
        """The look-up that a text is, if it is one and nothing else.

        A law that nobody knows is a look-up too, if it is called like a law.
        """
        plain = unicodedata.normalize("NFKC", text).strip(_SIGNS)
        numbered = list(_ARTICLE.finditer(plain)) or list(_BARE_NUMBER.finditer(plain))
        if len(numbered) != 1 or not (number := canonical(*numbered[0].groups())):
            return None
        (found,) = numbered
        if _without(plain[found.end() :], self.phrasing.after):
            return None
        return self._named(plain[: found.start()], number, has_sign="条" in found[0])

    def show(self, asked: Asked, day: date) -> Looked:
        """The article as in force on a day, or why there is none to show."""
        if asked.title is None:
            return Looked(asked, fault=Fault.NO_LAW, nearest=self.names.nearest(asked.name))
        note = self.register.laws[asked.title].note
        version = self.register.in_force(asked.title, day)
        if version is None:
            return self._out_of_force(asked, day, note)
        match self.texts.article(version, asked.number):
            case Article() as article:
                return Looked(asked, version, article, note=note)
            case Lack() as lack:
                return Looked(asked, version, fault=Fault(lack.value), note=note)

    def named(self, law: str, article: str) -> Asked | None:
        """A look-up by its two halves; None where the second is no article."""
        number = article_number(article)
        return Asked(law, self.names.title(law), number) if number else None

    def _named(self, before: str, number: str, *, has_sign: bool) -> Asked | None:
        """The law that stands before the article, with or without words around it."""
        name = _without_end(before.strip(_SIGNS), self.phrasing.between)
        shorter: str | None = name
        while shorter:
            if title := self.names.title(shorter):
                return Asked(shorter, title, number)
            shorter = _without_one(shorter, self.phrasing.before)
        bare = _without_start(name, self.phrasing.before).strip("《》")
        if has_sign and _LIKE_A_TITLE.fullmatch(bare):
            return Asked(bare, None, number)
        return None

    def _out_of_force(self, asked: Asked, day: date, note: str) -> Looked:
        versions = self.register.versions(asked.title or "")
        coming = next((one for one in versions if one.effective_from > day), None)
        if coming is not None:
            return Looked(asked, coming, fault=Fault.NOT_YET, note=note)
        return Looked(asked, versions[-1], fault=Fault.NO_LONGER, note=note)


def _longest_first(words: Sequence[object]) -> tuple[str, ...]:
    return tuple(sorted(map(str, words), key=lambda word: (-len(word), word)))


def _without(text: str, words: Sequence[str]) -> str:
    """What is left when known words and signs are taken from the beginning, again and again."""
    return _without_start(text.strip(_SIGNS), words)


def _without_one(text: str, words: Sequence[str]) -> str | None:
    """A text without one known word at its beginning; None if it begins with none."""
    for word in words:
        if text.startswith(word):
            return text.removeprefix(word).strip(_SIGNS)
    return None


def _without_start(text: str, words: Sequence[str]) -> str:
    while text and (shorter := _without_one(text, words)) is not None:
        text = shorter
    return text


def _without_end(text: str, words: Sequence[str]) -> str:
    for word in words:
        if text.endswith(word) and len(text) > len(word):
            return text.removesuffix(word).strip(_SIGNS)
    return text
