"""Deleting one's records on the chat page, and what the desk sees of whoever left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.site import ANSWERABLE, DANGER, UNANSWERABLE, Site, Visitor, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return site.visitor()


def leave(visitor: Visitor, **headers: str) -> int:
    return visitor.session.delete(f"{visitor.url}/chat/messages", headers=headers).status_code


def everything(site: Site) -> str:
    with site.services.store.read() as records:
        exports = records.exports
        return repr([*exports.messages(outbound=True), *exports.consultations()])


def test_the_first_reply_on_the_page_tells_how_to_delete(visitor: Visitor) -> None:
    text = visitor.say(UNANSWERABLE)["text"]
    assert text.index("编号") < text.index("【说明】")
    assert "删除我的记录" in text
    assert "【说明】" not in visitor.say("你好")["text"]


def test_deleting_erases_and_gives_a_new_cookie(site: Site, visitor: Visitor) -> None:
    visitor.say("房东不退押金，这是私房话")
    before = visitor.session.cookies["fxm_resident"]
    assert leave(visitor) == 200
    assert visitor.session.cookies["fxm_resident"] != before
    assert visitor.texts() == []
    assert "私房话" not in everything(site)
    assert "【说明】" in visitor.say("你好")["text"]


def test_the_old_cookie_leads_to_nothing(site: Site, visitor: Visitor) -> None:
    visitor.say(UNANSWERABLE)
    old = {"fxm_resident": visitor.session.cookies["fxm_resident"]}
    leave(visitor)
    heard = site.get("/chat/messages", cookies=old).json()
    assert heard == {"messages": [], "next": 0, "waiting": None}


def test_deleting_twice_or_without_ever_writing_is_harmless(site: Site, visitor: Visitor) -> None:
    with site.services.store.read() as records:
        before = records.exports.counts()
    assert leave(visitor) == 200
    assert leave(visitor) == 200
    assert site.ask("DELETE", "/chat/messages").status_code == 200
    with site.services.store.read() as records:
        assert records.exports.counts() == before


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_other_sites_cannot_delete_for_a_resident(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    visitor.say(ANSWERABLE)
    assert leave(visitor, **headers) == 403
    assert ANSWERABLE in visitor.texts()


def test_the_page_confirms_that_the_records_are_gone(site: Site) -> None:
    assert "您的记录已经删除" in site.get("/chat?erased").text
    assert "您的记录已经删除" not in site.get("/chat").text


def test_the_desk_sees_that_nobody_can_be_reached_and_that_the_answer_failed(site: Site) -> None:
    visitor = site.visitor()
    visitor.say("今天天气不错")
    number = visitor.say(UNANSWERABLE)["consultation"]
    member = site.member()
    member.act(number, "claim")
    assert "联系不到" not in member.get(f"/console/cases/{number}").text
    leave(visitor)
    page = member.get(f"/console/cases/{number}").text
    assert "网页上联系不到了" in page
    assert "（居民离开，内容已删除）" in page
    assert UNANSWERABLE in page
    member.act(number, "answer", text="先找村委会调解。")
    site.deliver(number)
    page = member.get(f"/console/cases/{number}").text
    assert "送不到：居民已取消关注或删除了记录" in page


def test_an_urgent_case_of_somebody_who_left_is_still_in_the_queue(site: Site) -> None:
    visitor = site.visitor()
    number = visitor.say(DANGER)["consultation"]
    leave(visitor)
    row = site.member().get("/console/").text.split(f'id="case-{number}"')[1].split("</a>")[0]
    assert "紧急" in row
    assert "居民已离开，联系不上" in row


def test_a_broken_store_says_that_nothing_was_deleted(tmp_path: Path) -> None:
    with open_site(tmp_path) as site:
        visitor = site.visitor()
        visitor.say(ANSWERABLE)
        before = visitor.session.cookies["fxm_resident"]
        with site.services.store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE messages RENAME TO elsewhere")
        assert leave(visitor) == 500
        assert visitor.session.cookies["fxm_resident"] == before
