"""jieba's two editions: whichever is there, a text has the same words."""

import sys

import jieba
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import CONTENT, Library
from knowledge.normal import normalise
from knowledge.text import Segmenter
from tests.dictionary import LEXICON, segmenter

pytest.importorskip("rjieba")  # not built for every machine

SIGNS = (
    "房东不退押金怎么办打官司离婚孩子归谁的了吗，。？：…—日本の한〇①🙂½é"
    "abXY019+#&.%-_/\\@!()~^*=<>|$ \n"
)
"""What people type, and what the editions could read differently."""


@pytest.fixture(scope="module")
def in_python() -> Segmenter:
    patched = pytest.MonkeyPatch()
    patched.setitem(sys.modules, "rjieba", None)
    try:
        return Segmenter.read(LEXICON)
    finally:
        patched.undo()


def test_without_the_one_the_other_cuts(in_python: Segmenter) -> None:
    assert isinstance(getattr(in_python.cut, "__self__", None), jieba.Tokenizer)
    assert not isinstance(getattr(segmenter().cut, "__self__", None), jieba.Tokenizer)


def test_both_cut_every_wording_alike(in_python: Segmenter) -> None:
    wordings = [
        normalise(wording)
        for entry in Library.read(CONTENT).entries.values()
        for wording in entry.ways_to_ask
    ]
    assert len(wordings) > 500
    different = [w for w in wordings if segmenter().words(w) != in_python.words(w)]
    assert different == []


@given(st.text(SIGNS, max_size=30))
def test_both_find_the_same_words_in_any_text(in_python: Segmenter, text: str) -> None:
    plain = normalise(text)
    assert segmenter().words(plain) == in_python.words(plain)
    assert segmenter().content_words(text) == in_python.content_words(text)


def test_both_weigh_words_alike(in_python: Segmenter) -> None:
    text = "房东不退押金怎么办，5-6天了"
    assert segmenter().query(text) == in_python.query(text)
