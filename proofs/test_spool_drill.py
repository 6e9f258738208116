"""The database away for a minute, and everything killed in the outage and in the replay."""

from pathlib import Path

import pytest

from tests import spool_drill
from tests.spool_drill import Plan, check

A_MINUTE = Plan(before=3, away=60, after=3, residents=24, pause=2.0)
HANGING = Plan(before=3, away=20, after=3, residents=24, pause=1.0, kills=False, hangs=True)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_minute_without_the_database_loses_nothing(tmp_path: Path, database_url: str) -> None:
    tally = spool_drill.run(tmp_path, database_url, A_MINUTE)
    print("\n" + "\n".join(tally.lines()))
    assert len(tally.kept_by_spool) > 200
    assert tally.left_at_kill > 0
    assert tally.slowest < 5
    check(tally)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_hangs_loses_nothing(tmp_path: Path, database_url: str) -> None:
    tally = spool_drill.run(tmp_path, database_url, HANGING)
    print("\n" + "\n".join(tally.lines()))
    assert len(tally.kept_by_spool) > 200
    assert not tally.faults
    check(tally)
