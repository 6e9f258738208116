"""The whole hostile table: a thousand requests of fifty kinds, printed with their answers."""

from tests.bot.conftest import platform, service
from tests.bot.test_wechat_hostile import check_answered, check_refused, counts, target
from tests.fake_wechat import FakePlatform
from tests.hostile import KINDS, Target, send_all
from tests.running import Running

__all__ = ["platform", "service", "target"]

EACH = 20


def test_the_hostile_table(target: Target, service: Running, platform: FakePlatform) -> None:
    assert len(KINDS) >= 25
    refused = [kind for kind in KINDS if not kind.answered]
    before = counts(service)
    rows = send_all(target, refused, range(EACH))
    after = counts(service)
    answered = send_all(target, [kind for kind in KINDS if kind.answered], range(EACH))
    written = counts(service)["messages"] - after["messages"]
    print()
    for row in rows + answered:
        print(row.line())
    sent = len(KINDS) * EACH
    worst = max(row.worst_seconds for row in rows + answered)
    print(f"{sent} requests of {len(KINDS)} kinds, slowest {worst * 1000:.0f} ms")
    print(f"rows written by refused requests: {sum(after.values()) - sum(before.values())}")
    print(f"messages kept of {len(answered) * EACH} answered: {written}")
    check_refused(rows)
    check_answered(answered, platform, service.url)
    assert after == before
    assert written == len(answered) * EACH
