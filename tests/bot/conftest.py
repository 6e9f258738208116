"""Fixtures of tests that talk to a platform."""

import pytest

from bot.wechat import calls, inspection


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever does not answer is left sooner than in earnest; what is done then is the same."""
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 1.5)
    monkeypatch.setattr(inspection, "TIME_LIMITS", (1.5, 1.5))
