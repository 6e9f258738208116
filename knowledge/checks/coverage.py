"""The plan's rows: each is an entry, merged into one, handed over to people, or not yet written."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from knowledge.checks.fault import Fault, fault
from knowledge.complaints import complaint
from knowledge.entry import Entry, Status
from knowledge.rows import read_rows

_ROW = re.compile(r"^(.*\bid: ([\w-]+),.*\bstate: )\w+", re.MULTILINE)


class Coverage(StrEnum):
    """What became of a row of the plan."""

    ENTRY = "entry"
    MERGED = "merged"
    HANDED_OVER = "handed_over"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Row:
    """A question that the plan wants answered; `file` is where it stands."""

    id: str
    title: str
    state: Coverage
    file: str


def read_plan(path: Path) -> dict[str, Row]:
    """The rows of plan.yaml by id. Raises ContentError naming the row."""
    plan: dict[str, Row] = {}
    for row in read_rows(path, "rows"):
        row.only("id", "title", "state")
        name, state = row.text("id"), row.text("state")
        if name in plan:
            raise row.error("id", complaint("doubled_key", key=name))
        if state not in list(Coverage):
            known = "、".join(Coverage)
            raise row.error("state", complaint("not_among", given=state, known=known))
        plan[name] = Row(name, row.text("title"), Coverage(state), str(path))
    return plan


def counted(plan: Mapping[str, Row]) -> Counter[Coverage]:
    """How many rows are in each state."""
    return Counter(row.state for row in plan.values())


def settled(entries: Sequence[Entry], plan: Mapping[str, Row]) -> dict[str, Coverage]:
    """The state that each row has by the entries there are; a row handed over stays so."""
    written = {str(entry.id) for entry in entries if entry.status is not Status.WITHDRAWN}
    merged = {row for entry in entries if entry.id in written for row in entry.plan}
    return {name: _state(row, written, merged) for name, row in plan.items()}


def settle_plan(path: Path, entries: Sequence[Entry]) -> None:
    """Writes the settled states into plan.yaml, leaving all else as it stands. Raises ContentError.

    A second time changes nothing.
    """
    text = path.read_text("utf-8")
    states = settled(entries, read_plan(path))
    path.write_text(_ROW.sub(lambda row: f"{row[1]}{states[row[2]]}", text), "utf-8")


def faults(
    entries: Sequence[Entry], plan: Mapping[str, Row], filed: Sequence[Entry]
) -> Iterator[Fault]:
    """Rows whose state is not what the entries say, and entries that cover unknown rows.

    The plan is a file and speaks of those that are `filed`: what was released in the console
    settles it when it is exported.
    """
    for entry in entries:
        for name in entry.plan:
            if name not in plan:
                yield fault(entry, "plan", "plan_unknown", name)
            elif name == entry.id or any(name == other.id for other in entries):
                yield fault(entry, "plan", "plan_of_an_entry", name)
    for name, state in settled(filed, plan).items():
        row = plan[name]
        if row.state is not state:
            message = complaint("plan_state", id=name, state=row.state, right=state)
            yield Fault(row.file, 0, name, message)


def _state(row: Row, written: set[str], merged: set[str]) -> Coverage:
    if row.id in written:
        return Coverage.ENTRY
    if row.id in merged:
        return Coverage.MERGED
    return Coverage.HANDED_OVER if row.state is Coverage.HANDED_OVER else Coverage.NOT_YET
