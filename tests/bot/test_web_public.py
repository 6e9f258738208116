"""What anybody finds without logging in: search, topics, whole answers; nothing is kept."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from knowledge.entry import Entry, EntryId, Status
from knowledge.library import CONTENT
from knowledge.topics import read_topics
from tests.bot.publicsite import (
    NOW,
    TODAY,
    WAGES,
    PublicSite,
    public_site,
    site_with,
    text_of,
)
from tests.bot.site import ANSWERABLE, DANGER

ENTRY = EntryId("laodong-taoxin-01")
PAGES = [
    "/",
    f"/?q={ANSWERABLE}",
    f"/?q={DANGER}",
    "/?q=今天天气",
    "/topics/laodong",
    f"/entries/{ENTRY}",
    "/entries/nothing",
    "/laws/",
    "/laws/?q=民法典1042条",
    f"/laws/?q={DANGER}",
    f"/laws/{WAGES}",
    f"/laws/{WAGES}/30",
    "/laws/不存在的法",
]
MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> PublicSite:
    return public_site(tmp_path_factory.mktemp("public"))


@pytest.fixture
def site(public: PublicSite) -> Iterator[PublicSite]:
    yield public
    public.now = NOW


@pytest.fixture
def client(site: PublicSite) -> FlaskClient:
    return site.client


def entry(site: PublicSite, id_: str = ENTRY) -> Entry:
    return site.services.library.entries[EntryId(id_)]


def answered(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_small_and_anonymous(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    page = response.text
    assert response.status_code in (200, 404)
    assert "Set-Cookie" not in response.headers
    assert len(response.data) < MOST_BYTES
    assert '<html lang="zh-Hans">' in page
    assert re.search(r"<title>[\u4e00-\u9fff《]+.* · 法小梅</title>", page)
    assert '<a class="skip" href="#main">' in page
    assert 'id="main"' in page
    assert "<script" not in page
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {"tel:110", "tel:120", "tel:12348"} <= set(re.findall(r'href="(tel:\d+)"', page))
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_first_page_counts_what_answers_today(site: PublicSite) -> None:
    page = text_of(answered(site.client, "/"))
    given = site.services.library.answering(TODAY)
    counts = sum(int(count) for count in re.findall(r"(\d+)问", page))
    assert counts == len(given)
    assert "打工和工资" in page


def test_a_question_finds_entries_with_what_they_begin_with(client: FlaskClient) -> None:
    page = answered(client, "/?q=房东不退押金")
    assert "/entries/fangchan-zufang-02" in page
    assert re.search(r"</a><p>[^<]{8,}[。！？]</p>", page)


def test_a_single_word_finds_what_may_be_meant(client: FlaskClient) -> None:
    page = text_of(answered(client, "/?q=工资"))
    assert "包工头跑了，工资找谁要" in page
    assert page.index("包工头跑了") < page.index("也许和您的事有关")


def test_what_finds_nothing_leads_to_people_with_the_words(client: FlaskClient) -> None:
    page = answered(client, "/?q=今天天气")
    assert "没有查到" in page
    assert f'href="/chat#ask={quote("今天天气")}"' in page
    assert "/entries/" not in page


def test_danger_stands_above_everything_with_numbers_to_tap(site: PublicSite) -> None:
    danger = site.services.reception.screen.look(DANGER)
    assert danger is not None
    for path in (f"/?q={DANGER}", f"/laws/?q={DANGER}"):
        page = answered(site.client, path)
        above, below = page.split("<header", 1)
        shown = re.sub(r"<[^>]*>", "", above.split("<body>")[1])
        first = shown.replace("跳到内容", "").strip()
        assert first.startswith(danger.alone)
        assert 'href="tel:110"' in above
        assert 'href="tel:120"' in above
        assert "没有人看见您写的话" in above
        # Nobody has been told: the chat's promise would be a lie here.
        assert "已转给工作人员" not in page
        assert danger.alone[:10] not in below


def test_an_article_that_is_asked_for_is_offered(client: FlaskClient) -> None:
    page = answered(client, "/?q=民法典1042条")
    assert "看《民法典》第一千零四十二条" in page
    assert f'href="/laws/?q={quote("民法典1042条")}"' in page


def test_a_long_story_is_searched_by_its_beginning_and_screened_whole(client: FlaskClient) -> None:
    page = answered(client, f"/?q={'房东不退押金，' * 30}{DANGER}")
    assert "只按前 200 个字" in page
    assert "没有人看见您写的话" in page


def test_a_search_is_logged_without_its_words(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answered(client, "/?q=张三不给我工资")
        answered(client, "/laws/?q=李四第三条")
    told = [str(vars(record)) for record in caplog.records if record.name != "werkzeug"]
    assert [record.message for record in caplog.records].count("request_served") == 2
    for words in ("张三", "李四", quote("张三"), quote("李四")):
        assert not any(words in line for line in told)


@pytest.mark.parametrize(
    ("path", "cached"),
    [("/", "no-cache"), (f"/entries/{ENTRY}", "no-cache"), (f"/?q={ANSWERABLE}", "no-store")],
)
def test_what_holds_no_words_of_anybody_may_be_kept_but_is_asked_after(
    client: FlaskClient, path: str, cached: str
) -> None:
    first = client.get(path)
    assert first.headers["Cache-Control"] == cached
    if cached == "no-cache":
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_changed_answer_is_not_taken_from_a_cache(site: PublicSite) -> None:
    before = site.client.get(f"/entries/{ENTRY}").headers["ETag"]
    told = replace(entry(site).sections, brief="改过的简答。")
    changed = site_with(site.services, replace(entry(site), sections=told))
    answer = changed.get(f"/entries/{ENTRY}", headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert "改过的简答" in answer.text


def test_a_topic_lists_its_entries(site: PublicSite) -> None:
    page = answered(site.client, "/topics/laodong")
    given = {one.id for one in site.services.library.answering(TODAY) if one.topic == "laodong"}
    assert set(re.findall(r'href="/entries/([^"]+)"', page)) == given


def test_an_unknown_topic_shows_the_way_back(client: FlaskClient) -> None:
    page = answered(client, "/topics/nothing", 404)
    assert 'href="/"' in page
    assert "没有这个页面" in page


def test_every_topic_of_content_and_plan_has_a_name(site: PublicSite) -> None:
    topics = read_topics(CONTENT / "topics.yaml")
    plan = (CONTENT / "plan.yaml").read_text("utf-8")
    used = {one.topic for one in site.services.library.entries.values()}
    assert used | set(re.findall(r"{id: ([a-z]+)-", plan)) <= set(topics)


def test_an_entry_says_every_word_of_the_chat(site: PublicSite) -> None:
    """Labels and marks stand elsewhere, and the law as links; each other line is the same."""
    composer = site.services.reception.composer
    for one in composer.library.answering(TODAY):
        page = text_of(answered(site.client, f"/entries/{one.id}")).replace("：", "")
        for line in "\n".join(composer.entry_parts(one, TODAY)).splitlines():
            plain = "".join(line.split()).strip("【】").replace("：", "")
            if plain.startswith(("依据", "全部依据", "回复“更多”", "（没完")):
                continue
            assert plain in page, (one.id, line)


def test_an_entry_links_every_article_it_rests_on(site: PublicSite) -> None:
    for one in site.services.library.answering(TODAY):
        page = answered(site.client, f"/entries/{one.id}")
        assert len(page.encode()) < MOST_BYTES
        assert len(re.findall(r'href="/laws/[^"/]+/[0-9-]+"', page)) == len(one.citations)


def test_an_entry_says_by_whom_and_when_it_was_read(site: PublicSite) -> None:
    page = text_of(answered(site.client, f"/entries/{ENTRY}"))
    assert "本条尚未经律师审核。" in page
    assert "写成和核对法条：2026年11月23日" in page
    assert "2019年12月4日的文本，2020年5月1日起施行" in page
    read = site_with(site.services, replace(entry(site), reviewed_by="王律师"))
    assert "已由王律师审核。" in answered(read, f"/entries/{ENTRY}")
    due = site_with(site.services, replace(entry(site), review_by=TODAY - timedelta(days=1)))
    assert "正在复核" in answered(due, f"/entries/{ENTRY}")


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"status": Status.WITHDRAWN}, 410, "这条问答现在不能看了"),
        ({"valid_until": TODAY - timedelta(days=1)}, 410, "这条问答现在不能看了"),
        ({"status": Status.DRAFT}, 404, "没有这条问答"),
        ({"valid_from": TODAY + timedelta(days=1)}, 404, "没有这条问答"),
    ],
)
def test_what_may_not_be_given_today_is_not_shown(
    site: PublicSite, changed: dict[str, object], status: int, told: str
) -> None:
    one = replace(entry(site), **changed)  # type: ignore[arg-type]
    client = site_with(site.services, one)
    page = answered(client, f"/entries/{ENTRY}", status)
    assert told in page
    assert one.title not in page
    assert one.sections.brief[:12] not in page
    assert 'action="/"' in page
    assert "tel:12348" in page
    assert f"/entries/{ENTRY}" not in answered(client, "/topics/laodong")


def test_a_citation_whose_law_has_moved_takes_its_answer_off(site: PublicSite) -> None:
    one = replace(entry(site, "zhian-chufa-01"), drafted_on=date(2025, 3, 1))
    client = site_with(site.services, replace(one, valid_from=date(2025, 1, 1)))
    assert "现在不能看了" in answered(client, "/entries/zhian-chufa-01", 410)


def test_a_related_entry_that_is_withdrawn_is_not_named(site: PublicSite) -> None:
    other = entry(site).related[0]
    gone = replace(entry(site, other), status=Status.WITHDRAWN)
    page = answered(site_with(site.services, gone), f"/entries/{ENTRY}")
    assert other not in page
    assert entry(site).related[1] in page


def test_what_editors_write_is_never_markup(site: PublicSite) -> None:
    told = replace(entry(site).sections, brief="<b>简答</b>打{phone:12348}。")
    page = answered(
        site_with(site.services, replace(entry(site), sections=told)), f"/entries/{ENTRY}"
    )
    assert '&lt;b&gt;简答&lt;/b&gt;打<a href="tel:12348">12348</a>。' in page
    searched = answered(site.client, '/?q="><script>alert(1)</script>')
    assert "<script" not in searched


def test_the_chat_page_shows_the_way_here(client: FlaskClient) -> None:
    page = answered(client, "/chat")
    assert 'href="/"' in page
