"""The heart of the story through /wechat once more, over PostgreSQL."""

import pytest

from tests.bot.account import AES_KEY, TOKEN
from tests.bot.test_wechat_story import (
    test_a_persons_answer_is_pushed_within_five_seconds as test_push,
)
from tests.bot.test_wechat_story import (
    test_after_48_hours_the_answer_waits_and_comes_with_the_next_message as test_waiting,
)
from tests.bot.test_wechat_story import (
    test_many_residents_at_once_each_get_their_own_reply as test_many,
)
from tests.bot.test_wechat_story import (
    test_three_copies_at_once_to_two_processes_are_one_message_and_one_reply as test_copies,
)
from tests.fake_wechat import FakePlatform, Mode, Resident
from tests.running import Running

__all__ = ["test_copies", "test_many", "test_push", "test_waiting"]


@pytest.fixture
def service(service_on_postgres: Running) -> Running:
    return service_on_postgres


@pytest.fixture
def resident(platform: FakePlatform, service: Running) -> Resident:
    """Somebody new, in safe mode."""
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.SAFE, AES_KEY)
    return Resident(webhook, platform)
