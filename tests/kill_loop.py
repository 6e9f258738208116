"""Questions come in and answers go out while everything is killed again and again."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import requests

from tests.desk_worker import DeskWorker
from tests.fake_wechat import FakePlatform, Mode, Patience, Resident, ServiceFault, random_aes_key
from tests.running import Running

TOKEN = "token4tests"
PASSWORD = "a-long-test-password"
DELIVERED_WITHIN = 150.0
"""Seconds after the last answer: a lease of 60 and a sweep every minute, and the sending."""
ANSWER_SECONDS = 0.5
"""What the desk needs for one case at most, on a busy machine."""
WRITERS = 6
KILL_SECONDS = 4.0
"""From one kill to the next, about: questions are spread over all of them."""


@dataclass
class Tally:
    """What the run showed."""

    questions: int
    kills: int = 0
    acknowledged: set[int] = field(default_factory=set)
    start_seconds: list[float] = field(default_factory=list)
    kept: Counter[int] = field(default_factory=Counter)
    cases: Counter[int] = field(default_factory=Counter)
    answered: set[int] = field(default_factory=set)
    shown: Counter[int] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """The figures, the bad ones first."""
        lost = [n for n in self.acknowledged if self.kept[n] == 0]
        doubled = [n for n, times in self.kept.items() if times > 1]
        two_cases = [n for n, times in self.cases.items() if times > 1]
        unshown = [n for n in self.answered if self.shown[n] == 0]
        shown_twice = [n for n, times in self.shown.items() if times > 1]
        return [
            f"acknowledged but lost: {len(lost)}",
            f"kept twice: {len(doubled)}; two cases for one question: {len(two_cases)}",
            f"answered but not shown: {len(unshown)}; shown twice: {len(shown_twice)}",
            f"no answer in three tries: {self.questions - len(self.acknowledged)}",
            f"questions {self.questions}, acknowledged {len(self.acknowledged)}",
            f"kept {len(self.kept)}, answered {len(self.answered)}",
            f"kills {self.kills}, ready again within {max(self.start_seconds, default=0):.1f} s",
        ]


def run(folder: Path, questions: int, kills: int, seed: int = 1, **settings: str) -> Tally:
    """Sends numbered questions through the webhook while the service is killed `kills` times."""
    tally = Tally(questions)
    key = random_aes_key()
    with FakePlatform() as platform, _service(folder, platform, key, settings) as service:
        webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.SAFE, key)
        patience = Patience(answer_seconds=5.0, deliveries=3, pause_seconds=2.5)
        residents = [Resident(webhook, platform, patience=patience) for _ in range(questions)]
        done = Event()
        desk = Thread(target=_answer_all, args=(service, done))
        desk.start()
        pause = WRITERS * kills * KILL_SECONDS / questions
        with ThreadPoolExecutor(WRITERS) as pool:
            asking = [pool.submit(_ask, tally, n, residents[n], pause) for n in range(questions)]
            _kill_often(service, tally, kills, random.Random(seed))
        for asked in asking:
            asked.result()
        _wait_for_deliveries(service, questions * ANSWER_SECONDS + DELIVERED_WITHIN)
        done.set()
        desk.join()
        _count(service, residents, tally)
    return tally


@contextmanager
def _service(
    folder: Path, platform: FakePlatform, key: str, settings: dict[str, str]
) -> Iterator[Running]:
    wechat = {"WECHAT_TOKEN": TOKEN, "WECHAT_ENCODING_AES_KEY": key}
    service = Running(folder, platform.settings() | wechat | settings)
    service.start()
    service.flask("staff", "add", "worker", "--role", "admin", "--password", PASSWORD)
    try:
        yield service
    finally:
        service.stop()


def _ask(tally: Tally, number: int, resident: Resident, pause: float) -> None:
    time.sleep(random.uniform(0, 2 * pause))
    try:
        resident.send_text(f"第{number}号：我家地里的界石让邻居挪了，村里没人管")
    except ServiceFault:
        return
    tally.acknowledged.add(number)


def _kill_often(service: Running, tally: Tally, kills: int, chance: random.Random) -> None:
    while tally.kills < kills:
        time.sleep(chance.uniform(0.5, 3.0))
        service.kill()
        tally.kills += 1
        tally.start_seconds.append(service.start())


def _answer_all(service: Running, done: Event) -> None:
    """Answers whatever waits; what fails in a kill is tried again."""
    worker: DeskWorker | None = None
    while not done.is_set():
        try:
            if worker is None:
                worker = DeskWorker(service.url, "worker", PASSWORD)
                worker.log_in()
            for number in worker.to_do():
                worker.answer(number, f"答复{number}号：先找村委会调解。")
        except (requests.RequestException, AssertionError):
            worker = None
        time.sleep(0.2)


def _rows(service: Running, what: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in service.flask("export", what).splitlines()]


def _wait_for_deliveries(service: Running, within: float) -> None:
    """Until every case is answered and every answer has arrived, or the time is up."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        waiting = [
            c for c in _rows(service, "consultations") if c["state"] in ("waiting", "claimed")
        ]
        moving = [d for d in _rows(service, "deliveries") if d["state"] in ("due", "sending")]
        if not waiting and not moving:
            return
        time.sleep(2)


def _count(service: Running, residents: list[Resident], tally: Tally) -> None:
    number_of = {resident.openid: n for n, resident in enumerate(residents)}
    for row in _rows(service, "messages"):
        tally.kept[number_of[str(row["resident"])]] += 1
    for row in _rows(service, "consultations"):
        n = number_of[str(row["resident"])]
        tally.cases[n] += 1
        if row["answered_at"]:
            tally.answered.add(n)
        pushed = [text for text in residents[n].seen if f"答复{row['number']}号" in text]
        tally.shown[n] += len(pushed)
