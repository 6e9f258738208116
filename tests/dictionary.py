"""One segmenter for all tests of a process: reading jieba's dictionary takes longer than most."""

from functools import cache

from knowledge.library import CONTENT
from knowledge.text import Segmenter

LEXICON = CONTENT / "lexicon"


@cache
def segmenter() -> Segmenter:
    """The service's own; nobody changes it."""
    return Segmenter.read(LEXICON)
