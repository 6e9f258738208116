"""Labelled questions, and how what they get compares with what they should."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NOT_ANSWER = "not-answer"
"""Anything but an entry is right: ask back, hand over, small talk, an emergency."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what it should get: an entry's id, a decision's name, or NOT_ANSWER."""

    id: str
    text: str
    expect: str

    def is_met_by(self, decision: str, entry: str | None) -> bool:
        """Whether the outcome is the expected one."""
        if self.expect == NOT_ANSWER:
            return decision != "answer"
        return self.expect in (entry, decision)


def read_cases(path: Path) -> list[Case]:
    """The cases of a file with one JSON object a line. Raises KeyError or ValueError."""
    rows = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [Case(str(row["id"]), row["text"], row["expect"]) for row in rows]


def tally(outcomes: Iterable[tuple[Case, str, str | None]]) -> dict[str, int]:
    """How many cases were met, and what the others got instead; `WRONG` is a false answer."""
    counts: Counter[str] = Counter()
    for case, decision, entry in outcomes:
        if case.is_met_by(decision, entry):
            counts["right"] += 1
        else:
            counts["WRONG" if decision == "answer" else decision] += 1
    return dict(counts)
