"""From what was found to what is done: the only thresholds in the house."""

from dataclasses import dataclass

from handlers.model import Answer, Clarify, Courtesy, Decision, Escalate, Reason, Smalltalk
from knowledge.matcher import Found


@dataclass(frozen=True, slots=True)
class Policy:
    """How sure is sure enough, in the matcher's confidence (0 to 1).

    At `answer_at` an entry is given, if it leads the next one by `clear_by`. From `ask_at` on
    it is offered as a choice, `most_choices` at a time, since a longer list is not read.
    `perhaps_at` is for a page, whose readers see the titles before they open one.
    """

    answer_at: float = 0.81
    clear_by: float = 0.15
    ask_at: float = 0.31
    perhaps_at: float = 0.15
    most_choices: int = 3


def decide(found: Found, question: str, policy: Policy) -> Decision:
    """Answer, ask back, hand to a person, or say that nothing was understood."""
    likely = tuple(match for match in found.matches if match.confidence >= policy.ask_at)
    if not likely:
        if found.about_law:
            return Escalate(Reason.UNKNOWN, question)
        return Smalltalk(Courtesy.UNCLEAR)
    best, *others = likely
    lead = best.confidence - others[0].confidence if others else 1.0
    if best.confidence >= policy.answer_at and lead >= policy.clear_by:
        return Answer(best, tuple(others[: policy.most_choices]))
    return Clarify(likely[: policy.most_choices])
