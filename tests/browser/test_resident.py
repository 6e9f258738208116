"""A resident with a telephone."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, NAMES, Windows
from tests.browser.steps import ANSWERABLE, DANGER, ask, open_case, reply, take

Shot = Callable[[Page, str], None]


def test_a_question_gets_a_cited_answer(windows: Windows, shot: Shot) -> None:
    page = windows.open("/chat")
    expect(page.locator("#examples")).to_be_visible()
    shot(page, "chat-first-390")
    answer = ask(page, ANSWERABLE)
    assert "《保障农民工工资支付条例》" in answer
    assert "法小梅（自动回答）" in answer
    shot(page, "chat-answer-390")


def test_a_reply_is_read_from_its_beginning(windows: Windows) -> None:
    page = windows.open("/chat")
    ask(page, ANSWERABLE)
    top = page.locator("#lines .line.machine h3").bounding_box()
    assert top is not None
    assert 100 < top["y"] < 200


def test_a_tap_asks_for_more_and_for_a_person(windows: Windows) -> None:
    page = windows.open("/chat")
    ask(page, ANSWERABLE)
    page.click("text=看更多")
    expect(page.locator("#lines .line.machine").last).to_contain_text("【详细说明】")
    page.click("#chips >> text=找人工")
    expect(page.locator("#lines .line.machine").last).to_contain_text("转给工作人员")
    expect(page.locator("#waiting")).to_contain_text("号咨询在排队")


def test_an_example_is_asked_with_one_tap(windows: Windows) -> None:
    page = windows.open("/chat")
    page.click("#examples button >> nth=0")
    page.wait_for_selector("#lines .line.machine")
    expect(page.locator("#examples")).to_be_hidden()


def test_a_persons_answer_appears_by_itself(windows: Windows, shot: Shot) -> None:
    page = windows.open("/chat")
    number = open_case(page)
    desk = windows.desk(NAMES[0])
    take(desk, number)
    reply(desk, "先找村委会调解，不收费。")
    answer = page.locator(".line.staff")
    expect(answer).to_contain_text("先找村委会调解")
    expect(answer).to_contain_text(f"工作人员 · 编号 {number}")
    expect(page.locator("#waiting")).to_be_hidden()
    expect(desk.locator(".delivery")).to_contain_text("居民已在网页看到")
    shot(page, "chat-staff-390")
    shot(desk, "console-case-answered-1280")


def test_danger_shows_numbers_that_can_be_tapped(windows: Windows, shot: Shot) -> None:
    page = windows.open("/chat")
    ask(page, DANGER)
    call = page.locator('.line.emergency a[href="tel:110"]').first
    expect(call).to_be_visible()
    shot(page, "chat-danger-390")


def test_what_could_not_be_sent_is_kept_and_sent_once(windows: Windows, shot: Shot) -> None:
    page = windows.open("/chat")
    ask(page, "你好")
    page.context.set_offline(True)
    page.fill("#text", ANSWERABLE)
    page.press("#text", "Enter")
    again = page.locator("#outbox .again")
    expect(again).to_be_visible()
    expect(page.locator("#outbox .fate")).to_contain_text("没有网络")
    shot(page, "chat-offline-390")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#outbox .bubble")).to_have_text(ANSWERABLE)
    again.dblclick()
    expect(page.locator("#lines .line.machine").last).to_contain_text("保障农民工工资支付条例")
    expect(page.locator("#outbox .line")).to_have_count(0)
    mine = page.locator("#lines .line.mine", has_text=ANSWERABLE)
    expect(mine).to_have_count(1)


def test_a_reply_that_got_lost_is_fetched_without_a_second_message(windows: Windows) -> None:
    """The server has the message, but its answer never arrives: 重发 uses the same id."""
    page = windows.open("/chat")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data or "")
        route.fetch()
        route.abort()

    page.route("**/chat/messages", lose)
    page.fill("#text", ANSWERABLE)
    page.click("#send")
    page.click("#outbox .again")
    expect(page.locator("#outbox .line")).to_have_count(0)
    page.reload()
    page.wait_for_selector("#lines .line.machine")
    expect(page.locator("#lines .line.mine")).to_have_count(1)


def test_what_is_typed_survives_a_reload(windows: Windows) -> None:
    page = windows.open("/chat")
    page.fill("#text", "我写到一半")
    page.reload()
    expect(page.locator("#text")).to_have_value("我写到一半")


def test_too_long_a_text_stays_where_it_is(windows: Windows) -> None:
    page = windows.open("/chat")
    page.fill("#text", "长" * 2_001)
    page.click("#send")
    expect(page.locator("#trouble")).to_contain_text("2001 字，一次最多 2000 字")
    expect(page.locator("#text")).to_have_value("长" * 2_001)


def test_what_the_server_refuses_comes_back_to_be_changed(windows: Windows) -> None:
    page = windows.open("/chat")
    page.route(
        "**/chat/messages",
        lambda route: (
            route.fulfill(status=400, json={"message": "请换个说法。"})
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    page.fill("#text", "这条服务器不收")
    page.click("#send")
    expect(page.locator("#trouble")).to_have_text("请换个说法。")
    expect(page.locator("#text")).to_have_value("这条服务器不收")
    expect(page.locator("#outbox .line")).to_have_count(0)


def test_enter_sends_and_shift_enter_makes_a_line(windows: Windows) -> None:
    page = windows.open("/chat")
    page.focus("#text")
    page.keyboard.type("hello")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("again")
    expect(page.locator("#text")).to_have_value("hello\nagain")
    page.keyboard.press("Enter")
    expect(page.locator("#lines .line.mine")).to_have_count(1)
    expect(page.locator("#text")).to_have_value("")


def test_large_letters_stay_large(windows: Windows, shot: Shot) -> None:
    page = windows.open("/chat")
    size = "parseFloat(getComputedStyle(document.querySelector('.welcome p')).fontSize)"
    assert page.evaluate(size) >= 18
    page.click("#larger")
    page.reload()
    page.wait_for_selector("html.large", state="attached")
    assert page.evaluate(size) >= 22
    shot(page, "chat-large-390")


def test_everything_to_tap_is_large_and_nothing_is_cut_off(windows: Windows, shot: Shot) -> None:
    for size in ({"width": 320, "height": 640}, {"width": 390, "height": 844}, DESK):
        page = windows.open("/chat", size)
        ask(page, ANSWERABLE)
        page.wait_for_selector("#chips button")
        for target in page.locator("button:visible, .calls a").all():
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= 48, target.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"chat-{size['width']}")


def test_the_history_is_there_after_coming_back(windows: Windows) -> None:
    page = windows.open("/chat")
    ask(page, ANSWERABLE)
    page.goto("about:blank")
    page.goto(windows.url + "/chat")
    expect(page.locator("#lines .line")).to_have_count(2)
    expect(page.locator("#chips")).to_contain_text("看更多")


def test_without_scripts_there_is_a_number_to_call(windows: Windows) -> None:
    page = windows.open("/chat", java_script_enabled=False)
    expect(page.locator(".notice")).to_contain_text("12348")


def test_records_are_deleted_only_after_a_second_tap(windows: Windows, shot: Shot) -> None:
    page = windows.open("/chat")
    ask(page, ANSWERABLE)
    page.fill("#text", "写到一半的话")
    expect(page.locator("#erase")).to_be_hidden()
    page.click("#leave summary")
    shot(page, "chat-leave-390")
    page.click("#erase")
    expect(page.locator(".erased")).to_contain_text("已经删除")
    expect(page.locator("#lines .line")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("")
    shot(page, "chat-erased-390")
