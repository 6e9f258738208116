"""Articles that people ask for by number: thirty spellings, names that are no names, days."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.library import CONTENT
from knowledge.statutes.lookup import Asked, Fault, LookUps, Phrasing
from knowledge.statutes.naming import Names, doubled_names
from knowledge.statutes.register import Register
from knowledge.statutes.texts import Article, Texts
from tests.knowledge.lawbooks import DOGS, NEW, NEW_TEXT, OLD, OLD_TEXT, TODAY, Lawbook

STATE = "中华人民共和国"
CODE, LABOUR, CRIME = f"{STATE}民法典", f"{STATE}劳动合同法", f"{STATE}刑法"
DISPUTES, COURT = f"{STATE}劳动争议调解仲裁法", "最高人民法院"
PHRASING = Phrasing.read(CONTENT / "lexicon" / "lookup.yaml")

SPELLINGS = [
    ("民法典1042条", CODE, "第一千零四十二条"),
    ("民法典第1042条", CODE, "第一千零四十二条"),
    ("民法典第一千零四十二条", CODE, "第一千零四十二条"),
    ("民法典１０４２条", CODE, "第一千零四十二条"),
    ("民法典 第 1042 条", CODE, "第一千零四十二条"),
    ("民法典一千〇四十二条", CODE, "第一千零四十二条"),
    ("民法典1042", CODE, "第一千零四十二条"),
    ("《民法典》第1042条", CODE, "第一千零四十二条"),
    ("《中华人民共和国民法典》第一千零四十二条", CODE, "第一千零四十二条"),
    ("中华人民共和国民法典第1042条", CODE, "第一千零四十二条"),
    ("〈民法典〉第1042条。", CODE, "第一千零四十二条"),
    ("请问民法典里第1042条是啥？", CODE, "第一千零四十二条"),
    ("民法典的第1042条", CODE, "第一千零四十二条"),
    ("劳动合同法第四十七条怎么规定", LABOUR, "第四十七条"),
    ("劳动合同法第四十七条怎么规定的？", LABOUR, "第四十七条"),
    ("劳动合同法47条咋规定的", LABOUR, "第四十七条"),
    ("劳动合同法四十七条", LABOUR, "第四十七条"),
    ("查一下劳动合同法第47条", LABOUR, "第四十七条"),
    ("帮我查查《劳动合同法》第47条的内容", LABOUR, "第四十七条"),
    ("劳动合同法第四十七条第二款", LABOUR, "第四十七条"),
    ("劳动合同法第三十八条第一款第二项", LABOUR, "第三十八条"),
    ("劳动合同法（2012修正）第47条", LABOUR, "第四十七条"),
    ("根据劳动合同法第47条", LABOUR, "第四十七条"),
    ("刑法第一百三十三条之一", CRIME, "第一百三十三条之一"),
    ("刑法133条之一是什么", CRIME, "第一百三十三条之一"),
    ("刑法第133条之1", CRIME, "第一百三十三条之一"),
    ("刑法第287条之二什么意思", CRIME, "第二百八十七条之二"),
    ("劳动仲裁法第27条", DISPUTES, "第二十七条"),
    ("劳动争议调解仲裁法27条", DISPUTES, "第二十七条"),
    ("仲裁法第27条", f"{STATE}仲裁法", "第二十七条"),
    ("消法第五十五条", f"{STATE}消费者权益保护法", "第五十五条"),
    (
        "劳动争议司法解释（二）第六条",
        f"{COURT}关于审理劳动争议案件适用法律问题的解释（二）",
        "第六条",
    ),
    (
        "最高人民法院关于适用〈民法典〉婚姻家庭编的解释(一)第5条",
        f"{COURT}关于适用《{STATE}民法典》婚姻家庭编的解释（一）",
        "第五条",
    ),
]


@pytest.fixture(scope="module")
def lookups() -> LookUps:
    register = Register.read(CONTENT / "statutes")
    return LookUps(register, Names.of(register), Texts(register, []), PHRASING)


@pytest.mark.parametrize(("text", "title", "number"), SPELLINGS)
def test_an_article_is_understood_in_any_spelling(
    lookups: LookUps, text: str, title: str, number: str
) -> None:
    asked = lookups.asked(text)
    assert asked is not None
    assert (asked.title, asked.number) == (title, number)


@pytest.mark.parametrize(
    "text",
    [
        "老板拖欠工资，按劳动合同法第30条能告吗",
        "劳动合同法第四十七条，我干了三年能拿多少",
        "劳动法第一条和第二条",
        "我家有2条狗",
        "欠条",
        "民法典",
        "合同法",
        "10001",
        "110",
        "第三条",
        "借条1042条",
        "民法典第0条",
    ],
)
def test_a_question_is_no_look_up(lookups: LookUps, text: str) -> None:
    assert lookups.asked(text) is None


@pytest.mark.parametrize(
    "name", ["劳动仲裁保护法", "劳动争议仲裁调解法", "仲裁", "民典法", "婚姻登记法"]
)
def test_only_titles_and_listed_names_name_a_law(lookups: LookUps, name: str) -> None:
    assert lookups.names.title(name) is None


def test_an_unknown_law_gets_its_nearest_titles(lookups: LookUps) -> None:
    asked = lookups.asked("《劳动仲裁保护法》第三条")
    assert asked is not None
    looked = lookups.show(asked, TODAY)
    assert looked.fault is Fault.NO_LAW
    assert looked.nearest[0] == DISPUTES


def test_no_listed_name_means_two_laws() -> None:
    assert list(doubled_names(Register.read(CONTENT / "statutes"))) == []


@pytest.fixture
def dogs(tmp_path: Path) -> LookUps:
    book = Lawbook.at(tmp_path, OLD, NEW)
    book.bring(OLD, OLD_TEXT)
    book.bring(NEW, NEW_TEXT)
    texts = book.texts()
    return LookUps(texts.register, Names.of(texts.register), texts, PHRASING)


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2026, 12, 31), OLD_TEXT[2]), (date(2027, 1, 1), NEW_TEXT[2])],
)
def test_the_text_is_that_in_force_on_the_day(dogs: LookUps, day: date, text: str) -> None:
    looked = dogs.show(Asked("狗法", DOGS, "第二条"), day)
    assert isinstance(looked.article, Article)
    assert looked.article.text == text


@pytest.mark.parametrize(
    ("number", "day", "fault"),
    [
        ("第二条", date(2009, 12, 31), Fault.NOT_YET),
        ("第九条", TODAY, Fault.NO_ARTICLE),
    ],
)
def test_what_cannot_be_shown_says_why(dogs: LookUps, number: str, day: date, fault: Fault) -> None:
    looked = dogs.show(Asked("狗法", DOGS, number), day)
    assert (looked.article, looked.fault) == (None, fault)


@pytest.mark.parametrize(
    ("text", "day", "fault"),
    [
        ("婚姻法第46条", TODAY, Fault.NO_LONGER),
        ("医疗保障法第3条", date(2026, 12, 31), Fault.NOT_YET),
        ("医疗保障法第3条", date(2027, 1, 1), Fault.NO_TEXT),
        ("律师法第3条", TODAY, Fault.NO_TEXT),
        ("刑法第165条", TODAY, Fault.NO_TEXT),
    ],
)
def test_repealed_and_future_laws_are_told_apart_without_a_text(
    lookups: LookUps, text: str, day: date, fault: Fault
) -> None:
    asked = lookups.asked(text)
    assert asked is not None
    assert lookups.show(asked, day).fault is fault
