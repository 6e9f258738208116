"""The public pages in trouble: no matcher, no database, too many who ask."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from knowledge.entry import EntryId
from tests.bot.publicsite import (
    WAGES,
    PublicSite,
    public_site,
    site_without_matcher,
    without_database,
)
from tests.bot.site import DANGER

ENTRY = EntryId("laodong-taoxin-01")


@pytest.fixture
def site(tmp_path: Path) -> PublicSite:
    return public_site(tmp_path)


def answered(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.text


def test_without_a_matcher_topics_and_people_remain(site: PublicSite) -> None:
    client = site_without_matcher(site.services)
    page = answered(client, "/?q=房东不退押金")
    assert "现在查不了" in page
    assert "tel:12348" in page


def test_too_many_searches_in_a_minute_wait_but_danger_is_heard(tmp_path: Path) -> None:
    site = public_site(tmp_path, searches_per_minute=2)
    for path in ("/?q=工资", "/laws/?q=民法典"):
        answered(site.client, path)
    for path in ("/?q=工资", f"/?q={DANGER}", "/laws/?q=民法典"):
        late = site.client.get(path)
        assert late.status_code == 429
        assert late.headers["Retry-After"] == "60"
        assert "请过一分钟再查" in late.text
    assert "没有人看见您写的话" in site.client.get(f"/?q={DANGER}").text
    answered(site.client, "/topics/laodong")
    site.now += timedelta(minutes=1)
    answered(site.client, "/?q=工资")


def test_a_clock_that_is_set_back_closes_no_door(tmp_path: Path) -> None:
    site = public_site(tmp_path, searches_per_minute=1)
    answered(site.client, "/?q=工资")
    site.now -= timedelta(hours=1)
    answered(site.client, "/?q=工资")
    assert site.client.get("/?q=工资").status_code == 429


def test_what_is_known_is_shown_without_the_database(tmp_path: Path) -> None:
    site = public_site(tmp_path)
    answered(site.client, "/")
    without_database(site)
    for path in ("/", "/?q=房东不退押金", f"/entries/{ENTRY}", f"/laws/{WAGES}/30"):
        answered(site.client, path)
    sent = {"id": "message-1", "text": "房东不退押金"}
    assert site.client.post("/chat/messages", json=sent).status_code == 503
