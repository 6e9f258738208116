from pathlib import Path

import pytest

from tests import spool_drill
from tests.spool_drill import Plan


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it(tmp_path: Path, database_url: str) -> None:
    tally = spool_drill.run(tmp_path, database_url, Plan(1, 16, 1, 12, 2.0))
    print("\n".join(tally.lines()))
    print(tmp_path)
