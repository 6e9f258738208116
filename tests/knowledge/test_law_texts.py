"""Texts of laws: numbers of articles, pages cut into articles, which version a text is."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from knowledge.library import CONTENT
from knowledge.statutes.arrivals import RefusedError, Why, keep, receive
from knowledge.statutes.layout import clean, read_law
from knowledge.statutes.numbering import article_number, chinese, integer, order
from knowledge.statutes.register import Register
from knowledge.statutes.sources import InstalledLaws, TextFolder
from knowledge.statutes.texts import Article, Carried, Corrections, Lack, Texts
from tests.knowledge.lawbooks import DOGS, NEW, NEW_TEXT, OLD, OLD_TEXT, Lawbook, law_file


def test_every_number_up_to_9999_is_written_and_read_back() -> None:
    assert all(integer(chinese(number)) == number for number in range(1, 10_000))
    assert [chinese(n) for n in (10, 110, 1005, 1010, 1260)] == [
        "十",
        "一百一十",
        "一千零五",
        "一千零一十",
        "一千二百六十",
    ]


@pytest.mark.parametrize(
    ("spelling", "article"),
    [
        ("47", "第四十七条"),
        ("第４７条", "第四十七条"),
        ("四十七", "第四十七条"),
        ("一千〇四十二条", "第一千零四十二条"),
        ("一零四二", "第一千零四十二条"),
        ("133条之1", "第一百三十三条之一"),
        ("第一百三十三条之一", "第一百三十三条之一"),
        ("133-1", "第一百三十三条之一"),
        ("0", None),
        ("第条", None),
        ("四十七章", None),
    ],
)
def test_an_article_has_one_spelling(spelling: str, article: str | None) -> None:
    assert article_number(spelling) == article


def test_an_inserted_article_stands_between_its_neighbours() -> None:
    articles = ["第十八条", "第十七条之一", "第十七条"]
    assert sorted(articles, key=order) == ["第十七条", "第十七条之一", "第十八条"]


PAGE = """---
title: x
---
# 养狗法

2009年5月1日全国人民代表大会通过　自2010年1月1日起施行

目　录
第一章　总则

## 第一章　总　则

**第一条**　养狗要拴绳。

绳长不超过二米。
— 3 —
第二条 狗咬人的，按照
第一条的规定处理。第二章　罚则

第二条之一　第三条规定的除外。
第三条规定的狗，是大狗。

附　则

第三条　本法自2010年1月1日起施行。
"""


def test_a_page_is_cut_into_articles_without_what_stands_around_them() -> None:
    read = read_law(PAGE)
    assert read.title == "养狗法"
    assert read.days == (date(2009, 5, 1),), "the first day in force is no day of adoption"
    assert read.articles == {
        "第一条": "养狗要拴绳。\n绳长不超过二米。",
        "第二条": "狗咬人的，按照\n第一条的规定处理。",
        "第二条之一": "第三条规定的除外。\n第三条规定的狗，是大狗。",
        "第三条": "本法自2010年1月1日起施行。",
    }


def test_articles_without_a_space_after_their_number_are_found_in_their_order() -> None:
    read = read_law(
        "养狗法\n第一条养狗要拴绳。\n第二条的狗除外。\n第二条狗咬人的，赔。\n第九条见下。"
    )
    assert list(read.articles) == ["第一条", "第二条"]


@pytest.mark.parametrize(
    ("glued", "article"),
    [
        ("应当赔偿。第二章　罚则", "应当赔偿。"),
        ("应当赔偿。\n第二编　物权　第一分编　通则　第一章　一般规定", "应当赔偿。"),
        ("应当赔偿。第三节 养狗", "应当赔偿。"),
        ("适用本法第二章的规定。", "适用本法第二章的规定。"),
    ],
)
def test_a_glued_heading_is_taken_off(glued: str, article: str) -> None:
    assert clean(glued) == article


@pytest.fixture
def book(tmp_path: Path) -> Lawbook:
    book = Lawbook.at(tmp_path, OLD, NEW)
    book.bring(OLD, OLD_TEXT)
    return book


def test_the_register_alone_says_which_version_a_text_is(book: Lawbook) -> None:
    texts = book.texts()
    old, new = texts.register.versions(DOGS)
    found = texts.article(old, "第二条")
    assert isinstance(found, Article)
    assert found.text == OLD_TEXT[2]
    assert found.source == "养狗法(2009-05-01)"
    assert texts.article(new, "第二条") is Lack.NO_TEXT
    assert texts.article(old, "第九条") is Lack.NO_ARTICLE
    assert texts.versions() == [old]


def test_an_article_that_a_text_ought_to_have_is_not_denied(tmp_path: Path) -> None:
    book = Lawbook.at(tmp_path, OLD)
    book.bring(OLD, {1: OLD_TEXT[1], 3: OLD_TEXT[3]})
    (version,) = book.texts().register.versions(DOGS)
    assert book.texts().article(version, "第二条") is Lack.UNUSABLE


def test_a_version_without_a_text_takes_another_but_for_what_was_amended(book: Lawbook) -> None:
    carried = {(DOGS, NEW): Carried(OLD, frozenset({"第二条"}))}
    texts = book.texts(Corrections({}, carried))
    _, new = texts.register.versions(DOGS)
    first = texts.article(new, "第一条")
    assert isinstance(first, Article)
    assert (first.text, first.version) == (OLD_TEXT[1], new)
    assert texts.article(new, "第二条") is Lack.UNUSABLE
    assert new in texts.versions()


def test_a_text_that_is_put_there_later_is_found(book: Lawbook) -> None:
    texts = book.texts()
    _, new = texts.register.versions(DOGS)
    assert texts.article(new, "第三条") is Lack.NO_TEXT
    arrival = receive(law_file(DOGS, NEW, NEW_TEXT), "x", texts.register)
    keep(arrival, book.texts_folder)
    texts.forget()
    found = texts.article(new, "第三条")
    assert isinstance(found, Article)
    assert found.text == NEW_TEXT[3]


def test_bringing_a_text_again_replaces_it(book: Lawbook) -> None:
    register = book.texts().register
    for _ in range(2):
        path = keep(receive(law_file(DOGS, NEW, NEW_TEXT), "x", register), book.texts_folder)
    assert path.name == f"{DOGS}(2026-06-01).md"
    assert len(list(book.texts_folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("养狗法\n没有条文", Why.NO_ARTICLES),
        (law_file("中华人民共和国养猫法", OLD, OLD_TEXT), Why.UNKNOWN_LAW),
        (law_file(DOGS, date(2015, 1, 1), OLD_TEXT), Why.UNKNOWN_VERSION),
        (law_file(DOGS, OLD, {1: "养狗要拴绳。"}), Why.NOT_WHOLE),
    ],
)
def test_what_the_register_does_not_know_is_refused(book: Lawbook, text: str, why: Why) -> None:
    with pytest.raises(RefusedError) as refused:
        receive(text, "file", book.texts().register)
    assert refused.value.why is why


def test_a_text_without_days_can_be_named_by_hand(book: Lawbook) -> None:
    text = "养狗法\n" + "\n".join(f"第{n}条　{told}" for n, told in OLD_TEXT.items())
    register = book.texts().register
    with pytest.raises(RefusedError):
        receive(text, "file", register)
    assert receive(text, "file", register, law="狗法", adopted=OLD).version.adopted == OLD


def test_the_installed_collection_is_read_by_title_and_day_whatever_it_says_is_in_force(
    tmp_path: Path, book: Lawbook
) -> None:
    file = tmp_path / "laws.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE laws (law_id, law_name, version_date, status, effective_date)")
        made.execute("CREATE TABLE articles (id, law_id, article_no, article_text)")
        made.execute(
            "INSERT INTO laws VALUES ('a', ?, '2026-06-01', '已废止', '1999-01-01')", (DOGS,)
        )
        made.execute("INSERT INTO articles VALUES (1, 'a', '第一条', '新。第二章　罚则')")
    made.close()
    register = Register.read(book.statutes)
    texts = Texts(register, [InstalledLaws(file)])
    old, new = register.versions(DOGS)
    assert texts.article(old, "第一条") is Lack.NO_TEXT
    found = texts.article(new, "第一条")
    assert isinstance(found, Article)
    assert found.text == "新。"


def test_the_first_source_is_believed_and_the_next_fills_its_gaps(tmp_path: Path) -> None:
    book = Lawbook.at(tmp_path, OLD)
    register = Register.read(book.statutes)
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, articles in ((one, {1: "甲。", 3: "丙。"}), (other, OLD_TEXT)):
        folder.mkdir()
        (folder / "养狗法(2009-05-01).md").write_text(law_file(DOGS, OLD, articles), "utf-8")
    texts = Texts(register, [TextFolder(one, register), TextFolder(other, register)])
    told = {n: one.text for n, one in texts.articles(register.versions(DOGS)[0]).items()}
    assert told == {"第一条": "甲。", "第二条": OLD_TEXT[2], "第三条": "丙。"}


def test_the_corrections_of_the_criminal_code_are_known() -> None:
    corrections = Corrections.read(CONTENT / "statutes" / "texts.yaml")
    register = Register.read(CONTENT / "statutes")
    code = register.in_force("中华人民共和国刑法", date(2026, 11, 23))
    assert code is not None
    unusable = corrections.carried[code.title, code.adopted].unusable
    assert len(unusable) == 7
    assert "第一百六十五条" in unusable
