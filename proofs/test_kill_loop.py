"""Three hundred questions, twenty kills, nothing lost and nothing kept twice.

With PROOF=full two thousand questions and fifty kills, over either database.
"""

import os
from pathlib import Path

import pytest

from tests import kill_loop

FULL = os.environ.get("PROOF") == "full"
QUESTIONS = 2_000 if FULL else 300
KILLS = 50 if FULL else 20


def test_kills_lose_nothing_over_sqlite(tmp_path: Path) -> None:
    _holds(kill_loop.run(tmp_path, QUESTIONS, KILLS))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_kills_lose_nothing_over_postgresql(tmp_path: Path, database_url: str) -> None:
    _holds(kill_loop.run(tmp_path, QUESTIONS, KILLS, DATABASE_URL=database_url))


def _holds(tally: kill_loop.Tally) -> None:
    print("\n".join(tally.lines()))
    assert tally.kills == KILLS
    assert max(tally.start_seconds) < 10
    assert all(tally.kept[n] == 1 for n in tally.acknowledged)
    assert all(times == 1 for times in tally.kept.values())
    assert all(times == 1 for times in tally.cases.values())
    assert tally.answered >= tally.acknowledged
    assert all(tally.shown[n] >= 1 for n in tally.answered)
