"""Numbers of articles: 47, ４７, 四十七, 第四十七条之一 in any spelling become one."""

import re
import unicodedata

from knowledge import numerals

_DIGITS = "零一二三四五六七八九"
_SAME_DIGITS = str.maketrans("〇○两", "零零二")
_HIGHEST = 9_999

_NUMERAL = "[零〇○一二两三四五六七八九十百千]+|[0-9]+"
NUMBER = rf"(?:{_NUMERAL})"
"""Matches one number in Chinese or Arabic digits, after NFKC."""

_ARTICLE = re.compile(
    rf"第?\s*(?P<number>{_NUMERAL})\s*条?(?:\s*(?:之|-|\.)\s*(?P<sub>{_NUMERAL}))?\s*条?"
)


def chinese(number: int) -> str:
    """A number from 1 to 9999 as statutes write it: 110 is 一百一十, 1005 is 一千零五."""
    if not 0 < number <= _HIGHEST:
        raise ValueError(number)
    text, gap = "", False
    for unit, power in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, power)
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + unit
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


def integer(numeral: str) -> int:
    """The value of 四十七, 一百〇五, 一零七六, ４７ or 47. Raises ValueError."""
    return numerals.integer(unicodedata.normalize("NFKC", numeral).translate(_SAME_DIGITS))


def article_number(spelling: str) -> str | None:
    """An article as 第四十七条 or 第二百九十三条之一; None where the spelling is of none."""
    found = _ARTICLE.fullmatch(unicodedata.normalize("NFKC", spelling).strip())
    return canonical(found["number"], found["sub"]) if found else None


def canonical(number: str, sub: str | None = None) -> str | None:
    """The same from its two numerals; None where there is no such number."""
    try:
        whole = f"第{chinese(integer(number))}条"
        return f"{whole}之{chinese(integer(sub))}" if sub else whole
    except ValueError:
        return None


def order(article: str) -> tuple[int, int]:
    """Where an article stands in its law: 第十七条之一 comes between 17 and 18.

    `article` is in canonical form. Raises ValueError otherwise.
    """
    number, _, sub = article.removeprefix("第").partition("条")
    return integer(number), integer(sub.removeprefix("之")) if sub else 0
