"""The conformance table: every kind and event in the three modes, and what came back."""

from tests.bot.conftest import platform, service
from tests.bot.test_wechat_conformance import CASES, outcome
from tests.fake_wechat import FakePlatform, Mode, ServiceFault
from tests.running import Running

__all__ = ["platform", "service"]


def test_the_conformance_table(platform: FakePlatform, service: Running) -> None:
    rows = {
        case.name: [_outcome_or_fault(case.name, mode, platform, service) for mode in Mode]
        for case in CASES
    }
    print(f"\n{'':34}", *(f"{mode:12}" for mode in Mode))
    for name, outcomes in rows.items():
        print(f"{name:34}", *(f"{outcome:12}" for outcome in outcomes))
    wanted = {case.name: ["text" if case.words else "success"] * len(Mode) for case in CASES}
    assert rows == wanted


def _outcome_or_fault(name: str, mode: Mode, platform: FakePlatform, service: Running) -> str:
    [case] = [case for case in CASES if case.name == name]
    try:
        return outcome(case, mode, platform, service)
    except ServiceFault as fault:
        return f"FAULT {fault}"
