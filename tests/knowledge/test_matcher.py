"""What a question finds: nothing that is only worded alike."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.evaluation import read_cases
from knowledge.library import Library
from knowledge.matcher import Matcher
from tests.dictionary import segmenter

TODAY = date(2026, 11, 23)
NEAR_MISSES = Path(__file__).parents[1] / "cases" / "near_misses_dev.jsonl"


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.over(Library.read(), segmenter())


def test_an_entry_is_found_by_a_word_of_law_wherever_the_question_names_one(
    matcher: Matcher,
) -> None:
    found = [matcher.find(case.text, TODAY) for case in read_cases(NEAR_MISSES)]
    matches = [match for one in found if one.about_law for match in one.matches]
    assert matches
    assert all(set(match.because) & matcher.segmenter.legal for match in matches)


def test_a_pension_is_not_found_under_child_support(matcher: Matcher) -> None:
    found = matcher.find("六十岁农村养老金一个月开多少", TODAY)
    assert "hunyin-fuyang-04" not in {match.entry for match in found.matches}


@pytest.mark.parametrize("text", ["抚养费一个月给多少", "老公在外欠的债，我要还吗"])
def test_a_title_finds_its_own_entry_first(matcher: Matcher, text: str) -> None:
    best = matcher.find(text, TODAY).matches[0]
    assert best.title == text
    assert best.confidence > 0.99
