"""Patterns of words: what they find, where they stop, and what they cost."""

import time

import pytest

from knowledge.patterns import PatternError, Vocabulary


def found(pattern: str, text: str) -> tuple[str, ...] | None:
    groups = {"打": ["打", "揍", "暴打"], "我": ["我", "俺"]}
    vocabulary = Vocabulary(groups, harmless=["打官司", "笑死"], usual_gap=6)
    rule = vocabulary.pattern(pattern)
    return rule.found_in(vocabulary.mark(text))


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("打我", "他打我了", ("打我",)),
        ("[打][我]", "他揍俺", ("揍", "俺")),
        ("[打] [我]", "他揍完又来找俺", ("揍", "俺")),
        ("{砍|捅} ~2 人", "有人要捅别人", ("捅", "人")),
        ("[打]{了|}[我]", "他打我", ("打", "我")),
        ("[打]{了|}[我]", "他打了我", ("打", "了", "我")),
        ("[打] & 刀", "桌上有刀，他又打人", ("打", "刀")),
        ("(前无:没|不)[打] [我]", "昨天没打，今天打我", ("打", "我")),
        ("[打](后无:工)", "他在打工，回来就打", ("打",)),
        ("(开头)救命(结尾)", "救命", ("救命",)),
        ("[打] ~9 [我] ~2 {脸|头}", "他揍了我的脸", ("揍", "我", "脸")),
    ],
)
def test_a_pattern_finds_its_words(pattern: str, text: str, words: tuple[str, ...]) -> None:
    assert found(pattern, text) == words


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("打我", "打了我"),
        ("[打] [我]", "打完以后过了很久才来找我"),
        ("[打] ~2 [我]", "打完了就找我"),
        ("[我] [打]", "打我"),
        ("[打] & 刀", "他打人"),
        ("(前无:没)[打]", "没打"),
        ("[打](后无:工|球)", "打工打球"),
        ("(开头)救命", "喊救命"),
        ("救命(结尾)", "救命稻草"),
        ("[打]", ""),
    ],
)
def test_a_pattern_stops_where_it_says(pattern: str, text: str) -> None:
    assert found(pattern, text) is None


def test_a_word_inside_a_harmless_expression_is_not_seen() -> None:
    assert found("[打]", "我要打官司") is None
    assert found("死", "笑死我了") is None


def test_a_word_that_holds_the_harmless_expression_is_seen() -> None:
    assert found("打官司的", "打官司的来了") == ("打官司的",)


def test_a_word_beside_a_harmless_expression_is_seen() -> None:
    assert found("[打][我]", "他打我，我要打官司") == ("打", "我")


@pytest.mark.parametrize(
    "pattern",
    ["[没有这组]", "打[", "{打|}", "(前无:打)", "打 & ", "{打||揍}", "~3", "(中间)打", ""],
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        found(pattern, "打")


def test_a_hostile_text_costs_little() -> None:
    started = time.thread_time()
    found("[打] ~29 [我] ~29 [打] ~29 [我] ~29 [打] ~29 刀", "打我" * 1000)
    assert time.thread_time() - started < 0.5
