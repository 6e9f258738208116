"""Residents go on writing while the database is taken away, and everything is killed besides."""

import json
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from tests.database_door import DatabaseDoor
from tests.fake_wechat import FakePlatform, Mode, Patience, Resident, ServiceFault, random_aes_key
from tests.running import Running

TOKEN = "token4tests"
KEPT = "您的话已经存下"
LOST = "没有存下来"
TOLD = "系统恢复了"


@dataclass(frozen=True, slots=True)
class Plan:
    """Seconds before, in and after the outage, how many write, and how often each."""

    before: float
    away: float
    after: float
    residents: int
    pause: float
    kills: bool = True
    hangs: bool = False
    """Connections are taken and nobody answers; else they are refused."""


@dataclass
class Tally:
    """What the drill showed. Messages are known by (resident, number)."""

    acknowledged: set[tuple[str, int]] = field(default_factory=set)
    kept_by_spool: set[tuple[str, int]] = field(default_factory=set)
    said_lost: set[tuple[str, int]] = field(default_factory=set)
    faults: set[tuple[str, int]] = field(default_factory=set)
    slowest: float = 0.0
    stored: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    cases: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    waited_for_replay: int = 0
    left_at_kill: int = -1
    replay_seconds: float = 0.0
    told: set[str] = field(default_factory=set)
    still_waiting: int = 0
    bad: int = 0

    @property
    def lost(self) -> list[tuple[str, int]]:
        return [(who, n) for who, n in self.acknowledged if n not in self.stored[who]]

    @property
    def doubled(self) -> list[tuple[str, int]]:
        return [(w, n) for w, stored in self.stored.items() for n in stored if stored.count(n) > 1]

    @property
    def out_of_order(self) -> list[str]:
        return [who for who, stored in self.stored.items() if stored != sorted(stored)]

    @property
    def untold(self) -> set[str]:
        return {who for who, _ in self.kept_by_spool} - self.told

    def lines(self) -> list[str]:
        """The figures, the bad ones first."""
        return [
            f"said to be kept but lost: {len(self.lost)}",
            f"doubled: {len(self.doubled)}; residents out of order: {len(self.out_of_order)}",
            f"in spool/waiting at the end: {self.still_waiting}; set aside: {self.bad}",
            f"told that nothing was kept: {len(self.said_lost)}",
            f"no answer in three tries (killed): {len(self.faults)}",
            f"acknowledged {len(self.acknowledged)}, by the spool {len(self.kept_by_spool)}",
            f"stored {sum(map(len, self.stored.values()))} of {len(self.stored)} residents",
            f"waiting when the database came back {self.waited_for_replay}",
            f"left at the kill in the replay {self.left_at_kill}",
            f"all replayed after {self.replay_seconds:.1f} s",
            f"residents told late {len(self.told)}, not told {len(self.untold)}",
            f"slowest answer {self.slowest:.2f} s",
        ]


def run(folder: Path, database_url: str, plan: Plan) -> Tally:
    """Takes the database away and brings it back; kills everything in the middle of both."""
    tally, key = Tally(), random_aes_key()
    with FakePlatform() as platform, DatabaseDoor(database_url) as door:
        settings = platform.settings() | {
            "WECHAT_TOKEN": TOKEN,
            "WECHAT_ENCODING_AES_KEY": key,
            "DATABASE_URL": door.url,
        }
        service = Running(folder, settings)
        service.start()
        try:
            webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.SAFE, key)
            patience = Patience(answer_seconds=5.0, deliveries=3, pause_seconds=2.0)
            people = [Resident(webhook, platform, patience=patience) for _ in range(plan.residents)]
            done = Event()
            with ThreadPoolExecutor(plan.residents) as pool:
                writing = [pool.submit(_write, tally, one, plan.pause, done) for one in people]
                _take_away(service, door, plan, tally)
                _bring_back(service, door, plan, tally)
                done.set()
            for one in writing:
                one.result()
            _count(service, people, tally)
        finally:
            service.stop()
    return tally


def _write(tally: Tally, resident: Resident, pause: float, done: Event) -> None:
    """Numbered messages, one after the other, as a person writes."""
    number = 0
    while not done.wait(pause):
        number += 1
        mine = (resident.openid, number)
        try:
            outcome = resident.send_text(f"第{number}句：我家地里的界石让邻居挪了，村里没人管")
        except ServiceFault:
            tally.faults.add(mine)
            continue
        tally.slowest = max(tally.slowest, *(answer.seconds for answer in outcome.answers))
        if LOST in (outcome.text or ""):
            tally.said_lost.add(mine)
            continue
        tally.acknowledged.add(mine)
        if KEPT in (outcome.text or ""):
            tally.kept_by_spool.add(mine)


def _take_away(service: Running, door: DatabaseDoor, plan: Plan, tally: Tally) -> None:
    time.sleep(plan.before)
    if plan.hangs:
        door.hang()
    else:
        door.shut()
    time.sleep(plan.away / 2)
    if plan.kills:
        service.kill()
        service.start(until="/healthz")
    time.sleep(plan.away / 2)
    tally.waited_for_replay = waiting(service)


def _bring_back(service: Running, door: DatabaseDoor, plan: Plan, tally: Tally) -> None:
    before, began = waiting(service), time.monotonic()
    door.open()
    if plan.kills:
        _until(lambda: waiting(service) < before * 0.8)
        service.kill()
        tally.left_at_kill = waiting(service)
        service.start()
    _until(lambda: waiting(service) == 0)
    tally.replay_seconds = time.monotonic() - began
    time.sleep(plan.after)


def waiting(service: Running, folder: str = "waiting") -> int:
    """Files in a folder of the service's spool."""
    return sum(len(f.name) > 40 for f in (service.folder / "var/spool" / folder).glob("*-*-*"))


def _until(holds: object, within: float = 30.0) -> None:
    assert callable(holds)
    deadline = time.monotonic() + within
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.005)


def _count(service: Running, people: list[Resident], tally: Tally) -> None:
    _until(lambda: waiting(service) == waiting(service, "untold") == 0)
    time.sleep(0.5)
    for line in service.flask("export", "messages").splitlines():
        row = json.loads(line)
        number = int(row["text"].removeprefix("第").partition("句")[0])
        tally.stored[row["resident"]].append(number)
    for line in service.flask("export", "consultations").splitlines():
        tally.cases[json.loads(line)["resident"]] += 1
    tally.told = {one.openid for one in people if any(TOLD in text for text in one.seen)}
    tally.still_waiting, tally.bad = waiting(service), waiting(service, "bad")


def check(tally: Tally) -> None:
    """What must hold however long the database was away."""
    assert tally.lost == []
    assert tally.doubled == []
    assert tally.out_of_order == []
    assert (tally.still_waiting, tally.bad, len(tally.said_lost)) == (0, 0, 0)
    assert all(count == 1 for count in tally.cases.values())
    assert not tally.untold
