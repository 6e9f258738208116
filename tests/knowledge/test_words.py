"""The lexicon gives every way of saying a thing one name, and tells law from chat."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from knowledge.files import read_yaml
from knowledge.normal import normalise
from knowledge.text import Segmenter

_LEXICON = Path(__file__).parents[2] / "knowledge" / "content" / "lexicon"


@pytest.fixture(scope="module")
def lexicon() -> dict[str, Any]:
    return read_yaml(_LEXICON / "words.yaml")


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter.read(_LEXICON)


def _spoken(lexicon: dict[str, Any]) -> list[str]:
    return [str(word) for words in lexicon["same"].values() for word in words]


def test_every_word_stands_in_one_place_only(lexicon: dict[str, Any]) -> None:
    words = [*lexicon["same"], *_spoken(lexicon), *lexicon["terms"], *lexicon["stopwords"]]
    assert [word for word, times in Counter(map(str, words)).items() if times > 1] == []


def test_every_word_is_spelt_as_messages_are_after_normalising(lexicon: dict[str, Any]) -> None:
    words = [*lexicon["same"], *_spoken(lexicon), *lexicon["terms"], *lexicon["stopwords"]]
    assert [word for word in map(str, words) if normalise(word) != word] == []


def test_names_and_terms_are_cut_as_one_word(lexicon: dict[str, Any], segmenter: Segmenter) -> None:
    words = [*map(str, lexicon["terms"]), *map(str, lexicon["same"])]
    cut = {word: list(segmenter.cut(word)) for word in words}
    assert {word: parts for word, parts in cut.items() if parts != [word]} == {}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("前夫两年没给抚养费了", "抚养费"),
        ("对方交强险早就断了", "交强险"),
        ("老房场的宅基地让我二叔圈进去了", "宅基地"),
        ("外嫁女的那份还分不分", "外嫁女"),
        ("穷得交不起钱，想办法律援助", "法律援助"),
        ("去哪儿交劳动仲裁的材料", "劳动仲裁"),
        ("民政局说还有三十天冷静期", "离婚冷静期"),
        ("男方不同意这门亲事了，彩礼得退", "不同意"),
    ],
)
def test_a_legal_word_is_not_cut_apart_in_a_sentence(
    segmenter: Segmenter, text: str, word: str
) -> None:
    assert word in segmenter.query(text).words


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("抚养废", "抚养费"),
        ("压金", "押金"),
        ("房冬", "房东"),
        ("开发伤", "开发商"),
        ("起素", "起诉"),
        ("瞻养", "赡养"),
        ("采礼", "彩礼"),
        ("底保", "低保"),
        ("工钱", "工资"),
        ("血汗钱", "工资"),
        ("领工的", "包工头"),
        ("撵走", "辞退"),
        ("动迁", "拆迁"),
        ("房照", "房产证"),
        ("房场", "宅基地"),
        ("蹲笆篱子", "判刑"),
        ("耍钱", "赌博"),
        ("让人削", "打人"),
        ("打八刀", "离婚"),
        ("采光权", "挡光"),
        ("給我開除", "辞退"),
    ],
)
def test_dialect_misspelling_and_formal_speech_mean_the_same(
    segmenter: Segmenter, said: str, meant: str
) -> None:
    assert meant in segmenter.query(said).words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("包工头", "用人单位"),
        ("借条", "欠条"),
        ("定金", "订金"),
        ("劳动合同", "劳务合同"),
        ("刑事拘留", "行政拘留"),
        ("赡养费", "抚养费"),
        ("酒驾", "醉驾"),
        ("土地证", "房产证"),
        ("房租", "租金"),
    ],
)
def test_words_with_different_answers_stay_apart(
    segmenter: Segmenter, one: str, other: str
) -> None:
    assert not set(segmenter.query(one).words) & set(segmenter.query(other).words)


@pytest.mark.parametrize(
    "text",
    [
        "俺家地边让老李家犁过来两垄，找村委会也不管",
        "小工子干完活老板压着工钱不放",
        "孩子他爸喝完酒把我打了，想离婚",
        "闺女让车刮了，司机不给拿医药费",
        "集上买的除草剂把苗全药死了，找谁赔",
        "老人没了，哥几个为遗产吵起来",
        "网上认识的人让我刷单，被骗六千",
        "物业不干活还要物业费",
        "当兵回来安置费上哪领",
        "儿子在学校让同学打，校园霸凌学校不吱声",
        "派出所罚我款，想复议",
    ],
)
def test_a_trouble_told_in_plain_words_is_about_law(segmenter: Segmenter, text: str) -> None:
    assert segmenter.words_of_law(segmenter.query(text))


@pytest.mark.parametrize(
    "text",
    [
        "吃饭没呢，今儿个包饺子",
        "明天赶集去不",
        "今年黄豆收成挺好",
        "给我打电话吧，微信没看见",
        "孩子放学了，我去接一下",
        "我告诉你个好消息",
        "他不离开沈阳，过年也不回来",
        "报告老师我来晚了",
        "一大包瓜子都磕完了",
        "谢谢小梅，祝你工作顺利",
        "广场那边新开个超市",
        "哈哈哈哈",
        "咋整啊",
        "律师你好，请问一下",
        "7788",
    ],
)
def test_chat_is_not_about_law(segmenter: Segmenter, text: str) -> None:
    assert not segmenter.words_of_law(segmenter.query(text))


@pytest.mark.parametrize("text", ["请问怎么办", "你好，俺想问一下咋整", "律师您好，在吗"])
def test_politeness_and_fillers_leave_no_words(segmenter: Segmenter, text: str) -> None:
    assert segmenter.query(text).words == {}
