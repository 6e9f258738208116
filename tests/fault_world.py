"""A service under faults: web and worker apart as systemd runs them, residents, and the desk."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from tests.desk_worker import DeskWorker
from tests.fake_wechat import FakePlatform, Mode, Patience, Resident, ServiceFault, random_aes_key
from tests.fake_wechat.webhook import Push
from tests.fault_table import ONCE, Row
from tests.hosts import started
from tests.running import ROOT, Running
from tests.waiting import until

TOKEN = "token4tests"
PASSWORD = "a-long-test-password"
SECRETS = {
    "SECRET_KEY": "a secret of tests, long enough for anybody",
    "PERSONAL_DATA_KEY": "a key of tests, long enough for anybody",
}
MATTER = "我家地里的界石让邻居挪了，村里没人管"
LOST = "没有存下来"
PATIENCE = Patience(answer_seconds=5.0, deliveries=3, pause_seconds=2.5)
AT_ONCE = 6
ARRIVES_WITHIN = 150.0
"""Seconds: a lease of 60, a sweep every minute, and the sending."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a resident; `reply` is None where the platform showed its own notice."""

    resident: Resident
    msg_id: str
    reply: str | None

    @property
    def is_kept(self) -> bool:
        """Whether the resident was led to believe that it was."""
        return self.reply is not None and LOST not in self.reply


@dataclass
class World:
    """Everything that a row of the table touches; `said` holds what this row's residents wrote."""

    platform: FakePlatform
    web: Running
    worker: Running
    key: str
    desk: DeskWorker
    store: SqlStore
    said: list[Said] = field(default_factory=list)

    @property
    def database(self) -> str:
        on_server = self.web.environment.get("DATABASE_URL", "").startswith("postgresql")
        return "PostgreSQL" if on_server else "SQLite"

    def resident(self) -> Resident:
        webhook = self.platform.webhook(f"{self.web.url}/wechat", TOKEN, Mode.SAFE, self.key)
        return Resident(webhook, self.platform, patience=PATIENCE)

    def ask(self, residents: int, pause: float = 0.0) -> None:
        """So many new residents write, some at once; with a pause each after it."""

        def one(number: int) -> None:
            time.sleep(pause * (number // AT_ONCE))
            resident = self.resident()
            self.send(resident, resident.compose("text", {"Content": f"第{number}号：{MATTER}"}))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(one, range(residents)))

    def send(self, resident: Resident, push: Push) -> None:
        """A message on its way as the platform sends it."""
        try:
            reply: str | None = resident.deliver(push).text or ""
        except ServiceFault:
            reply = None
        self.said.append(Said(resident, str(push.msg_id), reply))

    def said_in(self, push: Push) -> str | None:
        """The reply to a message that was sent."""
        return next(said.reply for said in self.said if said.msg_id == str(push.msg_id))

    def write_again(self) -> None:
        """Whoever was refused writes once more, as people do."""
        for said in [said for said in self.said if not said.is_kept]:
            push = said.resident.compose("text", {"Content": f"再发一次：{MATTER}"})
            self.send(said.resident, push)

    def answer_all(self) -> None:
        """The desk works until nothing waits."""
        until(lambda: not self._answer_some(), "the desk is never done", ARRIVES_WITHIN)

    def _answer_some(self) -> bool:
        """Answers what waits; whether there was anything, or the service was not there."""
        try:
            waiting = self.desk.to_do()
            for case in waiting:
                self.desk.answer(case, f"答复{case}号：先找村委会调解。")
        except AssertionError:
            self.desk.log_in()
            return True
        except requests.RequestException:
            return True
        return bool(waiting)

    def settle(self) -> None:
        """Until no answer of this row's residents is on its way."""
        until(
            lambda: not self.states() & {"due", "sending"},
            "an answer never arrives",
            ARRIVES_WITHIN,
        )

    def states(self) -> set[str]:
        """Where the answers to this row's residents stand."""
        return {row["state"] for row in self._ours("deliveries")}

    def fetch_held(self) -> None:
        """Whoever an answer waits for writes again, about nothing in particular."""
        waiting = {row["resident"] for row in self._ours("deliveries") if row["state"] == "held"}
        for resident in self._residents():
            if resident.openid in waiting:
                self.send(resident, resident.compose("text", {"Content": "你好"}))

    def ask_by_number(self) -> None:
        """Whoever waits asks for their case by its number."""
        waiting = {row["resident"]: row["consultation"] for row in self._ours("deliveries")}
        for resident in self._residents():
            number = {"Content": str(waiting[resident.openid])}
            self.send(resident, resident.compose("text", number))

    def row(self, fault: str, rule: str = ONCE) -> Row:
        """What this fault led to."""
        stored = Counter((row["resident"], row["MsgId"]) for row in self._ours("messages"))
        kept = [said for said in self.said if said.is_kept]
        shown = self._shown()
        lost = [said for said in kept if not stored[said.resident.openid, said.msg_id]]
        return Row(
            fault,
            self.database,
            messages=len(self.said),
            kept=len(kept),
            refused=len(self.said) - len(kept),
            answers=len(shown),
            out=sum(times > 0 for times in shown.values()),
            lost=len(lost) + sum(times == 0 for times in shown.values()),
            kept_twice=sum(times > 1 for times in stored.values()),
            shown_twice=sum(times > 1 for times in shown.values()),
            rule=rule,
        )

    def _shown(self) -> dict[str, int]:
        """How often each answer of staff stood on its resident's screen."""
        screens = {resident.openid: resident.seen for resident in self._residents()}
        return {
            case["number"]: sum(f"答复{case['number']}号" in t for t in screens[case["resident"]])
            for case in self._ours("consultations")
            if case["answered_at"]
        }

    def _residents(self) -> list[Resident]:
        return list({said.resident.openid: said.resident for said in self.said}.values())

    def _ours(self, what: str) -> list[Record]:
        openids = {said.resident.openid for said in self.said}
        with self.store.read() as records:
            rows = getattr(records.exports, what)()
            return [row for row in rows if row["resident"] in openids]


@contextmanager
def world(
    folder: Path, settings: Mapping[str, str] | None = None, checkout: Path = ROOT
) -> Iterator[World]:
    """A running service over one data folder, and a member of staff."""
    key = random_aes_key()
    with FakePlatform() as platform:
        wechat = {"WECHAT_TOKEN": TOKEN, "WECHAT_ENCODING_AES_KEY": key}
        environment = platform.settings() | SECRETS | wechat | dict(settings or {})
        web = Running(folder, environment, part="web", checkout=checkout)
        worker = Running(folder, environment, part="worker", checkout=checkout)
        with started([web, worker]):
            web.flask("staff", "add", "desk", "--role", "admin", "--password", PASSWORD)
            desk = DeskWorker(web.url, "desk", PASSWORD)
            desk.log_in()
            engine = make_engine(_database_of(web))
            yield World(platform, web, worker, key, desk, SqlStore(engine))
            engine.dispose()


def _database_of(service: Running) -> str:
    folder = service.environment.get("DATA_DIR", f"{service.folder}/var")
    own = f"sqlite:///{folder}/faxiaomei.sqlite3"
    return service.environment.get("DATABASE_URL", own)
