"""The staff console over HTTP: the queue, a case, and everybody's word against everybody's."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.web.console import LONGEST_FORM, ROWS
from handlers.cases import Role
from handlers.desk import ANSWER_LIMIT
from handlers.model import Address, ChannelName, Kind, Message
from tests.bot.site import ANSWERABLE, DANGER, UNANSWERABLE, Member, Site, open_site

ADVICE = "先找村委会调解，不收费；调解不成可以到法院起诉。"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def member(site: Site) -> Member:
    return site.member()


@pytest.fixture(scope="module")
def colleague(site: Site) -> Member:
    return site.member()


def page_of(member: Member, number: int) -> str:
    return member.get(f"/console/cases/{number}").text


def answers_in(site: Site, number: int) -> int:
    return len(site.services.desk.case(number).deliveries)  # type: ignore[arg-type]


def counted(page: str) -> dict[str, int]:
    tabs = re.findall(r'id="tab-(\w+)".*?<b>(\d+)</b>', page)
    return {name: int(number) for name, number in tabs}


def test_a_new_question_stands_in_the_queue_with_the_reason(site: Site, member: Member) -> None:
    _, number = site.open_case()
    queue = member.get("/console/").text
    assert f'id="case-{number}"' in queue
    assert UNANSWERABLE in queue
    assert "知识库答不了" in queue


def test_what_is_urgent_stands_first_and_is_called_so(site: Site, member: Member) -> None:
    site.open_case()
    _, number = site.open_case(DANGER)
    queue = member.get("/console/").text
    first = queue[queue.index('class="row') :]
    assert first.index(f'id="case-{number}"') < first.index("</li>")
    assert "紧急" in first[: first.index("</li>")]
    assert "（紧急 " in queue[: queue.index("</title>")]


def test_other_lists_say_that_something_urgent_waits(site: Site, member: Member) -> None:
    site.open_case(DANGER)
    assert "紧急</b>咨询等待接手" in member.get("/console/?view=closed").text


def test_a_case_moves_from_list_to_list(site: Site, member: Member) -> None:
    def change(act: str, **form: str) -> dict[str, int]:
        before = counted(member.get("/console/").text)
        assert member.act(number, act, **form).ok
        after = counted(member.get("/console/").text)
        return {name: after[name] - before[name] for name in after if after[name] != before[name]}

    _, number = site.open_case()
    assert change("claim") == {"waiting": -1, "mine": 1, "taken": 1}
    assert change("release") == {"waiting": 1, "mine": -1, "taken": -1}
    assert change("claim") == {"waiting": -1, "mine": 1, "taken": 1}
    assert change("answer", text=ADVICE) == {"answered": 1, "mine": -1, "taken": -1}
    assert change("close") == {"closed": 1, "answered": -1}
    assert change("reopen") == {"closed": -1, "mine": 1, "taken": 1}


def test_the_second_of_two_is_told_who_has_the_case(
    site: Site, member: Member, colleague: Member
) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    late = colleague.act(number, "claim")
    assert late.status_code == 409
    assert f"这件已由{member.name}接手" in late.text


def test_of_many_who_claim_at_once_one_gets_the_case(
    site: Site, member: Member, colleague: Member
) -> None:
    _, number = site.open_case()
    with ThreadPoolExecutor(2) as threads:
        claims = [threads.submit(who.act, number, "claim") for who in (member, colleague)]
    assert sorted(claim.result().status_code for claim in claims) == [200, 409]


def test_the_answer_of_somebody_who_lacks_the_case_comes_back_to_them(
    site: Site, member: Member, colleague: Member
) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    refused = colleague.act(number, "answer", text=ADVICE)
    assert refused.status_code == 409
    assert member.name in refused.text
    assert f">{ADVICE}</textarea>" in refused.text
    assert answers_in(site, number) == 0


def test_an_administrator_steps_in_for_anybody(site: Site, member: Member) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    chief = site.member(Role.ADMIN)
    assert "您是管理员" in page_of(chief, number)
    assert chief.act(number, "answer", text=ADVICE).ok
    assert answers_in(site, number) == 1


def test_the_same_answer_twice_is_sent_once(site: Site, member: Member) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    with ThreadPoolExecutor(2) as threads:
        sent = [threads.submit(member.act, number, "answer", text=ADVICE) for _ in range(2)]
    assert all(answer.result().ok for answer in sent)
    assert answers_in(site, number) == 1


def test_line_breaks_of_an_answer_are_what_the_resident_reads(site: Site, member: Member) -> None:
    visitor, number = site.open_case()
    member.act(number, "claim")
    member.act(number, "answer", text="第一步：找村委会。\r\n第二步：去法院。")
    assert visitor.texts()[-1] == "第一步：找村委会。\n第二步：去法院。"


@pytest.mark.parametrize(
    ("text", "said"),
    [("  \n ", "答复还是空的"), ("长" * (ANSWER_LIMIT + 1), f"最多{ANSWER_LIMIT}字")],
)
def test_an_unusable_answer_comes_back_with_what_to_do(
    site: Site, member: Member, text: str, said: str
) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    refused = member.act(number, "answer", text=text)
    assert refused.status_code == 409
    assert said in refused.text
    assert text.strip() in refused.text
    assert answers_in(site, number) == 0


def test_an_answer_too_large_to_read_is_refused_as_such(site: Site, member: Member) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    assert member.act(number, "answer", text="x" * LONGEST_FORM).status_code == 413


def test_a_step_that_came_too_late_shows_how_things_are(site: Site, member: Member) -> None:
    _, number = site.open_case()
    for act in ("release", "close", "answer"):
        refused = member.act(number, act, text=ADVICE)
        assert refused.status_code == 409
        assert "等待接手" in refused.text


def test_a_closed_case_keeps_the_answer_that_could_not_be_sent(site: Site, member: Member) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    member.act(number, "close")
    refused = member.act(number, "answer", text=ADVICE)
    assert refused.status_code == 409
    assert f">{ADVICE}</textarea>" in refused.text


def test_closing_without_an_answer_is_warned_of(site: Site, member: Member) -> None:
    _, number = site.open_case()
    member.act(number, "claim")
    assert "办结后居民不会收到消息" in page_of(member, number)
    member.act(number, "answer", text=ADVICE)
    assert "办结后居民不会收到消息" not in page_of(member, number)


def test_the_conversation_says_who_said_what(site: Site, member: Member) -> None:
    visitor, number = site.open_case()
    visitor.say(ANSWERABLE)
    member.act(number, "claim")
    member.act(number, "answer", text=ADVICE)
    page = page_of(member, number)
    said = re.findall(r'class="said (\w+)', page)
    assert said == ["resident", "machine", "resident", "machine", "staff"]
    assert f"<b>{member.name}</b>" in page
    assert "【包工头跑了，工资找谁要】" in page
    assert "今天 14:05" in page


def test_the_way_of_an_answer_is_told_in_plain_words(site: Site, member: Member) -> None:
    visitor, number = site.open_case()
    member.act(number, "claim")
    member.act(number, "answer", text=ADVICE)
    assert "正在送出" in page_of(member, number)
    site.deliver(number)
    assert "等居民打开网页时看到" in page_of(member, number)
    visitor.hear()
    assert "居民已在网页看到" in page_of(member, number)


def test_an_answer_into_wechat_waits_for_the_residents_next_message(
    site: Site, member: Member
) -> None:
    def write(key: str, text: str) -> int:
        sender = Address(ChannelName.WECHAT, "openid-of-a-farmer")
        message = Message(sender, key, Kind.TEXT, text, site.clock())
        reply = site.services.reception.receive(message)
        return int(reply.consultation or 0)

    number = write("m:1", UNANSWERABLE)
    member.act(number, "claim")
    member.act(number, "answer", text=ADVICE)
    site.deliver(number)
    page = page_of(member, number)
    assert "等居民下次来信时送达" in page
    assert "openid-of-a-farmer" not in page
    assert int(re.findall(r'data-room="(\d+)"', page)[0]) > 1_000
    write("m:2", ANSWERABLE)
    assert "已随回信发给居民" in page_of(member, number)


def test_what_a_resident_writes_cannot_become_part_of_the_page(site: Site, member: Member) -> None:
    _, number = site.open_case("<script>alert(1)</script> 邻居占我家地界石两米村里没人管")
    for page in (page_of(member, number), member.get("/console/").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_page_that_shows_everything_is_not_sent_again(site: Site, member: Member) -> None:
    visitor, number = site.open_case()
    page = page_of(member, number)
    again = re.findall(r'hx-get="([^"]+)"', page)[0].replace("&amp;", "&")
    assert member.refresh(again).status_code == 204
    visitor.say("我再补充一句，界石是去年立的")
    news = member.refresh(again)
    assert "界石是去年立的" in news.text
    assert news.text.lstrip().startswith("<title>")
    assert "<html" not in news.text


def test_waiting_is_told_in_words(site: Site, member: Member) -> None:
    _, number = site.open_case()
    began = site.clock.at
    for minutes, words in ((0, "刚来"), (12, "等了 12 分钟"), (185, "等了 3 小时 5 分")):
        site.clock.at = began
        site.clock.turn(minutes=minutes)
        assert words in page_of(member, number)
    site.clock.at = began


def test_a_long_queue_comes_in_pages(site: Site, member: Member) -> None:
    for _ in range(ROWS + 1):
        site.open_case()
    first = member.get("/console/").text
    assert first.count('id="case-') == ROWS
    assert "下一页" in first
    waiting = counted(first)["waiting"]
    last = -(-waiting // ROWS)
    assert member.get(f"/console/?page={last}").text.count('id="case-') == (waiting - 1) % ROWS + 1
    assert member.get("/console/?page=99999").url.endswith(f"page={last}")


@pytest.mark.parametrize(
    "path", ["/console/cases/99999999", "/console/cases/" + "9" * 30, "/console/?view=nothing"]
)
def test_what_is_not_there_is_said_to_be_not_there(member: Member, path: str) -> None:
    answer = member.get(path)
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_an_empty_list_says_what_to_do(site: Site) -> None:
    fresh = site.member()
    assert "您手上没有处理中的咨询" in fresh.get("/console/?view=mine").text


@pytest.mark.parametrize("act", ["claim", "release", "answer", "close", "reopen"])
def test_no_action_without_the_forms_token(site: Site, member: Member, act: str) -> None:
    _, number = site.open_case()
    address = f"{site.url}/console/cases/{number}/{act}"
    refused = member.session.post(address, data={"text": ADVICE})
    assert refused.status_code == 400
    assert "写了一半的答复还在" in refused.text
