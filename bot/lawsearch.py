"""The search over all texts of law at hand, and its index, which takes a while to make."""

import fcntl
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock, Thread

from bot.late import LateSegmenter
from knowledge.library import CONTENT
from knowledge.statutes.ranking import ArticleIndex, Hit
from knowledge.statutes.texts import Texts

log = logging.getLogger(__name__)

_LEXICON = CONTENT / "lexicon"
_LOCK = "articles.lock"


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, best first, and the words of the question to be marked in it."""

    hits: Sequence[Hit]
    words: tuple[str, ...]


class LawSearch:
    """Searches for pages and commands, with the words of the matcher's segmenter."""

    def __init__(self, texts: Texts, cache: Path, segmenter: LateSegmenter) -> None:
        self._texts = texts
        self._cache = cache
        self._lock = Lock()
        self._segmenter = segmenter
        self._index: ArticleIndex | None = None
        self._building: Thread | None = None

    def index(self) -> ArticleIndex:
        """The index; its first search builds it, which takes about half a minute."""
        with self._lock:
            if self._index is None:
                words = self._segmenter.get().words
                version = hashlib.sha256((_LEXICON / "words.yaml").read_bytes()).hexdigest()
                self._index = ArticleIndex(self._cache, self._texts, words, version)
            return self._index

    def find(self, question: str, day: date, most: int) -> Searched | None:
        """At most that many articles in force on a day; None while the index is being built."""
        index = self.index()
        if not index.is_built():
            self._build_beside(index)
            return None
        return Searched(index.search(question, day, most), self._words(question))

    def _words(self, question: str) -> tuple[str, ...]:
        """As they were written and by the name that laws have for them."""
        segmenter = self._segmenter.get()
        asked, written = segmenter.query(question), segmenter.content_words(question)
        return tuple(dict.fromkeys(word for word in (*asked.words, *written) if len(word) > 1))

    def _build_beside(self, index: ArticleIndex) -> None:
        with self._lock:
            if self._building is not None and self._building.is_alive():
                return
            self._building = Thread(target=self._build, args=(index,), daemon=True)
            self._building.start()

    def _build(self, index: ArticleIndex) -> None:
        """One process at a time; the others find the file when it is there."""
        try:
            with (self._cache / _LOCK).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                index.build()
        except BlockingIOError:
            return
        except Exception:  # the page says that it is not ready; the next search tries again
            log.exception("law_index_not_built")
