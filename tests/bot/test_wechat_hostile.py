"""A share of the hostile table; `make proof` sends all of it."""

import json

import pytest

from tests.bot.account import AES_KEY, PREVIOUS, TOKEN
from tests.fake_wechat import FakePlatform, Mode, read_reply
from tests.hostile import KINDS, Row, Target, send_all
from tests.running import Running

REFUSALS = {400, 403, 405, 413}
PATIENT = 5
"""Seconds after which the platform gives a reply up."""
SHARE = (3,)
"""Which of each kind's requests are sent here."""


@pytest.fixture(scope="module")
def target(platform: FakePlatform, service: Running) -> Target:
    account = platform.account
    return Target(service.port, TOKEN, AES_KEY, PREVIOUS, account.app_id, account.original_id)


def counts(service: Running) -> dict[str, int]:
    found: dict[str, int] = json.loads(service.flask_here("count", "--json"))
    return found


def check_refused(rows: list[Row]) -> None:
    for row in rows:
        assert row.statuses.keys() <= REFUSALS, row.line()
        assert row.worst_seconds < PATIENT, row.line()
        assert not row.echoed, row.line()


def check_answered(rows: list[Row], platform: FakePlatform, url: str) -> None:
    webhook = platform.webhook(url, TOKEN, Mode.COMPATIBLE, AES_KEY)
    previous = platform.webhook(url, TOKEN, Mode.COMPATIBLE, PREVIOUS)
    for row in rows:
        assert row.statuses.keys() == {200}, row.line()
        assert row.worst_seconds < PATIENT, row.line()
        sent_to = previous if row.kind.name == "previous key" else webhook
        for openid, body in row.bodies.items():
            read_reply(body, sent_to, openid)


def test_what_is_refused_leaves_no_trace(target: Target, service: Running) -> None:
    before = counts(service)
    check_refused(send_all(target, [kind for kind in KINDS if not kind.answered], SHARE))
    assert counts(service) == before


def test_what_is_odd_but_genuine_is_answered_and_kept_once(
    target: Target, service: Running, platform: FakePlatform
) -> None:
    before = counts(service)
    rows = send_all(target, [kind for kind in KINDS if kind.answered], SHARE)
    check_answered(rows, platform, service.url)
    assert counts(service)["messages"] - before["messages"] == len(rows) * len(SHARE)


def test_the_service_is_still_well(service: Running) -> None:
    assert service.is_ready()
    assert "Traceback" not in service.log.read_text("utf-8")
