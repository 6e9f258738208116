"""Strangers on the page come in at a bounded rate; whoever is known, or in danger, is heard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.site import ANSWERABLE, DANGER, Site, Visitor, open_site

MOST = 3


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("crowded")
    with open_site(folder, chat_newcomers_per_minute=MOST) as site:
        yield site


@pytest.fixture
def site(crowded: Site) -> Site:
    """A minute in which nobody has come yet."""
    crowded.clock.turn(minutes=1)
    return crowded


def residents(site: Site) -> int:
    with site.services.store.read() as records:
        return records.exports.counts()["residents"]


def fill(site: Site) -> list[Visitor]:
    visitors = [site.visitor() for _ in range(MOST)]
    for visitor in visitors:
        visitor.say("你好")
    return visitors


def test_one_stranger_too_many_is_asked_to_come_again_and_then_let_in(site: Site) -> None:
    fill(site)
    before = residents(site)
    late = site.visitor()
    refused = late.post(ANSWERABLE, "message-of-late")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    assert "还没有存下来" in refused.json()["message"]
    assert "12348" in refused.json()["message"]
    assert residents(site) == before
    site.clock.turn(minutes=1)
    assert late.say(ANSWERABLE, "message-of-late")["decision"] == "answer"


def test_thrown_away_cookies_do_not_help(site: Site) -> None:
    fill(site)
    for _ in range(5):
        assert Visitor(site.url).post("你好").status_code == 429


def test_whoever_is_known_is_always_heard(site: Site) -> None:
    for visitor in fill(site):
        assert visitor.say(ANSWERABLE)["decision"] == "answer"


def test_a_stranger_in_danger_reads_the_safety_text_first(site: Site) -> None:
    fill(site)
    refused = site.visitor().post(DANGER)
    assert refused.status_code == 429
    words = refused.json()["message"]
    assert "110" in words.splitlines()[0]
    assert "还没有存下来" in words
    assert "已转给工作人员" not in words


def test_an_erased_resident_counts_as_having_come(site: Site) -> None:
    for visitor in fill(site):
        visitor.session.delete(f"{site.url}/chat/messages")
    assert site.visitor().post("你好").status_code == 429


def test_the_page_itself_opens_for_everybody(site: Site) -> None:
    fill(site)
    assert site.visitor().open().ok
