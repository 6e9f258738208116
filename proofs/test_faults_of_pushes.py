"""Rows of the fault table: the platform's repeats, and messages that overtake each other."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fake_wechat.webhook import Push
from tests.fault_table import ONCE, TABLE
from tests.fault_world import MATTER, Said, World, world

RESIDENTS = 6
COPIES = 3


@pytest.fixture
def settings(database: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Two web processes over either database."""
    two = {"WEB_WORKERS": "2"}
    if database == "sqlite":
        return two
    return two | {"DATABASE_URL": request.getfixturevalue("postgres_url")}


def test_duplicates_are_one_message_with_one_reply(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    """Three copies at one moment, and one more when all is over."""
    with world(tmp_path, settings) as place:

        def one(number: int) -> tuple[Push, Said]:
            resident = place.resident()
            push = resident.compose("text", {"Content": f"第{number}号：{MATTER}"})
            replies = {resident.read(answer) for answer in resident.fire(push, COPIES)}
            assert len(replies) == 1
            return push, Said(resident, str(push.msg_id), replies.pop())

        with ThreadPoolExecutor(RESIDENTS) as pool:
            sent = list(pool.map(one, range(RESIDENTS)))
        time.sleep(2)
        for push, said in sent:
            assert said.resident.read(said.resident.attempt(push)) == said.reply
            place.said.append(said)
        _finish(place, f"every push {COPIES + 1} times", ONCE)


def test_messages_that_overtake_each_other_are_all_kept(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    """Of three messages the last comes first; it comes once more behind the others."""
    with world(tmp_path, settings) as place:

        def one(_: int) -> None:
            resident = place.resident()
            texts = (MATTER, "界石是去年立的", "村主任说不归他管")
            first, second, third = (resident.compose("text", {"Content": t}) for t in texts)
            for push in (third, first, second):
                place.send(resident, push)
            assert resident.read(resident.attempt(third)) == place.said_in(third)

        with ThreadPoolExecutor(RESIDENTS) as pool:
            list(pool.map(one, range(RESIDENTS)))
        _finish(place, "pushes out of order", "each is kept once, as it came")


def _finish(place: World, fault: str, rule: str) -> None:
    place.answer_all()
    place.settle()
    row = place.row(fault, rule)
    TABLE.append(row)
    print(f"\n{row.line()}")
    assert (row.lost, row.kept_twice, row.shown_twice, row.refused) == (0, 0, 0, 0)
    assert row.answers == row.out == RESIDENTS
