"""From what people call a law to its title: exact titles and listed names, never a guess."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.statutes.register import Law, Register, everyday_name

_STATE_PREFIX = "中华人民共和国"
_MARKS = re.compile(r"[\s《》〈〉<>“”\"‘’]+")
_EDITION = re.compile(r"\(\d{4}年?(?:修订|修正|版|新版)?\)$")
"""The year that some write after a title; which version is meant, the day asked for decides."""
_NEAREST = 3
_ALIKE_ENOUGH = 0.4
"""Shared pairs of signs (Dice): below it a proposal would only confuse."""


@dataclass(frozen=True, slots=True)
class Names:
    """Every registered way to name a law.

    劳动仲裁法 means 劳动争议调解仲裁法 because somebody listed it, and never 仲裁法.
    """

    titles: Mapping[str, str]

    @classmethod
    def of(cls, register: Register) -> "Names":
        """Titles, titles without the name of the state, and listed names. Titles come first."""
        titles: dict[str, str] = {}
        for law in register.laws.values():
            titles[spelt(law.title)] = law.title
        for law in register.laws.values():
            for name in law.names:
                titles.setdefault(spelt(name), law.title)
        return cls(titles)

    def title(self, name: str) -> str | None:
        """The official title of a law; None where the name is not listed exactly."""
        plain = spelt(name)
        return self.titles.get(plain) or self.titles.get(_EDITION.sub("", plain))

    def nearest(self, name: str) -> tuple[str, ...]:
        """Official titles spelt most like a name that is not listed, the likest first."""
        asked = _pairs(spelt(name))
        best: dict[str, float] = {}
        for known, title in self.titles.items():
            alike = _dice(asked, _pairs(known))
            if alike >= max(_ALIKE_ENOUGH, best.get(title, 0.0)):
                best[title] = alike
        ranked = sorted(best, key=lambda title: (-best[title], len(title), title))
        return tuple(ranked[:_NEAREST])


def spelt(name: str) -> str:
    """A name in one spelling, without marks, spaces and the name of the state."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).replace(_STATE_PREFIX, "")


def doubled_names(register: Register) -> Iterator[tuple[str, Law]]:
    """Listed names that another law has too: nobody could tell which one is meant."""
    owners: dict[str, str] = {}
    for law in register.laws.values():
        for name in {spelt(name) for name in (law.title, *law.names)}:
            if owners.setdefault(name, law.title) != law.title:
                yield name, law


def shown(title: str) -> str:
    """A title as people read it: 《民法典》."""
    return f"《{everyday_name(title)}》"


def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[i : i + 2] for i in range(len(name) - 1))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other) or 1)
