"""Messages sealed under an earlier key: kept, told of clearly, and stored once the key is back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.spool import Spool
from tests.bot.outage import SECRET, UNANSWERABLE, Outage, outage
from tests.running import ROOT, free_port

OTHER = SecretStr("another personal data key, as long as that one")


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[Outage]:
    with outage(tmp_path, sqlite_url) as world:
        yield world


def keep_one(world: Outage, secret: SecretStr = SECRET) -> None:
    """A message that came in an outage, sealed under one key or another."""
    world.door.away = True
    world.say(world.resident(), UNANSWERABLE)
    world.door.away = False
    spool = world.services.spool
    [name] = spool.waiting.names()
    message = spool.read(spool.waiting, name)
    spool.waiting.remove(name)
    Spool.under(world.services.settings.data_dir, secret).keep(message)


def checked(world: Outage) -> dict[str, str]:
    """The line on the spool, by the command of an operator."""
    lines = world.commands.invoke(args=["wechat", "check", "--json"]).stdout.splitlines()
    [found] = [line for line in map(json.loads, lines) if line["subject"] == "spool"]
    assert isinstance(found, dict)
    return found


def test_with_its_key_the_check_has_nothing_to_say(world: Outage) -> None:
    keep_one(world)
    assert checked(world)["verdict"] == "ok"


def test_under_another_key_nothing_is_lost_and_the_check_says_what_to_do(world: Outage) -> None:
    keep_one(world, OTHER)
    world.services.replayer.round()
    assert (world.stored(), world.count("bad")) == ([], 1)
    found = checked(world)
    assert found["verdict"] == "bad"
    assert "1 份打不开" in found["advice"]
    assert "PERSONAL_DATA_KEY" in found["advice"]


def test_with_its_own_key_back_what_was_set_aside_is_stored(world: Outage) -> None:
    keep_one(world)
    spool = world.services.spool
    [name] = spool.waiting.names()
    spool.waiting.move(name, spool.bad)
    assert world.commands.invoke(args=["spool", "replay", "--bad"]).exit_code == 0
    assert world.stored() == [UNANSWERABLE]
    assert checked(world)["verdict"] == "ok"


def barred(folder: Path) -> None:
    """Nobody can work in it, not even root: something else stands in its place."""
    folder.parent.mkdir(parents=True)
    folder.write_bytes(b"")


@pytest.mark.parametrize("folder", ["waiting", "untold", "bad", "unread"])
def test_a_folder_that_cannot_be_used_is_told_before_an_outage_needs_it(
    world: Outage, folder: str
) -> None:
    barred(world.services.spool.path / folder)
    found = checked(world)
    assert (found["verdict"], found["code"]) == ("bad", "locked_out")
    assert str(world.services.spool.path) in found["advice"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere: run as another user")
@pytest.mark.parametrize("barrier", ["spool", "spool/waiting", "spool/replaying.lock"])
def test_what_belongs_to_somebody_else_is_told(world: Outage, barrier: str) -> None:
    keep_one(world)
    world.services.replayer.round()
    barred_path = world.services.settings.data_dir / barrier
    barred_path.chmod(0)
    try:
        assert checked(world)["code"] == "locked_out"
    finally:
        barred_path.chmod(0o700)


@pytest.mark.parametrize(("secret", "told"), [(OTHER, True), (SECRET, False)])
def test_the_start_tells_of_messages_that_do_not_open(
    world: Outage, tmp_path: Path, secret: SecretStr, *, told: bool
) -> None:
    """A start that ends at once, since its database is away and was never seen."""
    keep_one(world)
    given = {
        "DATA_DIR": str(world.services.settings.data_dir),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "SECRET_KEY": "a secret key of tests, long enough for it",
        "PERSONAL_DATA_KEY": secret.get_secret_value(),
        "PORT": str(free_port()),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot.run"],
        cwd=tmp_path,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert ("1 份打不开，都原样留着" in done.stdout) == told
    assert "不能读写" not in done.stdout
    assert world.count("waiting") == 1
