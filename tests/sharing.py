"""Which files run in one process because they share a running service, and what begins first."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadFileScheduling

SHARING = {
    "tests/browser/": "browser",
    "tests/bot/test_wechat_conformance.py": "account",
    "tests/bot/test_wechat_hostile.py": "account",
    "tests/bot/test_wechat_people.py": "account",
    "tests/bot/test_wechat_story": "account",
}
"""A service takes six seconds of a processor to start; each of these groups has its own."""

FIRST = (
    "browser",
    "account",
    "tests/bot/test_wechat_attachments_story.py",
    "tests/bot/test_spool_replay.py",
    "tests/bot/test_commands.py",
    "tests/bot/test_tasks.py",
    "tests/bot/test_wechat_token_races.py",
    "tests/test_stopping.py",
    "tests/knowledge/test_checks.py",
)
"""What takes longest: a long file at the end would leave all other processes without work."""


def group_of(nodeid: str) -> str:
    """The file of a test, or the files that stay together with it."""
    file = nodeid.split("::", 1)[0]
    return next((group for start, group in SHARING.items() if file.startswith(start)), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest groups first; within each everything stays in its order."""
    turns = {group: turn for turn, group in enumerate(FIRST)}
    items.sort(key=lambda item: turns.get(group_of(item.nodeid), len(turns)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(
    config: pytest.Config, log: "Producer"
) -> "LoadFileScheduling | None":
    """With `--dist loadfile`, groups stay together as files do."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Together(config, log)
