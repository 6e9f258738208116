"""Short words with a meaning of their own: 人工, 更多, 第二个, 谢谢."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from knowledge.errors import ContentError
from knowledge.files import read_yaml
from knowledge.normal import normalise

NONE_OF_THESE = 0
_NUMBER = re.compile(r"\d{5,9}")
"""A consultation number; shorter ones are choices or 110, longer ones telephones."""
_NOT_WORDS = re.compile(r"[\W_]+")


class Meaning(StrEnum):
    """What a short word can mean; the words stand in commands.yaml."""

    PERSON = "person"
    MORE = "more"
    LOOK = "look"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A recognised command, and what was said besides it (for PERSON and LOOK)."""

    meaning: Meaning
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Commands:
    """The lexicon of commands, ready to recognise them."""

    words: Mapping[str, Meaning]
    choices: Mapping[str, int]
    openers: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "Commands":
        """Reads commands.yaml. Raises ContentError if a meaning is missing or a word is double."""
        given = read_yaml(path)
        words: dict[str, Meaning] = {}
        for meaning in Meaning:
            for word in _present(path, given, meaning.value):
                bare = _bare(str(word))
                if words.setdefault(bare, meaning) is not meaning:
                    raise ContentError(path, meaning.value, f"{word} has two meanings")
        choices = {
            _bare(str(word)): int(number)
            for number, said in _present(path, given, "choices").items()
            for word in said
        }
        openers = tuple(str(word) for word in _present(path, given, "openers"))
        return cls(words, choices, openers)

    def meant(self, text: str) -> tuple[int | None, Spoken | None]:
        """What a text may be: a number of a list, and a command.

        2 and 第二个 are numbers, 都不是 is NONE_OF_THESE.
        """
        bare = _bare(text)
        return self.choices.get(bare), self._spoken(bare)

    def recognise(self, text: str) -> Spoken | None:
        """The command a text is, if it is one and nothing else.

        人工 may be followed by the question, 查 by a number.
        """
        return self._spoken(_bare(text))

    def _spoken(self, bare: str) -> Spoken | None:
        if meaning := self.words.get(bare):
            return Spoken(meaning)
        if _NUMBER.fullmatch(bare):
            return Spoken(Meaning.LOOK, bare)
        if not bare.startswith(self.openers):
            return None
        for opener in self.openers:
            if bare.startswith(opener):
                rest = bare.removeprefix(opener)
                meaning = self.words[opener]
                if meaning is Meaning.PERSON or _NUMBER.fullmatch(rest):
                    return Spoken(meaning, rest)
        return None


def _bare(text: str) -> str:
    """Only letters and digits, in one spelling: 【1】。 is 1."""
    return _NOT_WORDS.sub("", normalise(text))


def _present(path: Path, given: Mapping[str, Any], field: str) -> Any:
    if not given.get(field):
        raise ContentError(path, field, "is missing or empty")
    return given[field]
