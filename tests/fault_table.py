"""The fault table: for each fault what went in and out, what was lost or doubled, and why."""

from dataclasses import dataclass

HEADINGS = ("in", "kept", "refused", "answers", "out", "lost", "kept2", "shown2")
_WIDE = 30

REPEATED = "a push without its note is repeated (ADR 3)"
ONCE = "the same push is the same message"


@dataclass(frozen=True, slots=True)
class Row:
    """One fault. `refused`: the resident was told so, or shown the platform's own notice."""

    fault: str
    database: str
    messages: int
    kept: int
    refused: int
    answers: int
    out: int
    lost: int
    kept_twice: int
    shown_twice: int
    rule: str

    def line(self) -> str:
        """The row as it is printed."""
        counts = (self.messages, self.kept, self.refused, self.answers, self.out)
        bad = (self.lost, self.kept_twice, self.shown_twice)
        figures = "".join(f"{count:>8}" for count in counts + bad)
        return f"{self.fault:{_WIDE}} {self.database:11}{figures}  {self.rule}"


TABLE: list[Row] = []
"""The rows of this run, in the order in which they were found."""


def lines() -> list[str]:
    """The table as it stands, with its headings."""
    headings = "".join(f"{heading:>8}" for heading in HEADINGS)
    return [f"{'fault':{_WIDE}} {'database':11}{headings}  rule", *(row.line() for row in TABLE)]
