"""What a run over several hosts showed, counted from the database's exports and the screens."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.fake_wechat import FakePlatform
from tests.running import Running
from tests.scripts import Line, Script, scripts

FIRST_ID = 24_000_000_000_000_000
RULE = "by the rule that a push without its note is repeated (ADR 3)"


@dataclass
class Tally:
    """Messages are known by their numbers, cases by theirs."""

    messages: int = 0
    kills: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    start_seconds: list[float] = field(default_factory=list)
    by_host: list[int] = field(default_factory=list)
    deliveries: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    desk_faults: int = 0
    acknowledged: dict[int, str] = field(default_factory=dict)
    """With the words of the reply."""
    unanswered: set[int] = field(default_factory=set)
    said_lost: set[int] = field(default_factory=set)
    kept: Counter[int] = field(default_factory=Counter)
    replies: dict[int, str] = field(default_factory=dict)
    """As the database has them."""
    cases: Counter[str] = field(default_factory=Counter)
    """By resident."""
    answered: set[int] = field(default_factory=set)
    shown: Counter[int] = field(default_factory=Counter)
    tries: Counter[int] = field(default_factory=Counter)
    pictures: int = 0
    pictures_seen: list[int] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)
    stranded: list[int] = field(default_factory=list)

    def plan(self, messages: int, chance: random.Random) -> list[list[Line]]:
        """What is going to be sent."""
        self.messages = messages
        return scripts(messages, FIRST_ID, chance)

    @property
    def lost(self) -> list[int]:
        return [n for n in self.acknowledged if self.kept[n] == 0]

    @property
    def kept_twice(self) -> list[int]:
        return [n for n, times in self.kept.items() if times > 1]

    @property
    def other_words(self) -> list[int]:
        """Shown another reply than the one that was kept."""
        return [n for n, text in self.acknowledged.items() if self.replies.get(n, text) != text]

    @property
    def two_cases(self) -> list[str]:
        return [who for who, times in self.cases.items() if times > 1]

    @property
    def unshown(self) -> list[int]:
        return [case for case in self.answered if self.shown[case] == 0]

    @property
    def shown_twice(self) -> list[int]:
        return [case for case, times in self.shown.items() if times > 1]

    @property
    def explained(self) -> list[int]:
        """Shown no more often than a courier tried: one was killed before it could note it."""
        return [case for case in self.shown_twice if self.shown[case] <= self.tries[case]]

    def lines(self) -> list[str]:
        """The figures, the bad ones first."""
        kept_all_the_same = sum(n in self.kept for n in self.unanswered)
        tries = ", ".join(f"{n} in {t}" for t, n in sorted(self.deliveries.items()))
        out = sum(map(bool, self.acknowledged.values()))
        slowest_start = max(self.start_seconds, default=0)
        return [
            f"acknowledged but lost: {len(self.lost)}",
            f"kept twice: {len(self.kept_twice)}; two cases: {len(self.two_cases)}",
            f"staff's answers not shown: {len(self.unshown)}",
            f"shown twice: {len(self.shown_twice)}; {RULE}: {len(self.explained)}",
            f"shown another reply than the kept one: {len(self.other_words)}",
            f"left in a spool, by host: {self.stranded}; files shared: {len(self.shared)}",
            f"told that nothing was kept: {len(self.said_lost)}",
            f"no reply in three tries: {len(self.unanswered)} (kept: {kept_all_the_same})",
            f"sent {self.messages}, acknowledged {len(self.acknowledged)} ({tries})",
            f"kept {self.kept.total()}, replies out {out}",
            f"cases {self.cases.total()}, answered {len(self.answered)}, shown {len(+self.shown)}",
            f"pictures {self.pictures}, read from each host {self.pictures_seen}",
            f"connections by web host {self.by_host}",
            f"requests of staff that failed and were tried again {self.desk_faults}",
            f"kills web1, worker1, web2, worker2 {self.kills}",
            f"ready again within {slowest_start:.1f} s; slowest reply {self.slowest:.1f} s",
        ]


def count(tally: Tally, host: Running, platform: FakePlatform, everybody: Sequence[Script]) -> None:
    """Reads the exports and the residents' screens."""
    number_of = {
        (script.resident.openid, str(line.msg_id)): line.number
        for script in everybody
        for line in script.lines
    }
    for row in _rows(host, "messages"):
        number = number_of[row["resident"], row["MsgId"]]
        tally.kept[number] += 1
        tally.replies[number] = row["reply"] or ""
    for row in _rows(host, "deliveries"):
        tally.tries[int(row["consultation"])] += int(row["attempts"])
    screens = _screens(platform)
    for row in _rows(host, "consultations"):
        case = int(row["number"])
        tally.cases[row["resident"]] += 1
        if row["answered_at"]:
            tally.answered.add(case)
        tally.shown[case] = sum(f"答复{case}号" in text for text in screens[row["resident"]])


def _screens(platform: FakePlatform) -> dict[str, list[str]]:
    """Everything that each user was shown."""
    screens = defaultdict(list)
    for shown in platform.state.record.shown():
        screens[shown.openid].append(shown.text)
    return screens


def _rows(host: Running, what: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in host.flask("export", what).splitlines()]
