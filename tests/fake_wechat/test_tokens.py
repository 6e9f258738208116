"""Tokens live and die as on the real platform."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests.fake_wechat.account import Limits
from tests.fake_wechat.clock import ShiftableClock
from tests.fake_wechat.errors import Refused
from tests.fake_wechat.tokens import TokenDesk

GRACE = timedelta(seconds=60)


@pytest.fixture
def clock() -> ShiftableClock:
    return ShiftableClock(lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def desk(clock: ShiftableClock) -> TokenDesk:
    return TokenDesk(Limits(plain_token_grace=GRACE), clock)


def refusal_of(call: Callable[[], object]) -> int:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_a_stable_token_is_the_same_until_five_minutes_before_its_end(
    desk: TokenDesk, clock: ShiftableClock
) -> None:
    first, _ = desk.stable(force=False)
    clock.shift(timedelta(seconds=6899))
    assert desk.stable(force=False) == (first, 301)
    clock.shift(timedelta(seconds=1))
    second, seconds = desk.stable(force=False)
    assert (second != first, seconds) == (True, 7200)
    desk.check(first)
    clock.shift(timedelta(seconds=300))
    assert refusal_of(lambda: desk.check(first)) == 42001
    desk.check(second)


def test_a_forced_refresh_kills_the_old_token_at_once(desk: TokenDesk) -> None:
    old, _ = desk.stable(force=False)
    new, _ = desk.stable(force=True)
    assert refusal_of(lambda: desk.check(old)) == 40001
    desk.check(new)


def test_a_forced_refresh_within_thirty_seconds_of_another_changes_nothing(
    desk: TokenDesk, clock: ShiftableClock
) -> None:
    first, _ = desk.stable(force=True)
    clock.shift(timedelta(seconds=29))
    assert desk.stable(force=True)[0] == first
    clock.shift(timedelta(seconds=1))
    assert desk.stable(force=True)[0] != first


def test_the_twenty_first_forced_refresh_of_a_day_is_refused(
    desk: TokenDesk, clock: ShiftableClock
) -> None:
    for _ in range(20):
        desk.stable(force=True)
        clock.shift(timedelta(seconds=30))
    assert refusal_of(lambda: desk.stable(force=True)) == 45009
    clock.shift(timedelta(days=1))
    desk.check(desk.stable(force=True)[0])


def test_a_plain_token_outlives_its_successor_by_the_grace_only(
    desk: TokenDesk, clock: ShiftableClock
) -> None:
    stable, _ = desk.stable(force=False)
    old, _ = desk.plain()
    new, _ = desk.plain()
    desk.check(old)
    clock.shift(GRACE)
    assert refusal_of(lambda: desk.check(old)) == 40001
    desk.check(new)
    desk.check(stable)


def test_revoked_missing_foreign_and_malformed_tokens_are_told_apart(desk: TokenDesk) -> None:
    ours, _ = desk.stable(force=False)
    desk.revoke_all()
    foreign = "95_" + "x" * 509
    shown = (ours, None, "", foreign, "junk")
    codes = [refusal_of(partial(desk.check, token)) for token in shown]
    assert codes == [40001, 41001, 41001, 40001, 40014]
    assert desk.stable(force=False)[0] != ours
