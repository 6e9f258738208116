"""Two web hosts and two worker hosts without a shared path, each killed in turn.

`TWO_HOSTS_MESSAGES` and `TWO_HOSTS_KILLS` make it smaller.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import two_hosts
from tests.postgres import NoPostgresError
from tests.postgres_alone import postgres_alone
from tests.redis_server import NoRedisError, redis_server
from tests.two_hosts_tally import Tally

MESSAGES = int(os.environ.get("TWO_HOSTS_MESSAGES", "5000"))
KILLS_EACH = int(os.environ.get("TWO_HOSTS_KILLS", "5"))
PLAN = two_hosts.Plan(MESSAGES, KILLS_EACH)


@pytest.fixture
def database_url() -> Iterator[str]:
    try:
        with postgres_alone() as server:
            yield server.url
    except NoPostgresError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def redis_url() -> Iterator[str]:
    try:
        with redis_server() as server:
            yield server.url
    except NoRedisError as missing:
        pytest.skip(str(missing))


def test_two_hosts_with_the_tasks_in_the_database(tmp_path: Path, database_url: str) -> None:
    _holds(two_hosts.run(tmp_path, database_url, PLAN))


def test_two_hosts_with_the_tasks_in_redis(
    tmp_path: Path, database_url: str, redis_url: str
) -> None:
    _holds(two_hosts.run(tmp_path, database_url, PLAN, redis_url))


def _holds(tally: Tally) -> None:
    print("\n" + "\n".join(tally.lines()))
    assert min(tally.kills) >= KILLS_EACH
    assert tally.lost == []
    assert tally.kept_twice == []
    assert tally.two_cases == []
    assert tally.unshown == []
    assert tally.shown_twice == tally.explained
    assert tally.other_words == []
    assert (len(tally.said_lost), sum(tally.stranded), tally.shared) == (0, 0, set())
    assert len(tally.answered) == tally.cases.total() > MESSAGES // 20
    assert tally.pictures_seen == [tally.pictures, tally.pictures]
    assert tally.pictures > 0
    assert min(tally.by_host) > MESSAGES // 4
    assert len(tally.unanswered) <= MESSAGES // 100
