"""Numbers as Chinese writes them, as integers and back."""

import re

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1_000}
MOST_DIGITS = 25
"""Signs of one number that are read: more than any sum of money has. A row of digits without an
end would take minutes to search, and be too large to reckon with."""
CHINESE_NUMBER = f"[零〇一二三四五六七八九十百千万亿两]{{1,{MOST_DIGITS}}}"
_ARTICLE = re.compile(rf"第({CHINESE_NUMBER})条(.*)", re.DOTALL)


def integer(written: str) -> int:
    """一千零四十二 → 1042, 3万 → 30000, 二〇二六 → 2026. Raises ValueError for anything else."""
    if written.isdecimal():
        return int(written)
    if set(written) <= set(DIGITS):
        return int("".join(str(DIGITS[sign]) for sign in written))
    total = group = number = 0
    for sign in re.findall(r"\d+|.", written):
        if sign.isdecimal():
            number = int(sign)
        elif sign in DIGITS:
            number = DIGITS[sign]
        elif sign in _PLACES:
            group += (number or 1) * _PLACES[sign]
            number = 0
        elif sign == "万":
            total += (group + number) * 10_000
            group = number = 0
        elif sign == "亿":
            total = (total + group + number) * 100_000_000
            group = number = 0
        else:
            raise ValueError(written)
    return total + group + number


def short_article(article: str) -> str:
    """第一千零四十二条 → 第1042条, which takes a third of the room; 之一 stays as it is."""
    found = _ARTICLE.fullmatch(article)
    return f"第{integer(found.group(1))}条{found.group(2)}" if found else article
