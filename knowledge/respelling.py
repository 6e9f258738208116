"""What a frightened hand meant: common slips of the keyboard, and whole messages in pinyin."""

import re
from collections.abc import Iterator, Mapping

# People put signs between the characters of a word, and voice input puts spaces there.
_DECORATION = re.compile(r"[\s*·•._\-~^\"'“”‘’「」『』…—#/\\|`+=]+")
_LATIN_RUN = re.compile(r"[a-z][a-z\s'\-]*[a-z]")
_BREAK = re.compile(r"[\s'\-]+")
_TONES = str.maketrans("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜü", "aaaaooooeeeeiiiiuuuuvvvvv")
_SYLLABLE = re.compile(
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
    r"(?:iang|iong|uang|[aeio]ng|iao|ian|uai|uan|ai|ei|ui|ao|ou|iu|ie|ue|ve|an|en|in|un|ia|ua|uo"
    r"|[aeiouv])|a[ino]|ang|e[inr]|eng|ou|[aeo]"
)
_LONGEST_SYLLABLE = 6
# Nobody writes longer without a space; what is longer costs no time.
_LONGEST_WRITTEN_WORD = 90
# Takes the place of a syllable that none of our words has, so that distances stay right.
_UNKNOWN = "□"
# A single syllable between Chinese words is as likely a name or a unit.
_FEWEST_SYLLABLES = 2
_LONGEST_WORD = 5  # in syllables


class Respelling:
    """Rewrites a text so that misspelled and romanised words can be found."""

    def __init__(self, slips: Mapping[str, str], pinyin: Mapping[str, str]) -> None:
        """`slips` from wrong to right; `pinyin` from syllables (jiu-ming) to characters."""
        longest_first = sorted(slips, key=len, reverse=True)
        self._slip = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        self._slips = dict(slips)
        self._pinyin = {tuple(sound.split("-")): word for sound, word in pinyin.items()}

    def read(self, text: str) -> str:
        """The normalised text without signs inside words, with what was meant put in place."""
        in_characters = _LATIN_RUN.sub(self._characters, text.translate(_TONES))
        bare = _DECORATION.sub("", in_characters)
        return self._slip.sub(lambda slip: self._slips[slip[0]], bare)

    def _characters(self, run: re.Match[str]) -> str:
        cuts = [(word, _cut(word)) for word in _BREAK.split(run[0]) if word]
        if sum(len(cut or ()) for _, cut in cuts) < _FEWEST_SYLLABLES:
            return run[0]
        syllables = [syllable for word, cut in cuts for syllable in cut or [word]]
        return "".join(self._words(syllables))

    def _words(self, syllables: list[str]) -> Iterator[str]:
        place = 0
        while place < len(syllables):
            for length in range(_LONGEST_WORD, 0, -1):
                word = self._pinyin.get(tuple(syllables[place : place + length]))
                if word is not None:
                    break
            yield word or (_UNKNOWN if _SYLLABLE.fullmatch(syllables[place]) else syllables[place])
            place += length


def _cut(word: str) -> list[str] | None:
    """The word cut into syllables of pinyin, long ones first; None when it is no pinyin."""
    if len(word) > _LONGEST_WRITTEN_WORD:
        return None
    rest: list[list[str] | None] = [*[None] * len(word), []]
    for place in reversed(range(len(word))):
        for end in range(min(len(word), place + _LONGEST_SYLLABLE), place, -1):
            after = rest[end]
            if after is not None and _SYLLABLE.fullmatch(word, place, end):
                rest[place] = [word[place:end], *after]
                break
    return rest[0]
