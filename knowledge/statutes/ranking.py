"""Articles that speak of a matter: words and pairs of signs in an index on disk, ranked by BM25."""

import hashlib
import itertools
import json
import math
import os
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from pathlib import Path

from knowledge.normal import normalise
from knowledge.statutes.register import LawVersion, everyday_name
from knowledge.statutes.texts import Texts

Cut = Callable[[str], Sequence[str]]
"""A text as its words; what tells nothing may be left out."""

_FOREVER = "9999-12-31"
_MOST = 10
_SATURATION, _LENGTH_COUNTS = 1.2, 0.75
"""k1 and b of BM25, as measured on questions with known articles; see docs/knowledge.md."""
_TITLE_COUNTS = 2
"""How often the law's title is counted into each of its articles."""
_LAW, _BELOW_A_LAW = "法律", 0.8
"""What an article of a regulation or interpretation counts beside one of a law: with equal words a
question is answered by the law more often, and there are twice as many of the others."""
_EVERYWHERE = 0.2
"""A token in more than this share of all articles tells nothing and costs most of the time."""
_FEW = 1_000
"""Articles that are summed up in no time: among so few every token is looked at."""
_SHAPE = [1, _SATURATION, _LENGTH_COUNTS, _TITLE_COUNTS, _BELOW_A_LAW, _EVERYWHERE]
"""How the index is made: a file that was made in another way is not read."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that a search found. Scores compare within one search only; higher is better."""

    law: str
    article: str
    score: float


class ArticleIndex:
    """An index over every text at hand, built when it is first asked and kept in a file.

    The file is made anew when the versions at hand or the lexicon (`cut_version`) change. Building
    takes about half a minute for sixty thousand articles, a search some milliseconds.
    """

    def __init__(self, folder: Path, texts: Texts, cut: Cut, cut_version: str) -> None:
        self._folder = folder
        self._texts = texts
        self._cut = cut
        self._cut_version = cut_version

    def is_built(self) -> bool:
        """Whether a search finds its file, and so takes no time to speak of."""
        return self._path(self._texts.versions()).exists()

    def build(self) -> None:
        """Makes the file now, if it is not there."""
        self._file()

    def search(self, question: str, day: date, most: int = _MOST) -> list[Hit]:
        """The articles in force on a day that speak most of what is asked, best first."""
        scores: dict[int, float] = defaultdict(float)
        with closing(sqlite3.connect(self._file())) as opened:
            for token in dict.fromkeys(_tokens(question, self._cut)):
                for article, weight in _postings(opened, token):
                    scores[article] += weight
            best = nlargest(len(scores), scores.items(), key=lambda pair: (pair[1], -pair[0]))
            return list(_in_force(opened, best, day, most))

    def _file(self) -> Path:
        versions = self._texts.versions()
        file = self._path(versions)
        if not file.exists():
            self._build(file, versions)
        return file

    def _path(self, versions: Sequence[LawVersion]) -> Path:
        return self._folder / f"articles-{_digest(versions, self._cut_version)}.sqlite3"

    def _build(self, file: Path, versions: Sequence[LawVersion]) -> None:
        """Makes the file under another name first: two processes at once do no harm."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished)) as made:
            made.executescript(
                "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, number TEXT,"
                " effective_from TEXT, effective_until TEXT);"
                "CREATE TABLE postings (token TEXT PRIMARY KEY, articles BLOB, weights BLOB)"
                " WITHOUT ROWID;"
            )
            made.executemany("INSERT INTO postings VALUES (?, ?, ?)", self._weighed(made, versions))
            made.commit()
        unfinished.replace(file)
        for old in self._folder.glob("articles-*.sqlite3"):
            if old != file:
                old.unlink(missing_ok=True)

    def _weighed(
        self, made: sqlite3.Connection, versions: Sequence[LawVersion]
    ) -> Iterator[tuple[str, bytes, bytes]]:
        """What every token counts for in every article that has it."""
        articles: dict[str, array[int]] = defaultdict(lambda: array("I"))
        counts: dict[str, array[int]] = defaultdict(lambda: array("H"))
        lengths, ranks = array("I", [0]), array("f", [0.0])
        for row, rank, text in self._rows(versions):
            made.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?)", (len(lengths), *row))
            tokens = Counter(_tokens(text, self._cut))
            for token, count in tokens.items():
                articles[token].append(len(lengths))
                counts[token].append(count)
            lengths.append(tokens.total())
            ranks.append(rank)
        total = len(lengths) - 1
        mean = sum(lengths) / total if total else 1.0
        for token in sorted(articles):
            if (shared := len(articles[token])) <= max(_FEW, _EVERYWHERE * total):
                rarity = math.log(1 + (total - shared + 0.5) / (shared + 0.5))
                pairs = zip(articles[token], counts[token], strict=True)
                weights = array(
                    "f",
                    (rarity * ranks[one] * _bm25(n, lengths[one] / mean) for one, n in pairs),
                )
                yield token, articles[token].tobytes(), weights.tobytes()

    def _rows(self, versions: Sequence[LawVersion]) -> Iterator[tuple[tuple[str, ...], float, str]]:
        for version in versions:
            until = version.effective_until.isoformat() if version.effective_until else _FOREVER
            since = version.effective_from.isoformat()
            rank = 1.0 if version.kind == _LAW else _BELOW_A_LAW
            named = f"{everyday_name(version.title)}\n" * _TITLE_COUNTS
            for article in self._texts.articles(version).values():
                text = f"{named}{article.text}"
                yield (version.title, article.number, since, until), rank, text


def _bm25(count: int, length: float) -> float:
    """What a token that stands `count` times in a text of `length` times the mean counts."""
    damped = _SATURATION * (1 - _LENGTH_COUNTS + _LENGTH_COUNTS * length)
    return count * (_SATURATION + 1) / (count + damped)


def _postings(opened: sqlite3.Connection, token: str) -> Iterator[tuple[int, float]]:
    query = "SELECT articles, weights FROM postings WHERE token = ?"
    if (found := opened.execute(query, (token,)).fetchone()) is None:
        return iter(())
    return zip(array("I", found[0]), array("f", found[1]), strict=True)


def _in_force(
    opened: sqlite3.Connection, best: Sequence[tuple[int, float]], day: date, most: int
) -> Iterator[Hit]:
    query = "SELECT title, number, effective_from, effective_until FROM articles WHERE id = ?"
    for article, score in best:
        title, number, since, until = opened.execute(query, (article,)).fetchone()
        if since <= day.isoformat() < until:
            yield Hit(title, number, round(score, 3))
            most -= 1
        if most == 0:
            return


def _tokens(text: str, cut: Cut) -> Iterator[str]:
    """Words of a text and, so that a new word is found as well, its pairs of signs.

    Kept apart by their first sign: a word of two signs counts twice where it is one.
    """
    plain = normalise(text)
    yield from (f"={word}" for word in cut(plain) if word.isalnum() and len(word) > 1)
    for one, other in itertools.pairwise(plain):
        if one.isalnum() and other.isalnum() and not (one.isascii() or other.isascii()):
            yield f"{one}{other}"


def _digest(versions: Sequence[LawVersion], cut_version: str) -> str:
    told = [
        [one.title, str(one.adopted), str(one.effective_from), str(one.effective_until)]
        for one in versions
    ]
    return hashlib.sha256(json.dumps([_SHAPE, cut_version, told]).encode()).hexdigest()[:16]
