"""Rows of the fault table: web, worker, database, Redis and disk fail, and the clock jumps."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.fake_wechat import SEND, busy, slow
from tests.fault_table import ONCE, REPEATED, TABLE, Row
from tests.fault_world import ARRIVES_WITHIN, World, world
from tests.full_disk import NoSmallDiskError, let_files_grow, small_disk
from tests.postgres import NoPostgresError
from tests.postgres_alone import postgres_alone
from tests.redis_server import NoRedisError, redis_server
from tests.turning_clock import turning_clock
from tests.waiting import until

SPOOLED = "kept on the disk, replayed once (ADR 9)"
TOLD = "told plainly; they write again"
KEPT_ON_DISK = "您的话已经存下"
HOUR = 3_600.0


@pytest.fixture
def settings(database: str, request: pytest.FixtureRequest) -> dict[str, str]:
    """Of a service over either database."""
    if database == "sqlite":
        return {}
    return {"DATABASE_URL": request.getfixturevalue("postgres_url")}


def test_a_killed_web_loses_nothing(tmp_path: Path, settings: dict[str, str]) -> None:
    with world(tmp_path, settings) as place:
        _while_they_write(place, 24, 1.5, lambda: _kill_web(place, 3))
        place.write_again()
        _finish(place, "web killed 3 times", ONCE)


def test_a_killed_worker_loses_nothing(tmp_path: Path, settings: dict[str, str]) -> None:
    """Killed while a push is on its way: nobody knows then whether it arrived."""
    with world(tmp_path, settings) as place:
        place.ask(12)
        place.platform.fault(SEND, slow(1.0, times=None))
        with ThreadPoolExecutor(1) as pool:
            answering = pool.submit(place.answer_all)
            for _ in range(3):
                time.sleep(1.2)
                place.worker.kill()
                place.worker.start()
            answering.result()
        row = _finish(place, "worker killed 3 times", REPEATED, doubles=12)
        assert row.refused == 0


def test_a_killed_postgresql_loses_nothing(tmp_path: Path) -> None:
    try:
        with (
            postgres_alone() as server,
            world(tmp_path, {"DATABASE_URL": server.url}) as place,
        ):

            def away() -> None:
                time.sleep(1.0)
                server.kill()
                time.sleep(6.0)
                server.start()

            _while_they_write(place, 30, 2.0, away)
            _require_spooled(place)
            row = _finish(place, "database killed for 6 s", SPOOLED)
            assert row.refused == 0
    except NoPostgresError as missing:
        pytest.skip(str(missing))


def test_a_killed_redis_loses_nothing(tmp_path: Path) -> None:
    """Everything it knew is forgotten: the sweep finds what should have been done."""
    try:
        with redis_server() as server, world(tmp_path, {"REDIS_URL": server.url}) as place:

            def away() -> None:
                server.kill()
                place.answer_all()
                time.sleep(3.0)
                server.start()

            place.ask(6)
            _while_they_write(place, 12, 1.0, away)
            row = _finish(place, "Redis killed", "the sweep finds them in a minute (ADR 3)")
            assert row.refused == 0
    except NoRedisError as missing:
        pytest.skip(str(missing))


def test_a_full_disk_of_the_database_loses_nothing(tmp_path: Path) -> None:
    """The spool lies on another disk, as with a database server of its own."""
    try:
        with small_disk(tmp_path / "small") as disk:
            url = f"sqlite:///{disk.path}/faxiaomei.sqlite3"
            with world(tmp_path, {"DATABASE_URL": url}) as place:
                place.ask(6)
                disk.fill()
                place.ask(12)
                _require_spooled(place)
                disk.free()
                row = _finish(place, "disk of the database full", SPOOLED)
                assert row.refused == 0
    except NoSmallDiskError:
        pytest.skip("only root may mount a small disk")


def test_a_full_disk_is_told_plainly(tmp_path: Path) -> None:
    """Database, spool and tasks on one disk: nothing can be kept, and nobody is told otherwise."""
    try:
        with (
            small_disk(tmp_path / "small") as disk,
            world(tmp_path, {"DATA_DIR": str(disk.path)}) as place,
        ):
            place.ask(6)
            disk.fill()
            _look_around(place)
            place.ask(6)
            place.web.kill()
            disk.fill()
            place.web.start(until="/healthz")
            place.ask(6)
            assert any(not said.is_kept for said in place.said)
            disk.free()
            place.write_again()
            _finish(place, "disk full", TOLD)
    except NoSmallDiskError:
        pytest.skip("only root may mount a small disk")


def test_files_that_may_not_grow_are_told_plainly(tmp_path: Path) -> None:
    with world(tmp_path) as place:
        place.ask(6)
        for service in (place.web, place.worker):
            let_files_grow(service, allowed=False)
        place.ask(6)
        assert any(not said.is_kept for said in place.said)
        for service in (place.web, place.worker):
            let_files_grow(service, allowed=True)
        place.write_again()
        _finish(place, "quota used up", TOLD)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_clock_that_jumps_and_is_put_right_loses_nothing(
    tmp_path: Path, settings: dict[str, str], seconds: float
) -> None:
    """Pushes are refused as too old or from the future meanwhile, and residents see the notice."""
    clock = turning_clock(tmp_path)
    with world(tmp_path, settings, clock.checkout) as place:
        place.ask(6)
        place.answer_all()
        place.settle()
        clock.turn(seconds)
        place.ask(6)
        assert sum(not said.is_kept for said in place.said) == 6
        clock.turn(0)
        place.write_again()
        _finish(place, f"clock an hour {'ahead' if seconds > 0 else 'behind'}", TOLD)


@pytest.mark.parametrize("seconds", [HOUR, -HOUR], ids=["forward", "back"])
def test_answers_on_their_way_when_the_clock_jumps_arrive(
    tmp_path: Path, settings: dict[str, str], seconds: float
) -> None:
    """Set back, it lets an answer that is put off wait for the hour; residents can ask for it."""
    clock = turning_clock(tmp_path)
    with world(tmp_path, settings, clock.checkout) as place:
        place.ask(6)
        place.platform.fault(SEND, replace(busy(), times=None))
        place.answer_all()
        time.sleep(2)
        clock.turn(seconds)
        place.platform.clear_faults()
        if seconds > 0:
            _finish(place, "clock jumps an hour ahead", "tried again at once")
            return
        time.sleep(5)
        clock.turn(0)
        place.ask_by_number()
        clock.turn(seconds)
        rule = "shown by number at once, and pushed when due again"
        _note(place, "clock jumps an hour back", rule, doubles=6)


def _kill_web(place: World, times: int) -> None:
    for _ in range(times):
        time.sleep(1.0)
        place.web.kill()
        place.web.start()


def _look_around(place: World) -> None:
    """Whatever is counted for the first time needs room, too."""
    for path in ("/", "/chat", "/readyz", "/console/", "/console/cases/1", "/nothing", "/wechat"):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            url = f"{place.web.url}{path}"
            requests.request(method, url, timeout=10, allow_redirects=False)


def _while_they_write(
    place: World, residents: int, pause: float, happens: Callable[[], None]
) -> None:
    """So many write, six at a time, while something happens."""
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(place.ask, residents, pause)
        happens()
        writing.result()


def _waiting(place: World) -> list[Path]:
    """Files in the spool."""
    folder = Path(place.web.environment.get("DATA_DIR", place.web.folder / "var"))
    return list((folder / "spool/waiting").glob("*-*-*"))


def _require_spooled(place: World) -> None:
    """The fault was met."""
    assert any(KEPT_ON_DISK in (said.reply or "") for said in place.said)


def _finish(place: World, fault: str, rule: str, doubles: int = 0) -> Row:
    """Whatever is still open is answered, and counted."""
    place.platform.clear_faults()
    until(lambda: not _waiting(place), "the spool is never empty", ARRIVES_WITHIN)
    place.answer_all()
    place.settle()
    return _note(place, fault, rule, doubles)


def _note(place: World, fault: str, rule: str, doubles: int = 0) -> Row:
    """Counts and judges."""
    row = place.row(fault, rule)
    TABLE.append(row)
    print(f"\n{row.line()}")
    assert (row.lost, row.kept_twice) == (0, 0)
    assert row.answers == row.out
    assert row.shown_twice <= doubles
    return row
