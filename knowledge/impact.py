"""The law moves: what a version touches, old and new article side by side, and what stops."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge.citing import Citing
from knowledge.entry import Citation
from knowledge.library import Library
from knowledge.statutes.lock import fingerprint
from knowledge.statutes.register import LawVersion
from knowledge.statutes.texts import Article, Texts

ALIKE = 0.35
"""Share of common pairs of signs (Dice) from which on an article is taken for the old one's heir.

Of the 119 articles of 治安管理处罚法 of 2012, 117 have their heir in that of 2025 above it, all but
nine above .5; the two below it have none. Of 98 articles on labour contracts two lie above it in
the law on medical insurance: both name the same wrong of officials.
"""

NEAR = 0.45
"""The same for an article of another law: phrases that all laws share reach .4."""
_CLOSING = 40
"""Signs of an article that only says from when on a law is in force: all of them are alike."""


class Move(StrEnum):
    """What became of a cited article."""

    SAME = "same"
    """It stands where it stood and says the same."""
    RENUMBERED = "renumbered"
    """It says the same under another number."""
    CHANGED = "changed"
    """It says something else, here or under another number."""
    GONE = "gone"
    """No article of the version is like it."""
    REPEALED = "repealed"
    """No version of the law is in force."""
    UNREAD = "unread"
    """One of the two texts is not at hand."""
    BEGINS = "begins"
    """It is cited for the time from this version on: nothing was there before."""
    NEARBY = "nearby"
    """It belongs to another law, but the version has an article much like it."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One citation that a version touches, with both texts where they are at hand.

    `alike` is between 0 and 1; `stops` whether what cites is no longer said or counted on the day.
    """

    citing: Citing
    cited: Citation
    move: Move
    before: Article | None
    after: Article | None
    alike: float
    stops: bool


@dataclass(frozen=True, slots=True)
class Impact:
    """What a law's version on a day does to the content."""

    title: str
    day: date
    version: LawVersion | None
    touched: tuple[Touched, ...]

    @property
    def stopping(self) -> tuple[Citing, ...]:
        """What is no longer said or counted, each once."""
        return tuple(dict.fromkeys(one.citing for one in self.touched if one.stops))


def impact(library: Library, texts: Texts, title: str, day: date) -> Impact:
    """Every citation of a law that its version on a day touches, by what cites."""
    version = library.register.in_force(title, day)
    new = texts.articles(version) if version else {}
    touched = [
        one
        for citing in library.citing()
        if citing.used_on(day)
        for one in _of_citing(library, texts, citing, title, version, new, day)
    ]
    return Impact(title, day, version, tuple(touched))


def _of_citing(
    library: Library,
    texts: Texts,
    citing: Citing,
    title: str,
    version: LawVersion | None,
    new: Mapping[str, Article],
    day: date,
) -> Iterator[Touched]:
    lapsed = library.lapsed(citing, day)
    for cited in citing.citations:
        written = library.register.in_force(cited.law, citing.read_for)
        before = _opened(texts, written, cited.article)
        if cited.law != title:
            if len(library.register.versions(title)) == 1 and before is not None:
                yield from _nearby(citing, cited, before, new)
            continue
        if written == version and version is not None:
            if version.effective_from == day:
                yield Touched(citing, cited, Move.BEGINS, None, before, 0.0, stops=False)
            continue
        move, after, alike = _moved(cited.article, before, version, new)
        yield Touched(citing, cited, move, before, after, alike, cited in lapsed)


def _opened(texts: Texts, version: LawVersion | None, number: str) -> Article | None:
    opened = texts.article(version, number) if version else None
    return opened if isinstance(opened, Article) else None


def _moved(
    number: str, before: Article | None, version: LawVersion | None, new: Mapping[str, Article]
) -> tuple[Move, Article | None, float]:
    if version is None:
        return Move.REPEALED, None, 0.0
    if before is None or not new:
        return Move.UNREAD, new.get(number), 0.0
    print_before = fingerprint(before.text)
    if (there := new.get(number)) and fingerprint(there.text) == print_before:
        return Move.SAME, there, 1.0
    heir, alike = likest(before.text, number, new)
    if heir is None or alike < ALIKE:
        return Move.GONE, None, alike
    if fingerprint(heir.text) == print_before:
        return Move.RENUMBERED, heir, 1.0
    return Move.CHANGED, heir, alike


def likest(text: str, number: str, new: Mapping[str, Article]) -> tuple[Article | None, float]:
    """The article most like a text, by common pairs of signs; of equals that of the same number."""
    asked = _pairs(text)
    ranked = [(_dice(asked, _pairs(one.text)), one.number == number, one) for one in new.values()]
    if not ranked:
        return None, 0.0
    alike, _, best = max(ranked, key=lambda row: row[:2])
    return best, alike


def _nearby(
    citing: Citing, cited: Citation, before: Article, new: Mapping[str, Article]
) -> Iterator[Touched]:
    heir, alike = likest(before.text, cited.article, new)
    if heir is not None and alike >= NEAR and len(before.text) > _CLOSING:
        yield Touched(citing, cited, Move.NEARBY, before, heir, alike, stops=False)


def _pairs(text: str) -> Counter[str]:
    plain = "".join(sign for sign in text if sign.isalnum())
    return Counter(plain[i : i + 2] for i in range(len(plain) - 1))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    shared = (one & other).total()
    return 2 * shared / (one.total() + other.total() or 1)
