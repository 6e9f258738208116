"""Every spelling of a word ends up as one spelling."""

import builtins
import unicodedata
from collections.abc import Iterator

import pytest

from knowledge import normal
from knowledge.normal import normalise

NOBODYS = frozenset({"Cn", "Co"})
"""Code points that are no character, or whatever somebody likes."""


@pytest.fixture
def fresh_converter() -> Iterator[None]:
    normal._to_simplified.cache_clear()
    yield
    normal._to_simplified.cache_clear()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("他打我,怎麼辦?", "他打我,怎么办?"),
        ("ＪＩＵ　ＭＩＮＧ１１０", "jiu ming110"),
        ("救\u200b命\ufeff啊\u00ad", "救命啊"),
        ("  救 \t\r\n  命  ", "救 命"),
        ("不想活了。", "不想活了。"),
        ("拿刀\ufe0f", "拿刀"),
        ("Bu XIANG Huo Le", "bu xiang huo le"),
        ("\u202e他打我\u202c", "他打我"),
        ("坏\ud800字", "坏字"),
        ("", ""),
        ("\u200b \u3000\x00", ""),
    ],
)
def test_one_spelling(written: str, read: str) -> None:
    assert normalise(written) == read


def test_simplified_text_is_left_alone() -> None:
    text = "怎么办 什么时候 沈阳 里面 着火 干活 后来"
    assert normalise(text) == text


def test_twice_is_the_same_as_once_for_every_character() -> None:
    signs = [
        sign for code in range(0x110000) if unicodedata.category(sign := chr(code)) not in NOBODYS
    ]
    assert len(signs) > 140_000
    for sign in signs:
        once = normalise(sign)
        assert normalise(once) == once, hex(ord(sign))


@pytest.mark.parametrize(
    "text",
    [
        "e\u200b\u0301",
        "İSTANBUL",
        "ﬁ\u200d̈",
        "臺灣乾隆藉著瞭解",
        "ㄱ\u3164ㅏ",
        "A\u0345\u0301",
        "Å\u0327",
    ],
)
def test_twice_is_the_same_as_once_for_joined_signs(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFKC", once)


@pytest.mark.usefixtures("fresh_converter")
def test_without_the_converter_the_text_still_comes_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real_import = builtins.__import__

    def no_opencc(name: str, *args: object, **kwargs: object) -> object:
        if name == "opencc":
            raise OSError("libopencc.so: cannot open shared object file")
        return real_import(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", no_opencc)
    assert normalise("  救命，他打我 ") == "救命,他打我"
    assert normalise("他拿刀砍我們") == "他拿刀砍我們"
