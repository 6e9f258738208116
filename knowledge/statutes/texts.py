"""What articles say: the texts at hand, of the version that the register names."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from knowledge.errors import ContentError
from knowledge.files import read_yaml
from knowledge.statutes.numbering import order
from knowledge.statutes.register import LawVersion, Register

_KEPT_OPEN = 24
"""Laws kept in memory: a handful is asked for again and again, a whole code takes a megabyte."""

VersionKey = tuple[str, date]
"""Title and day of adoption: together they name a version."""


class Lack(StrEnum):
    """Why an article cannot be shown."""

    NO_TEXT = "no_text"
    """No text of this version is at hand."""
    NO_ARTICLE = "no_article"
    """The version has no such article."""
    UNUSABLE = "unusable"
    """The text at hand is known to be wrong in this article."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A law as one source has it: articles by canonical number, in their order."""

    articles: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article of one version, and the source in which it was read."""

    version: LawVersion
    number: str
    text: str
    source: str


class Source(Protocol):
    """Whatever has texts of laws."""

    def copy(self, version: LawVersion) -> Copy | None:
        """The text of exactly this version, if the source has it."""

    def versions(self) -> Sequence[VersionKey]:
        """The versions that the source has."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A version without a text of its own that takes another's, but for some articles."""

    origin: date
    unusable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is known to be wrong with the texts that one can get; read from texts.yaml."""

    folders: Mapping[str, VersionKey] = field(default_factory=dict)
    carried: Mapping[VersionKey, Carried] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Corrections":
        """Reads texts.yaml. Raises ContentError."""
        given = read_yaml(path)
        try:
            folders = {name: _key(row) for name, row in (given.get("folders") or {}).items()}
            carried = {
                _key(row): Carried(row["from"], frozenset(row["except"]))
                for row in given.get("carried") or ()
            }
        except (KeyError, TypeError) as error:
            raise ContentError(path, str(error), "is missing or has another shape") from None
        return cls(folders, carried)


class Texts:
    """The door to all texts at hand. Sources stand in order of trust.

    Of an article that several sources have the first one's text is taken; what one source
    lacks, another may have.
    """

    def __init__(
        self, register: Register, sources: Sequence[Source], corrections: Corrections | None = None
    ) -> None:
        self.register = register
        self.corrections = corrections or Corrections()
        self._sources = sources
        self._opened: OrderedDict[VersionKey, Mapping[str, Article]] = OrderedDict()
        self._lock = Lock()

    def article(self, version: LawVersion, number: str) -> Article | Lack:
        """One article by its canonical number, or why it cannot be shown."""
        if number in self._unusable(version):
            return Lack.UNUSABLE
        articles = self.articles(version)
        if not articles:
            return Lack.NO_TEXT
        return articles.get(number) or _lack(number, articles)

    def articles(self, version: LawVersion) -> Mapping[str, Article]:
        """Every usable article of a version, by canonical number; empty if none is at hand."""
        key = (version.title, version.adopted)
        with self._lock:
            if key in self._opened:
                self._opened.move_to_end(key)
                return self._opened[key]
        found = self._read(version)
        with self._lock:
            self._opened[key] = found
            if len(self._opened) > _KEPT_OPEN:
                self._opened.popitem(last=False)
        return found

    def versions(self) -> list[LawVersion]:
        """Every registered version of which a text is at hand."""
        known = {key for source in self._sources for key in source.versions()}
        carried = self.corrections.carried.items()
        known |= {key for key, other in carried if (key[0], other.origin) in known}
        laws = (self.register.versions(title) for title in sorted({title for title, _ in known}))
        return [one for law in laws for one in law if (one.title, one.adopted) in known]

    def forget(self) -> None:
        """Lets go of what was read: an import has changed what is at hand."""
        with self._lock:
            self._opened.clear()

    def _unusable(self, version: LawVersion) -> frozenset[str]:
        carried = self.corrections.carried.get((version.title, version.adopted))
        if carried is None or self._own(version):
            return frozenset()
        return carried.unusable

    def _own(self, version: LawVersion) -> dict[str, Article]:
        found: dict[str, Article] = {}
        for source in self._sources:
            copy = source.copy(version)
            for number, text in copy.articles.items() if copy else ():
                found.setdefault(
                    number, Article(version, number, text, copy.source if copy else "")
                )
        return {number: found[number] for number in sorted(found, key=order)}

    def _read(self, version: LawVersion) -> Mapping[str, Article]:
        own = self._own(version)
        carried = self.corrections.carried.get((version.title, version.adopted))
        if own or carried is None:
            return own
        origin = self._version(version.title, carried.origin)
        return {
            number: Article(version, number, one.text, one.source)
            for number, one in (self._own(origin) if origin else {}).items()
            if number not in carried.unusable
        }

    def _version(self, title: str, adopted: date) -> LawVersion | None:
        versions = self.register.versions(title)
        return next((one for one in versions if one.adopted == adopted), None)


def _lack(number: str, articles: Mapping[str, Article]) -> Lack:
    """A number between those at hand is missing in the text, not in the law."""
    whole, inserted = order(number)
    missing = not inserted and whole <= order(list(articles)[-1])[0]
    return Lack.UNUSABLE if missing else Lack.NO_ARTICLE


def _key(row: Mapping[str, Any]) -> VersionKey:
    return str(row["title"]), row["adopted"]
