"""The matcher, built when it is first needed: commands and the worker start without it."""

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


class LateMatcher:
    """A Finder over a library. Building takes about a second, and is tried once."""

    def __init__(self, library: Library, cache: Path) -> None:
        self._library = library
        self._cache = cache
        self._lock = Lock()
        self._built: Matcher | None = None
        self._failed = False

    def find(self, text: str, day: date) -> Found:
        """As Finder. Raises NoMatcherError if the matcher cannot be built."""
        self.warm_up()
        if self._built is None:
            raise NoMatcherError
        return self._built.find(text, day)

    def warm_up(self) -> None:
        """Builds the matcher if it is not built yet; a failure is logged, not raised."""
        with self._lock:
            if self._built is not None or self._failed:
                return
            try:
                segmenter = Segmenter.read(CONTENT / "lexicon", self._cache)
                self._built = Matcher.over(self._library, segmenter)
            except Exception:  # danger screen and desk must work without an index
                self._failed = True
                log.exception("matcher_not_ready")
