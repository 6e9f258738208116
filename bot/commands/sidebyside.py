"""The impact of a law's version as operators read it: two columns, old and new."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby, zip_longest
from typing import Any

from bot.speech import say
from knowledge.citing import Citing, CitingKind
from knowledge.impact import Impact, Touched
from knowledge.statutes.texts import Article

COLUMN = 46
"""Columns of a terminal for each text: two and the line between them fit in a hundred."""
_WIDE = frozenset("WFA")


def told_impact(found: Impact) -> Iterator[str]:
    """The whole report, line by line."""
    version = found.version
    yield say(
        "impact_head" if version else "impact_head_repealed",
        title=found.title,
        day=found.day,
        adopted=version.adopted if version else "",
        effective_from=version.effective_from if version else "",
        touched=_counted(one.citing for one in found.touched),
        stopping=_counted(found.stopping),
    )
    stopping = set(found.stopping)
    for citing, rows in groupby(found.touched, key=lambda one: one.citing):
        yield ""
        mark = say(f"impact_{citing.kind}_{'stops' if citing in stopping else 'goes_on'}")
        yield f"{mark}{citing.id} {citing.name}"
        for row in rows:
            yield from _told_row(row)


def _counted(citing: Iterable[Citing]) -> str:
    """How many of each kind: 问答 3 条，期限 1 条."""
    kinds = Counter(one.kind for one in dict.fromkeys(citing))
    told = [say(f"citing_{kind}", count=kinds[kind]) for kind in CitingKind if kinds[kind]]
    return say("and").join(told) or say("nothing")


def plain_impact(found: Impact) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "law": found.title,
        "day": found.day.isoformat(),
        "version": found.version.adopted.isoformat() if found.version else None,
        "stopping": [citing.id for citing in found.stopping],
        "touched": [_plain_row(row) for row in found.touched],
    }


def _plain_row(row: Touched) -> dict[str, Any]:
    return {
        "kind": str(row.citing.kind),
        "entry": row.citing.id,
        "law": row.cited.law,
        "article": row.cited.article,
        "move": str(row.move),
        "stops": row.stops,
        "alike": round(row.alike, 2),
        "before": _plain_article(row.before),
        "after": _plain_article(row.after),
    }


def _plain_article(article: Article | None) -> dict[str, str] | None:
    return {"article": article.number, "text": article.text} if article else None


def _told_row(row: Touched) -> Iterator[str]:
    yield "  " + say(
        f"impact_{row.move}",
        law=row.cited.law,
        article=row.cited.article,
        number=row.after.number if row.after else "",
        alike=round(row.alike * 100),
    )
    if row.before is not None or row.after is not None:
        yield from beside(_headed(row.before), _headed(row.after))


def _headed(article: Article | None) -> str:
    return f"{article.number}\n{article.text}" if article else "—"


def beside(left: str, right: str) -> Iterator[str]:
    """Two texts in columns, a line of both at a time."""
    for one, other in zip_longest(_folded(left), _folded(right), fillvalue=""):
        yield f"  {one}{' ' * (COLUMN - _width(one))} | {other}".rstrip()


def _folded(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        line = ""
        for sign in paragraph:
            if _width(line + sign) > COLUMN:
                yield line
                line = ""
            line += sign
        yield line


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in _WIDE else 1 for sign in text)
