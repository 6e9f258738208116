"""How sure is sure enough."""

import pytest

from handlers.decide import Policy, decide
from handlers.model import Answer, Clarify, Courtesy, Decision, Escalate, Reason, Smalltalk
from knowledge.entry import EntryId, TopicId
from knowledge.matcher import Found, Match

POLICY = Policy(answer_at=0.6, clear_by=0.15, ask_at=0.35, most_choices=3)


def found(*confidences: float, about_law: bool = True) -> Found:
    matches = tuple(
        Match(EntryId(f"e{n}"), TopicId("t"), "题", c, ()) for n, c in enumerate(confidences)
    )
    return Found(matches, about_law)


def decided(*confidences: float, about_law: bool = True) -> Decision:
    return decide(found(*confidences, about_law=about_law), "问", POLICY)


def test_a_sure_match_answers() -> None:
    decision = decided(0.9, 0.3)
    assert isinstance(decision, Answer)
    assert decision.match.entry == "e0"


def test_a_close_race_is_a_question_back() -> None:
    decision = decided(0.9, 0.8)
    assert isinstance(decision, Clarify)
    assert [match.entry for match in decision.choices] == ["e0", "e1"]


def test_a_half_sure_match_is_a_question_back() -> None:
    assert isinstance(decided(0.5), Clarify)


def test_at_most_three_choices_are_offered() -> None:
    decision = decided(0.5, 0.5, 0.45, 0.4, 0.4)
    assert isinstance(decision, Clarify)
    assert len(decision.choices) == 3


@pytest.mark.parametrize("confidences", [(), (0.2, 0.1)])
def test_a_legal_question_without_a_match_goes_to_a_person(confidences: tuple[float]) -> None:
    decision = decided(*confidences)
    assert isinstance(decision, Escalate)
    assert decision.reason is Reason.UNKNOWN


def test_small_talk_without_a_match_is_asked_for_other_words() -> None:
    assert decided(about_law=False) == Smalltalk(Courtesy.UNCLEAR)


def test_a_threshold_of_zero_is_a_threshold() -> None:
    assert isinstance(decide(found(0.0), "问", Policy(answer_at=0.0, ask_at=0.0)), Answer)
