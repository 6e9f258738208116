"""Whatever cites, in one shape: for which day it was read, how long it is used, what words name."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.citing import Citing, CitingKind, of_deadlines, of_parameters, of_register
from knowledge.deadlines.table import DeadlineTable
from knowledge.entry import Citation
from knowledge.errors import ContentError
from knowledge.library import CONTENT, Library
from knowledge.parameters import Parameters
from knowledge.statutes.mentions import mentions
from knowledge.statutes.naming import Names
from knowledge.statutes.register import Register

RETIREMENT = Citation("国务院关于渐进式延迟法定退休年龄的办法", "第二条")
STATE = "中华人民共和国"
NAMES = Names.of(Register.read(CONTENT / "statutes"))


def days(one: Citing) -> tuple[date, date, date, date | None]:
    return one.read_for, one.last_day, one.begins, one.ends


def test_each_value_of_a_figure_was_read_for_its_own_day() -> None:
    figures = list(of_parameters(Parameters.read(CONTENT / "parameters")))
    eleven, thirteen = (one for one in figures if one.id == "cn.holidays_a_year")
    looked_up = date(2026, 11, 23)
    over = date(2024, 12, 31)
    assert days(eleven) == (over, over, date(2014, 1, 1), over)
    assert days(thirteen) == (looked_up, date.max, date(2025, 1, 1), None)
    coming = [one for one in figures if one.id == "cn.pension_years"][1]
    assert coming.citations == (RETIREMENT,)
    assert days(coming) == (looked_up, date(2030, 12, 31), date(2030, 1, 1), date(2030, 12, 31))


def test_a_figure_without_a_value_rests_on_articles_too() -> None:
    figures = of_parameters(Parameters.read(CONTENT / "parameters"))
    (land,) = (one for one in figures if one.id == "jl.land_price")
    assert land.citations == (Citation(f"{STATE}土地管理法", "第四十八条"),)
    assert land.used_on(date(2026, 11, 23))


def test_a_figure_that_cites_needs_the_day_for_which_it_was_read(tmp_path: Path) -> None:
    row = "{key: k, name: n, unit: 元, region: 全国, without: w, values: [],"
    row += " citations: [{law: 甲法, article: 第一条}]}"
    (tmp_path / "some.yaml").write_text(f"parameters:\n  - {row}\n", "utf-8")
    with pytest.raises(ContentError, match="read_for"):
        Parameters.read(tmp_path)


def test_a_deadline_for_the_law_to_come_was_read_for_its_first_day(tmp_path: Path) -> None:
    given = (CONTENT / "deadlines.yaml").read_text("utf-8")
    first, second = "  - id: shixiao\n", "  - id: shixiao-zuichang\n"
    given = given.replace(first, f"{first}    valid_until: 2026-12-31\n")
    given = given.replace(second, f"{second}    valid_from: 2027-01-01\n")
    (tmp_path / "deadlines.yaml").write_text(given, "utf-8")
    (tmp_path / "holidays.yaml").write_text("years: []\n", "utf-8")
    reckoning, ended, begins, plain, *_ = of_deadlines(DeadlineTable.read(tmp_path))
    read, again = date(2026, 11, 23), date(2027, 5, 23)
    assert (reckoning.id, days(reckoning)) == ("reckoning", (read, again, date.min, None))
    assert days(ended) == (read, date(2026, 12, 31), date.min, date(2026, 12, 31))
    assert days(begins) == (date(2027, 1, 1), again, date(2027, 1, 1), None)
    assert days(plain) == (read, again, date.min, None)
    assert not ended.used_on(date(2027, 1, 1))


def test_a_repeal_was_read_for_the_day_on_which_it_took_effect() -> None:
    repeals = {one.id: one for one in of_register(Register.read(CONTENT / "statutes"))}
    marriage, noise = repeals[f"{STATE}婚姻法"], repeals[f"{STATE}噪声污染防治法"]
    assert marriage.citations == (Citation(f"{STATE}民法典", "第一千二百六十条"),)
    assert (marriage.read_for, noise.read_for) == (date(2021, 1, 1), date(2026, 8, 15))


def test_everything_that_cites_is_there() -> None:
    kinds = [one.kind for one in Library.read().citing()]
    assert kinds.count(CitingKind.DEADLINE) == 117, "116 and the counting itself"
    assert kinds.count(CitingKind.REPEAL) == 19
    assert kinds.count(CitingKind.FIGURE) >= 28
    assert kinds.count(CitingKind.ENTRY) >= 60


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("催要过会重新算（民法典第一百九十五条）。", [("民法典", "第一百九十五条")]),
        ("《民法典》第1260条", [("民法典", "第一千二百六十条")]),
        ("民法典第二百零一条、第二百零三条和民事诉讼法第八十五条",
         [("民法典", "第二百零一条"), ("民法典", "第二百零三条"), ("民事诉讼法", "第八十五条")]),
        ("全国年节及纪念日放假办法（2024-11-10 修订）第二条各项相加",
         [("全国年节及纪念日放假办法", "第二条")]),
        ("劳动争议调解仲裁法第二十七条第一款", [("劳动争议调解仲裁法", "第二十七条")]),
        ("刑法第二百八十七条之二", [("刑法", "第二百八十七条之二")]),
        ("第一百一十二条第五项说明是工作日", [("", "第一百一十二条")]),
        ("养狗法第三条", [("", "第三条")]),
        ("没有点名", []),
    ],
)  # fmt: skip
def test_an_article_that_words_name_is_recognised(words: str, named: list[tuple[str, str]]) -> None:
    found = [(one.title.removeprefix(STATE), one.article) for one in mentions(words, NAMES)]
    assert found == named
