"""Figures of answers and of articles are compared in one spelling."""

import pytest

from knowledge.numbers import numbers_in, quantities
from knowledge.numerals import integer, short_article


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("六十日内", {"60日"}),
        ("60天", {"60日"}),
        ("百分之二十到三十", {"20%", "30%"}),
        ("20%-30%", {"20%", "30%"}),
        ("三成", {"30%"}),
        ("百分之三百", {"300%"}),
        ("万分之一点七五", {"1.75‱"}),
        ("三分之二以上", {"2/3"}),
        ("一半", {"1/2"}),
        ("三年以上十年以下", {"3年", "10年"}),
        ("三至五倍", {"3倍", "5倍"}),
        ("三、五日", {"3日", "5日"}),
        ("半年", {"6月"}),
        ("仨月", {"3月"}),
        ("三万五千元", {"35000元"}),
        ("1,500元", {"1500元"}),
        ("罚3.5万", {"35000元"}),
        ("三个工作日", {"3工作日"}),
        ("满十六周岁不满十八周岁", {"16岁", "18岁"}),
        ("二十四小时", {"24小时"}),
        ("2020年8月20日以前", {"2020-08-20"}),
        ("3月10日", {"03-10"}),
        ("第二百九十三条之一", set()),
        ("打12348或110", set()),
        ("上一年度的职工平均工资", set()),
        ("成立、成年、日历、万一、哪一天、第二天、一天多少钱、一块去", set()),
        ("一块钱，两块", {"1元", "2元"}),
        ("１８周岁，２０％", {"18岁", "20%"}),
    ],
)
def test_a_figure_has_one_spelling(text: str, spellings: set[str]) -> None:
    assert numbers_in(text) == spellings


def test_figures_keep_their_order_and_how_they_were_written() -> None:
    found = quantities("满一年补一个月，罚百分之二十")
    assert [quantity.written for quantity in found] == ["一年", "一个月", "百分之二十"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("一千零四十二", 1042), ("十", 10), ("二十", 20), ("一百零五", 105), ("二〇二六", 2026)),
        *(("三万五千", 35_000), ("一亿二千万", 120_000_000), ("3万", 30_000), ("两", 2)),
    ],
)
def test_a_number_is_read(written: str, value: int) -> None:
    assert integer(written) == value


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="几百"):
        integer("几百")


def test_an_article_gets_short_and_keeps_its_appendix() -> None:
    assert short_article("第一千零四十二条") == "第1042条"
    assert short_article("第二百九十三条之一") == "第293条之一"
