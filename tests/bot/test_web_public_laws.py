"""Law for everybody: articles in any spelling, versions of a day, whole laws, a search."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from bot.web.lawlinks import Links
from bot.web.laws import citing
from knowledge.statutes.register import everyday_name
from tests.bot.publicsite import (
    MARRIAGE,
    POLICE,
    SOLE,
    TODAY,
    WAGES,
    PublicSite,
    public_site,
    text_of,
)
from tests.knowledge.test_law_lookups import SPELLINGS

MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> PublicSite:
    return public_site(tmp_path_factory.mktemp("laws"))


@pytest.fixture(scope="module")
def client(site: PublicSite) -> FlaskClient:
    return site.client


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path, follow_redirects=True)
    assert response.status_code == status, path
    return response.text


@pytest.mark.parametrize(("text", "title", "number"), SPELLINGS)
def test_an_article_is_found_in_any_spelling(
    client: FlaskClient, text: str, title: str, number: str
) -> None:
    told = text_of(page(client, f"/laws/?q={quote(text)}"))
    assert f"《{everyday_name(title)}》{number}" in told


def test_an_article_says_which_text_it_is_and_where_it_stands(client: FlaskClient) -> None:
    told = text_of(page(client, "/laws/?q=农民工工资条例第30条"))
    assert "由总包先给。总包给了再去追。" in told
    for fact in ("现在有效", "2019年12月4日的文本，2020年5月1日起施行", "行政法规", "国务院"):
        assert fact in told
    assert f"文本来源管理员放进来的文本（文件{WAGES}(2019-12-04)）" in told
    whole = page(client, f"/laws/{WAGES}/30")
    assert f'href="/laws/{quote(WAGES)}/29"' in whole
    assert f'href="/laws/{quote(WAGES)}/31"' in whole
    assert "用到这一条的问答" in whole
    assert "/entries/laodong-taoxin-01" in whole


def test_the_answers_that_rest_on_an_article_are_those_of_today(site: PublicSite) -> None:
    ids = {entry.id for entry in citing(site.services, WAGES, "第三十条", TODAY)}
    assert "laodong-taoxin-01" in ids
    assert citing(site.services, WAGES, "第三十条", date(2019, 1, 1)) == ()


def test_another_spelling_in_the_address_leads_to_the_one_address(client: FlaskClient) -> None:
    for path in ("/laws/治安管理处罚法/第四十三条", "/laws/治安处罚法/43?on=2020-01-01"):
        answer = client.get(path)
        assert answer.status_code == 302
        on = "?on=2020-01-01" if "on=" in path else ""
        assert answer.headers["Location"] == f"/laws/{quote(POLICE)}/43{on}"


@pytest.mark.parametrize(
    ("on", "text", "standing"),
    [
        ("", "新法这样罚", "现在有效"),
        ("?on=2025-12-31", "旧法这样罚", "旧文本，现在不用了"),
        ("?on=2026-01-01", "新法这样罚", "现在有效"),
    ],
)
def test_the_text_is_that_of_the_day(
    client: FlaskClient, on: str, text: str, standing: str
) -> None:
    told = text_of(page(client, f"/laws/{POLICE}/43{on}"))
    assert text in told
    assert standing in told


def test_an_old_text_leads_to_the_present_one(client: FlaskClient) -> None:
    told = page(client, f"/laws/{POLICE}/43?on=2020-01-01")
    assert "2026年1月1日起改用新的文本" in told
    assert f'<a href="/laws/{quote(POLICE)}/43">看现在的第四十三条</a>' in told


def test_a_repealed_law_says_so_and_its_text_is_read_as_such(client: FlaskClient) -> None:
    told = page(client, "/laws/?q=婚姻法第46条")
    assert "2021年1月1日起已经作废" in told
    assert "假的作废条文" not in told
    link = re.findall(rf'href="(/laws/{quote(MARRIAGE)}/46\?on=2001-04-28)"', told)
    old = text_of(page(client, link[0]))
    assert "假的作废条文" in old
    assert "这部法2021年1月1日起作废，现在不能用了" in old


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/laws/?q=民法典1042条&on=2019-01-01", "最早一个文本从2021年1月1日起施行"),
        ("/laws/?q=婚姻法46条&on=2022-01-01", "2022年1月1日这一天，《婚姻法》已经作废"),
        (f"/laws/?q={WAGES}999条&on=2021-01-01", "没有第九百九十九条"),
    ],
)
def test_for_another_day_nothing_is_said_of_today(
    client: FlaskClient, path: str, told: str
) -> None:
    shown = page(client, path)
    assert told in shown
    assert "现在还不能用" not in shown
    assert "现行" not in shown


def test_a_number_without_a_law_is_asked_back(client: FlaskClient) -> None:
    for words in ("第47条", "四十七条", "47"):
        assert "是哪部法的第四十七条？" in page(client, f"/laws/?q={words}")


def test_a_law_to_come_says_from_when(client: FlaskClient) -> None:
    assert "2027年1月1日才开始施行" in page(client, "/laws/?q=医疗保障法第3条")


def test_without_a_text_the_official_place_is_named(client: FlaskClient) -> None:
    assert "国家法律法规数据库（flk.npc.gov.cn）" in page(client, "/laws/?q=律师法第3条")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/laws/劳动仲裁保护法", "没有查到这部法"),
        ("/laws/劳动仲裁保护法/3", "没有查到叫“劳动仲裁保护法”的法律"),
        (f"/laws/{WAGES}/999", "没有第九百九十九条"),
        (f"/laws/{WAGES}/abc", "没有这个页面"),
    ],
)
def test_what_is_not_there_is_a_404_with_a_way_on(
    client: FlaskClient, path: str, told: str
) -> None:
    shown = page(client, path, 404)
    assert told in shown
    if "劳动仲裁" in path:
        assert "《劳动争议调解仲裁法》" in shown


@pytest.mark.parametrize("on", ["2026-13-01", "昨天", "x"])
def test_what_is_no_day_is_refused_with_words(client: FlaskClient, on: str) -> None:
    assert "2026-01-31" in page(client, f"/laws/{WAGES}?on={on}", 400)


def test_a_law_lists_its_versions_and_its_articles(client: FlaskClient) -> None:
    shown = page(client, "/laws/?q=治安管理处罚法")
    assert f'href="/laws/{quote(POLICE)}"' in shown
    told = text_of(page(client, f"/laws/{POLICE}"))
    assert told.index("2025年6月27日的文本") < told.index("2012年10月26日的文本")
    assert "第四十三条假的新条文" in told
    old = text_of(page(client, f"/laws/{POLICE}?on=2020-01-01"))
    assert "第四十三条假的旧条文" in old


def test_a_long_law_comes_in_pages_and_none_is_too_long(client: FlaskClient) -> None:
    first = page(client, f"/laws/{SOLE}")
    pages = re.findall(r"\?page=(\d+)", first)
    seen: list[str] = []
    for number in range(1, max(map(int, pages)) + 1):
        shown = page(client, f"/laws/{SOLE}?page={number}")
        assert len(shown.encode()) < MOST_BYTES
        seen += re.findall(rf'href="/laws/{quote(SOLE)}/(\d+)"', shown)
    assert seen == [str(number) for number in range(1, 200)]
    assert page(client, f"/laws/{SOLE}?page=9999") == shown
    assert page(client, f"/laws/{SOLE}?page=-1") == first


def test_words_are_searched_when_the_index_is_there(site: PublicSite) -> None:
    before = page(site.client, "/laws/?q=拖欠工资")
    assert "正在给法条编索引" in before
    assert site.services.law_search._building is not None
    site.services.law_search._building.join(60)
    shown = page(site.client, "/laws/?q=分包单位拖欠工资")
    assert f'href="/laws/{quote(WAGES)}/30"' in shown
    assert "<mark>拖欠</mark>" in shown
    assert "没有找到" in page(site.client, "/laws/?q=zzzz")
    _ten_on_a_page(site.client)


def _ten_on_a_page(client: FlaskClient) -> None:
    first, second = (page(client, f"/laws/?q=很长的条文&page={number}") for number in (1, 2))
    links = [re.findall(r"/laws/[^\"/]+/(\d+)\"", shown) for shown in (first, second)]
    assert [len(found) for found in links] == [10, 10]
    assert not set(links[0]) & set(links[1])
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in page(client, "/laws/?q=很长的条文&page=5")


def test_the_console_has_its_own_links() -> None:
    console = Links(laws="/console/laws", by_words=True)
    assert console.article(WAGES, "第三十条") == f"/console/laws?q={quote(WAGES + '第三十条')}"
    assert console.law(POLICE) == f"/console/laws?q={quote('治安管理处罚法')}"
    assert Links().article(WAGES, "第三十条之一") == f"/laws/{quote(WAGES)}/30-1"
