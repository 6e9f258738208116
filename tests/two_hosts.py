"""Two web hosts and two worker hosts over one PostgreSQL, while each is killed in turn."""

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Event

import psycopg
import requests

from tests.desk_worker import DeskWorker
from tests.fake_wechat import (
    SEND,
    FakePlatform,
    Mode,
    Outcome,
    Patience,
    Resident,
    ServiceFault,
    random_aes_key,
    slow,
)
from tests.fake_wechat.webhook import Value
from tests.front import Front
from tests.hosts import foreign_files, make_host, started
from tests.running import Running
from tests.scripts import Kind, Line, Script, picture
from tests.two_hosts_tally import Tally, count

TOKEN = "token4tests"
PASSWORD = "a-long-test-password"
SECRETS = {
    "SECRET_KEY": "a secret of tests, the same on every host",
    "PERSONAL_DATA_KEY": "a key of tests, the same on every host too",
}
WRITERS = 16
"""Residents who write at one moment."""
DESKS = 2
PATIENCE = Patience(answer_seconds=5.0, deliveries=3, pause_seconds=1.0)
LOST = "没有存下来"
PUSH_SECONDS = 0.3
"""The platform takes its time, so that kills meet pushes on their way."""
SETTLED_WITHIN = 240.0
"""Seconds after the last message: twice a lease of 60 and a sweep every minute."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many messages, how often each of the four is killed at least, and the dice."""

    messages: int
    kills_each: int
    seed: int = 1


@dataclass
class Hosts:
    """The four, the front before the two webs, and the database behind all."""

    webs: Sequence[Running]
    workers: Sequence[Running]
    front: Front
    database_url: str

    @property
    def everybody(self) -> list[Running]:
        """In the order in which they are killed."""
        return [one for pair in zip(self.webs, self.workers, strict=True) for one in pair]


@dataclass
class Gate:
    """Lets messages through evenly over the kills, however fast this machine is."""

    plan: Plan
    opened: int = 1
    passed: int = 0
    change: Condition = field(default_factory=Condition)

    def wait(self) -> None:
        steps = self.plan.kills_each * 4
        with self.change:
            self.passed += 1
            mine = self.passed
            self.change.wait_for(lambda: mine * steps <= self.plan.messages * self.opened)

    def open_further(self, steps: int = 1) -> None:
        with self.change:
            self.opened += steps
            self.change.notify_all()


def run(folder: Path, database_url: str, plan: Plan, redis_url: str = "") -> Tally:
    """Everybody writes and is answered while the four are killed in turn."""
    tally, key = Tally(), random_aes_key()
    with FakePlatform() as platform:
        platform.fault(SEND, slow(PUSH_SECONDS, times=None))
        settings = platform.settings() | SECRETS | {"DATABASE_URL": database_url}
        settings |= {"WECHAT_TOKEN": TOKEN, "WECHAT_ENCODING_AES_KEY": key}
        if redis_url:
            settings["REDIS_URL"] = redis_url
        with _hosts(folder, settings, database_url) as hosts:
            webhook = platform.webhook(f"{hosts.front.url}/wechat", TOKEN, Mode.SAFE, key)
            scripts = [
                Script(Resident(webhook, platform, patience=PATIENCE), lines)
                for lines in tally.plan(plan.messages, random.Random(plan.seed))
            ]
            _all_at_work(hosts, platform, scripts, plan, tally)
            _wait_until_settled(hosts)
            count(tally, hosts.workers[0], platform, scripts)
            _look_at_pictures(hosts, tally, scripts)
            tally.shared = {
                path for h in hosts.everybody for path in foreign_files(h, hosts.everybody)
            }
            tally.by_host = [hosts.front.taken[web.port] for web in hosts.webs]
            tally.stranded = [_spooled(host) for host in hosts.everybody]
    return tally


@contextmanager
def _hosts(folder: Path, settings: dict[str, str], database_url: str) -> Iterator[Hosts]:
    webs = [make_host(folder / f"web{n}", "web", settings) for n in (1, 2)]
    workers = [make_host(folder / f"worker{n}", "worker", settings) for n in (1, 2)]
    with Front([web.port for web in webs]) as front:
        hosts = Hosts(webs, workers, front, database_url)
        # A worker starts into tables that are there.
        with started([*webs, *workers]):
            for n in range(DESKS):
                add = ("staff", "add", f"desk{n}", "--role", "admin", "--password", PASSWORD)
                webs[0].flask(*add)
            yield hosts


def _all_at_work(
    hosts: Hosts, platform: FakePlatform, scripts: list[Script], plan: Plan, tally: Tally
) -> None:
    gate, written, done = Gate(plan), Event(), Event()
    with ThreadPoolExecutor(DESKS + 1) as staff, ThreadPoolExecutor(WRITERS) as pool:
        desks = [staff.submit(_answer_all, hosts, n, tally, done) for n in range(DESKS)]
        killing = staff.submit(_kill_in_turn, hosts, plan, gate, tally, written)
        try:
            list(pool.map(lambda script: _write(platform, script, gate, tally), scripts))
            written.set()
            killing.result()
            _wait_for_desks(hosts)
        finally:
            written.set()
            done.set()
        for desk in desks:
            desk.result()


def _write(platform: FakePlatform, script: Script, gate: Gate, tally: Tally) -> None:
    """One resident's messages, each after the reply to the one before."""
    for line in script.lines:
        gate.wait()
        began = time.monotonic()
        try:
            outcome = _send(platform, script.resident, line)
        except ServiceFault:
            tally.unanswered.add(line.number)
            continue
        tally.slowest = max(tally.slowest, time.monotonic() - began)
        tally.deliveries[outcome.deliveries] += 1
        if LOST in (outcome.text or ""):
            tally.said_lost.add(line.number)
            continue
        tally.acknowledged[line.number] = outcome.text or ""


def _send(platform: FakePlatform, resident: Resident, line: Line) -> Outcome:
    if line.kind is not Kind.PICTURE:
        return resident.send_text(line.text, msg_id=line.msg_id)
    media = platform.keep_media(picture(line.number), "image/jpeg")
    fields: dict[str, Value] = {"PicUrl": f"http://mmbiz.qpic.cn/{media}/0", "MediaId": media}
    return resident.deliver(resident.compose("image", fields, msg_id=line.msg_id))


def _kill_in_turn(hosts: Hosts, plan: Plan, gate: Gate, tally: Tally, written: Event) -> None:
    """Until everything is written and everybody was killed often enough."""
    chance = random.Random(plan.seed)
    try:
        while not written.is_set() or min(tally.kills) < plan.kills_each:
            for place, host in enumerate(hosts.everybody):
                time.sleep(chance.uniform(0.5, 2.5))
                host.kill()
                tally.kills[place] += 1
                gate.open_further()
                tally.start_seconds.append(host.start())
    finally:
        # Nobody must wait for kills that do not come.
        gate.open_further(plan.messages)


def _answer_all(hosts: Hosts, number: int, tally: Tally, done: Event) -> None:
    """One of the staff, by the front: whichever host takes the connection."""
    worker = DeskWorker(hosts.front.url, f"desk{number}", PASSWORD)
    is_in = False
    while not done.wait(0.2):
        try:
            if not is_in:
                worker.log_in()
                is_in = True
            mine = [case for case in worker.to_do() if int(case) % DESKS == number]
            for case in mine:
                worker.answer(case, f"答复{case}号：先找村委会调解。")
        except AssertionError:  # no form to be seen: we were shown the door
            is_in = False
        except requests.RequestException:
            tally.desk_faults += 1


def _wait_for_desks(hosts: Hosts) -> None:
    _until_none(hosts, "SELECT count(*) FROM consultations WHERE state IN ('waiting', 'claimed')")


def _wait_until_settled(hosts: Hosts) -> None:
    """Answers have arrived and pictures were fetched, or the time is up."""
    _until_none(hosts, "SELECT count(*) FROM deliveries WHERE state IN ('due', 'sending')")
    _until_none(hosts, "SELECT count(*) FROM attachments WHERE state = 'wanted'")


def _until_none(hosts: Hosts, query: str) -> None:
    deadline = time.monotonic() + SETTLED_WITHIN
    with psycopg.connect(hosts.database_url, autocommit=True) as database:
        while time.monotonic() < deadline:
            found = database.execute(query.encode()).fetchone()
            if found == (0,):
                return
            time.sleep(0.5)


def _spooled(host: Running) -> int:
    """Files that wait in a host's spool."""
    return sum(1 for _ in (host.folder / "var/spool/waiting").glob("*-*-*"))


def _look_at_pictures(hosts: Hosts, tally: Tally, scripts: Sequence[Script]) -> None:
    """Every picture, from both hosts, byte for byte."""
    sent = {
        str(line.msg_id): line.number
        for script in scripts
        for line in script.lines
        if line.kind is Kind.PICTURE and line.number in tally.kept
    }
    worker = DeskWorker(hosts.webs[0].url, "desk0", PASSWORD)
    worker.log_in()
    query = b"SELECT a.id, m.key FROM attachments a JOIN messages m ON a.message = m.id"
    with psycopg.connect(hosts.database_url) as database:
        rows = database.execute(query).fetchall()
    tally.pictures = len(sent)
    for web in hosts.webs:
        seen = 0
        for attachment, key in rows:
            page = f"{web.url}/console/attachments/{attachment}"
            response = worker.session.get(page, timeout=10)
            number = sent.get(str(key).removeprefix("m:"))
            seen += number is not None and response.content == picture(number)
        tally.pictures_seen.append(seen)
