"""The resident chat page over HTTP: what a browser may rely on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from bot.app import create_app
from bot.editions import Editions
from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from bot.web.chat import LONGEST_BODY, LONGEST_TEXT, PAGE_LENGTH
from knowledge.wording import Phrase
from tests.bot.site import ANSWERABLE, DANGER, UNANSWERABLE, Site, Visitor, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return site.visitor()


def test_a_question_gets_its_answer_with_the_law(visitor: Visitor) -> None:
    reply = visitor.say(ANSWERABLE)
    assert reply["decision"] == "answer"
    assert "《保障农民工工资支付条例》" in reply["text"]
    assert reply["more"]


def test_the_conversation_has_both_sides_with_times_of_the_place(visitor: Visitor) -> None:
    visitor.say(ANSWERABLE)
    question, answer = visitor.hear()["messages"]
    assert (question["author"], question["text"]) == ("resident", ANSWERABLE)
    assert (answer["author"], answer["decision"]) == ("machine", "answer")
    assert datetime.fromisoformat(answer["at"]).utcoffset() == timedelta(hours=8)


def test_the_same_message_again_gets_the_same_reply_and_is_kept_once(visitor: Visitor) -> None:
    first = visitor.say(UNANSWERABLE, "message-again")
    assert visitor.say(UNANSWERABLE, "message-again") == first
    assert visitor.texts().count(UNANSWERABLE) == 1


def test_the_same_message_many_times_at_once_is_kept_once(visitor: Visitor) -> None:
    with ThreadPoolExecutor(6) as threads:
        sent = [threads.submit(visitor.say, UNANSWERABLE, "message-hasty") for _ in range(6)]
    numbers = {reply.result()["consultation"] for reply in sent}
    assert len(numbers) == 1
    assert visitor.texts().count(UNANSWERABLE) == 1


def test_residents_do_not_see_each_other(site: Site) -> None:
    one, other = site.visitor(), site.visitor()
    one.say("甲的秘密：我想告邻居")
    other.say(ANSWERABLE)
    assert not any("甲的秘密" in text for text in other.texts())


def test_a_forged_cookie_is_nobody(site: Site) -> None:
    visitor, _ = site.open_case()
    signed = visitor.session.cookies["fxm_resident"]
    forged = {"fxm_resident": signed[:-3] + "abc"}
    heard = site.get("/chat/messages", cookies=forged).json()
    assert heard == {"messages": [], "next": 0, "waiting": None}


def test_looking_without_ever_writing_keeps_nothing(site: Site) -> None:
    before = site.services.store.read
    with before() as records:
        count = records.exports.counts()["residents"]
    site.visitor().hear()
    with before() as records:
        assert records.exports.counts()["residents"] == count


def test_the_cookie_is_for_the_browser_alone_and_lasts_a_year(site: Site) -> None:
    cookie = site.get("/chat").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=31536000" in cookie
    assert "Secure" not in cookie


def test_only_what_is_new_is_given(visitor: Visitor) -> None:
    visitor.say("你好")
    seen = visitor.hear()["next"]
    assert visitor.hear(seen) == {"messages": [], "next": seen, "waiting": None}
    visitor.say(ANSWERABLE)
    assert [line["author"] for line in visitor.hear(seen)["messages"]] == ["resident", "machine"]


def test_a_long_conversation_comes_in_pages_without_a_gap(site: Site, visitor: Visitor) -> None:
    visitor.say("第0句")
    first = visitor.hear()["next"]
    for number in range(1, PAGE_LENGTH // 2 + 3):
        site.clock.turn(seconds=10)
        visitor.say(f"第{number}句")
    page = visitor.hear(first)
    rest = visitor.hear(page["next"])
    assert len(page["messages"]) == PAGE_LENGTH
    assert len(rest["messages"]) == 4
    assert page["messages"][-1]["id"] < rest["messages"][0]["id"]


def test_an_open_case_is_said_to_be_waiting_until_it_is_answered(site: Site) -> None:
    visitor, number = site.open_case()
    assert visitor.hear()["waiting"] == {"number": number, "state": "waiting"}
    member = site.member()
    member.act(number, "claim")
    assert visitor.hear()["waiting"] == {"number": number, "state": "claimed"}
    member.act(number, "answer", text="先找村委会调解。")
    assert visitor.hear()["waiting"] is None


def test_a_persons_answer_is_shown_whole_and_counts_as_seen(site: Site) -> None:
    visitor, number = site.open_case()
    member = site.member()
    member.act(number, "claim")
    long = "先找村委会调解，不收费。" * 100
    member.act(number, "answer", text=long)
    site.deliver(number)
    held = site.services.desk.case(number).deliveries[0]  # type: ignore[arg-type]
    assert held.state == "held"
    answer = visitor.hear()["messages"][-1]
    assert answer["author"] == "staff"
    assert answer["text"] == long
    assert answer["consultation"] == number
    assert not answer["more"]
    seen = site.services.desk.case(number).deliveries[0]  # type: ignore[arg-type]
    assert (seen.state, seen.route) == ("sent", "page")


def test_danger_is_answered_first_and_marked(visitor: Visitor) -> None:
    reply = visitor.say(DANGER)
    assert reply["decision"] == "emergency"
    assert "110" in reply["text"].splitlines()[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_other_sites_cannot_write_for_a_resident(visitor: Visitor, headers: dict[str, str]) -> None:
    refused = visitor.post(UNANSWERABLE, **headers)
    assert refused.status_code == 403
    assert "没有存下" in refused.json()["message"]
    assert visitor.texts() == []


def test_our_own_page_can_write(site: Site, visitor: Visitor) -> None:
    assert visitor.post("你好", **{"Sec-Fetch-Site": "same-origin"}).ok
    assert visitor.post("你好", Origin=site.url).ok


def test_a_form_is_not_taken_for_a_message(site: Site, visitor: Visitor) -> None:
    form = {"id": "message-form", "text": "你好"}
    refused = visitor.session.post(f"{site.url}/chat/messages", data=form)
    assert refused.status_code == 415
    assert visitor.texts() == []


@pytest.mark.parametrize("text", ["", " \n ", 7, None, ["你好"]])
def test_a_message_without_words_is_refused_in_chinese(visitor: Visitor, text: object) -> None:
    refused = visitor.post(text)
    assert refused.status_code == 400
    assert "没有看到文字" in refused.json()["message"]


@pytest.mark.parametrize("identifier", ["short", "x" * 65, "带中文的编号编号", "spaces in it"])
def test_an_id_is_plain_and_of_fair_length(visitor: Visitor, identifier: str) -> None:
    assert visitor.post("你好", identifier).status_code == 400


def test_the_longest_message_is_kept_and_one_sign_more_is_refused(visitor: Visitor) -> None:
    assert visitor.post("长" * LONGEST_TEXT).ok
    refused = visitor.post("长" * (LONGEST_TEXT + 1))
    assert refused.status_code == 413
    assert str(LONGEST_TEXT) in refused.json()["message"]


def test_a_flood_is_refused_before_it_is_read(site: Site, visitor: Visitor) -> None:
    body = {"id": "message-flood", "text": "你好", "more": "x" * LONGEST_BODY}
    refused = visitor.session.post(f"{site.url}/chat/messages", json=body)
    assert refused.status_code == 413
    assert refused.json()["message"]
    assert visitor.texts() == []


def test_after_must_be_a_number(site: Site, visitor: Visitor) -> None:
    for after in ("-1", "x", "9" * 30):
        address = f"{site.url}/chat/messages?after={after}"
        assert visitor.session.get(address).status_code == 400


def test_without_a_database_the_resident_is_told_to_send_again(site: Site, tmp_path: Path) -> None:
    nowhere = SqlStore(make_engine(f"sqlite:///{tmp_path}/not/there.db"))
    before = site.services.editions
    editions = Editions(before.files, replace(before.press, store=nowhere), before.released)
    broken = replace(site.services, store=nowhere, editions=editions)
    server = make_server("127.0.0.1", 0, create_app(broken), threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        visitor = Visitor(f"http://127.0.0.1:{server.port}")
        assert visitor.open().ok
        refused = visitor.post(UNANSWERABLE)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert refused.status_code == 503
    assert refused.json()["message"] == site.services.wording.say(Phrase.STORE_DOWN)


def test_the_page_says_what_it_is_and_whom_to_call(site: Site) -> None:
    page = site.get("/chat").text
    for needed in ("我是机器", "人工", "存下来", "tel:110", "tel:120", "tel:12348", "<noscript>"):
        assert needed in page
