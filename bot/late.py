"""Segmenter and matcher, built when they are first needed: most commands start without them."""

import logging
from datetime import date
from pathlib import Path
from threading import Lock

from knowledge.library import CONTENT, Library
from knowledge.matcher import Found, Matcher
from knowledge.text import Segmenter

log = logging.getLogger(__name__)


class NoMatcherError(RuntimeError):
    """The matcher could not be built; every question goes to people."""


class LateSegmenter:
    """The segmenter of a process: jieba's dictionary is a hundred megabytes, and loaded once."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._lock = Lock()
        self._read: Segmenter | None = None

    def get(self) -> Segmenter:
        """The segmenter, read by whoever asks first. Raises what reading raises, every time."""
        with self._lock:
            if self._read is None:
                self._read = Segmenter.read(CONTENT / "lexicon", self._cache)
            return self._read


class LateMatcher:
    """A Finder over a library. Building takes about a second, and is tried once."""

    def __init__(
        self, library: Library, segmenter: LateSegmenter, before: "LateMatcher | None" = None
    ) -> None:
        """`before`, of the edition before this one, lends what it has built already."""
        self._library = library
        self._segmenter = segmenter
        self._lock = Lock()
        self._failed = False
        lent = before.built if before else None
        self.built: Matcher | None = lent.over_another(library) if lent else None

    def find(self, text: str, day: date) -> Found:
        """As Finder. Raises NoMatcherError if the matcher cannot be built."""
        self.warm_up()
        if self.built is None:
            raise NoMatcherError
        return self.built.find(text, day)

    def warm_up(self) -> None:
        """Builds the matcher if it is not built yet; a failure is logged, not raised."""
        with self._lock:
            if self.built is not None or self._failed:
                return
            try:
                self.built = Matcher.over(self._library, self._segmenter.get())
            except Exception:  # danger screen and desk must work without an index
                self._failed = True
                log.exception("matcher_not_ready")
