"""The figures in a text, each in one spelling: what an answer says against what an article says."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from knowledge.numerals import CHINESE_NUMBER, MOST_DIGITS, integer

_DIGITS = rf"\d{{1,{MOST_DIGITS}}}"
_DECIMAL = rf"{_DIGITS}(?:\.{_DIGITS})?"
_NUMBER = rf"(?:{_DECIMAL}[万亿千百]?|{CHINESE_NUMBER}(?:点{CHINESE_NUMBER})?)"
_TO = r"(?:至|到|[-—~～–])"
_UNITS = {
    "个工作日": "工作日",
    "工作日": "工作日",
    "个小时": "小时",
    "小时": "小时",
    "钟头": "小时",
    "个星期": "周",
    "星期": "周",
    "周岁": "岁",
    "岁": "岁",
    "周年": "年",
    "个月": "月",
    "年": "年",
    "周": "周",
    "天": "日",
    "日": "日",
    "倍": "倍",
    "成": "成",
    "块钱": "元",
    "块": "元",
    "元": "元",
    "平方米": "平方米",
    "亩": "亩",
}
_UNIT = "|".join(_UNITS)
_NOT_A_PERIOD = r"(?!度|级|代|龄|货|纪|轻|常|立|功|员|交|为|本|绩|期间|历)"
"""What makes another word of the unit: 年度, 成立, 成年, 日历."""

_DAY_OF_A_YEAR = re.compile(rf"({_NUMBER})月({_NUMBER})日")
_DATE = re.compile(rf"({_NUMBER})年(?:({_NUMBER})月(?:({_NUMBER})日)?)?")
_PART = re.compile(
    rf"(百|千|万)分之({_NUMBER}|百)(?:{_TO}(?:[百千万]分之)?({_NUMBER}))?"
    rf"|({_DECIMAL})%?(?:{_TO}({_DECIMAL}))?[%‰]"
)
_FRACTION = re.compile(rf"({CHINESE_NUMBER})分之({CHINESE_NUMBER})")
_RANGE = re.compile(rf"({_NUMBER})(?:{_TO}|、)({_NUMBER})个?({_UNIT}){_NOT_A_PERIOD}")
_QUANTITY = re.compile(rf"({_NUMBER})[多余来]?个?({_UNIT}){_NOT_A_PERIOD}")
_MONEY = re.compile(
    rf"({_DECIMAL}[万亿]|[一二三四五六七八九十百千两]{{1,{MOST_DIGITS}}}[万亿])"
    r"(?![一二三四五六七八九元])"
)
_HALF = re.compile(r"半个?(年|月|天|日|小时)|一半|双倍|仨月|俩月")
_HALVES = {"年": "6月", "月": "0.5月", "天": "0.5日", "日": "0.5日", "小时": "0.5小时"}
_SPOKEN = {"一半": "1/2", "双倍": "2倍", "仨月": "3月", "俩月": "2月"}
_THIS_ONE = re.compile(r"[上哪那这头后前同每某有另当]$")
"""Before 一年 or 一天: one that is pointed at and not counted (上一年, 哪一天)."""
_ORDINAL_OF_SPEECH = 3
"""第二天, 第三年 are said of anything; 第三十一天 is counted from an article."""
_SIGNS = {"百": "%", "千": "‰", "万": "‱"}
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


_SENTENCE = 200
"""Characters of a text that is likely to come again."""


class LockedNumbers(Protocol):
    """What the lock of citations knows of the figures in an article."""

    def numbers(self, law: str, article: str) -> frozenset[str]:
        """The figures of an article as `numbers_in` spells them; none if it is not locked."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure as it is written, and in the one spelling in which figures are compared."""

    written: str
    spelling: str


def numbers_in(text: str) -> frozenset[str]:
    """The figures of a text in one spelling: 六十日 and 60天 are 60日, 半年 is 6月.

    Sums in 元, days, 工作日, months, years, ages in 岁, 倍, 小时, 周, 亩, 平方米; shares as 20%,
    2/3; days of the calendar as 2026-11-23. An article's number is none.
    """
    return frozenset(quantity.spelling for quantity in quantities(text))


def quantities(text: str) -> tuple[Quantity, ...]:
    """The figures of a text in their order, each as often as it stands there."""
    return _remembered(text) if len(text) <= _SENTENCE else _read(text)


@lru_cache(maxsize=10_000)
def _remembered(text: str) -> tuple[Quantity, ...]:
    """Sentences of answers are looked at again with every check; a megabyte or two."""
    return _read(text)


def _read(text: str) -> tuple[Quantity, ...]:
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    found: list[tuple[int, Quantity]] = []
    for reader in (_dates, _parts, _fractions, _halves, _ranges, _counted, _sums):
        for start, end, quantity in reader(plain):
            found.append((start, quantity))
            # What was read is not read again as part of something else.
            if end:
                plain = plain[:start] + "＿" * (end - start) + plain[end:]
    return tuple(quantity for _, quantity in sorted(found, key=lambda pair: pair[0]))


_Reading = Iterator[tuple[int, int, Quantity]]


def _dates(text: str) -> _Reading:
    for found in _DATE.finditer(text):
        year, month, day = (_value(group) if group else None for group in found.groups())
        if year is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
            continue
        numbers = [f"{year:g}", *(f"{number:02g}" for number in (month, day) if number)]
        yield found.start(), found.end(), Quantity(found.group(), "-".join(numbers))
    rest = _DATE.sub(lambda found: "＿" * len(found.group()), text)
    for found in _DAY_OF_A_YEAR.finditer(rest):
        month, day = (_value(group) for group in found.groups())
        yield found.start(), found.end(), Quantity(found.group(), f"{month:02g}-{day:02g}")


def _parts(text: str) -> _Reading:
    for found in _PART.finditer(text):
        kind, first, last, plain_first, plain_last = found.groups()
        sign = _SIGNS[kind] if kind else found.group()[-1]
        for number in (first or plain_first, last or plain_last):
            if number:
                value = 100.0 if number == "百" else _value(number)
                quantity = Quantity(found.group(), f"{value:g}{sign}")
                yield found.start(), found.end(), quantity


def _fractions(text: str) -> _Reading:
    for found in _FRACTION.finditer(text):
        below, above = (integer(group) for group in found.groups())
        yield found.start(), found.end(), Quantity(found.group(), f"{above}/{below}")


def _halves(text: str) -> _Reading:
    for found in _HALF.finditer(text):
        spelling = _HALVES.get(found.group(1) or "") or _SPOKEN[found.group()]
        yield found.start(), found.end(), Quantity(found.group(), spelling)


def _ranges(text: str) -> _Reading:
    for found in _RANGE.finditer(text):
        first, last, unit = found.groups()
        for number in (first, last):
            yield found.start(), found.end(), Quantity(found.group(), _spelt(number, unit))


def _counted(text: str) -> _Reading:
    for found in _QUANTITY.finditer(text):
        number, unit = found.groups()
        # Two signs before and behind are enough; all of them for each would take minutes.
        before = text[max(0, found.start() - 2) : found.start()]
        after = text[found.end() : found.end() + 2]
        if _value(number) == 1 and _is_no_length(before, unit, after):
            continue
        if before.endswith("第") and _value(number) <= _ORDINAL_OF_SPEECH:
            continue
        yield found.start(), found.end(), Quantity(found.group(), _spelt(number, unit))


def _is_no_length(before: str, unit: str, after: str) -> bool:
    """Whether one is not counted: pointed at (哪一天), paid by (一天多少钱), or together (一块)."""
    if unit == "块":
        return True
    if unit not in ("年", "天", "日"):
        return False
    return bool(_THIS_ONE.search(before)) or after.startswith("多少")


def _sums(text: str) -> _Reading:
    """Money without its 元: 罚五万."""
    for found in _MONEY.finditer(text):
        yield found.start(), found.end(), Quantity(found.group(), _spelt(found.group(), "元"))


def _spelt(number: str, unit: str) -> str:
    value, name = _value(number), _UNITS[unit]
    return f"{value * 10:g}%" if name == "成" else f"{_plain(value)}{name}"


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


def _value(written: str) -> float:
    whole, point, part = written.partition("点")
    if point:
        digits = "".join(str(integer(sign)) for sign in part)
        return float(f"{integer(whole)}.{digits}")
    if found := re.fullmatch(r"(\d+\.\d+)([万亿千百]?)", written):
        scale = integer(f"1{found.group(2)}") if found.group(2) else 1
        return round(float(found.group(1)) * scale, 6)
    return float(integer(written))
