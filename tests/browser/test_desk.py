"""Staff at the desk, with a mouse, a keyboard or a telephone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, NAMES, PHONE, Windows, log_in
from tests.browser.steps import DANGER, ask, open_case, reply, take

Shot = Callable[[Page, str], None]

ADVICE = "先找村委会调解，不收费。"


def test_a_case_is_claimed_and_answered(windows: Windows, shot: Shot) -> None:
    number = open_case(windows.open("/chat"))
    desk = windows.desk(NAMES[0])
    shot(desk, "console-queue-1280")
    desk.click(f"#case-{number}")
    expect(desk.locator("h1")).to_contain_text(str(number))
    desk.click("#do-claim")
    shot(desk, "console-case-1280")
    reply(desk, ADVICE)
    expect(desk.locator(".said.staff")).to_contain_text(ADVICE)
    expect(desk.locator("#text")).to_have_value("")


def test_the_second_is_told_who_has_it(windows: Windows) -> None:
    number = open_case(windows.open("/chat"))
    one, other = (windows.desk(name) for name in NAMES)
    for page in (one, other):
        page.goto(f"{windows.url}/console/cases/{number}")
    one.click("#do-claim")
    other.click("#do-claim")
    expect(other.locator(".problem[role=alert]")).to_contain_text(f"已由{NAMES[0]}接手")


def test_a_double_click_sends_one_answer(windows: Windows) -> None:
    resident = windows.open("/chat")
    number = open_case(resident)
    desk = windows.desk(NAMES[0])
    take(desk, number)
    desk.fill("#text", ADVICE)
    desk.dblclick("#answering button")
    expect(desk.locator(".note")).to_contain_text("答复已存下")
    expect(desk.locator(".said.staff")).to_have_count(1)
    expect(resident.locator(".line.staff")).to_have_count(1)


def test_an_urgent_case_arrives_by_itself_above_all_others(windows: Windows, shot: Shot) -> None:
    desk = windows.desk(NAMES[0])
    resident = windows.open("/chat")
    number = open_case(resident)
    expect(desk.locator(f"#case-{number}")).to_be_visible()
    assert "urgent" not in (desk.locator(".row", has_text=str(number)).get_attribute("class") or "")
    ask(resident, DANGER)
    first = desk.locator(".row").first
    expect(first).to_contain_text("紧急")
    expect(desk.locator(".row", has_text=str(number))).to_contain_text("紧急")
    assert "紧急" in desk.title()
    shot(desk, "console-urgent-1280")


def test_the_list_refreshes_without_moving_the_focus(windows: Windows) -> None:
    resident = windows.open("/chat")
    number = open_case(resident)
    desk = windows.desk(NAMES[0])
    desk.focus(f"#case-{number}")
    newcomer = open_case(windows.open("/chat"))
    expect(desk.locator(f"#case-{newcomer}")).to_be_visible()
    assert desk.evaluate("document.activeElement.id") == f"case-{number}"


def test_what_the_resident_adds_appears_while_one_writes(windows: Windows) -> None:
    resident = windows.open("/chat")
    number = open_case(resident)
    desk = windows.desk(NAMES[0])
    take(desk, number)
    desk.fill("#text", "写到一半")
    desk.focus("#text")
    ask(resident, "人工 补充一句：界石是去年立的")
    expect(desk.locator("#thread")).to_contain_text("界石是去年立的")
    expect(desk.locator("#text")).to_have_value("写到一半")
    assert desk.evaluate("document.activeElement.id") == "text"


def test_a_draft_survives_and_goes_when_it_is_sent(windows: Windows) -> None:
    number = open_case(windows.open("/chat"))
    desk = windows.desk(NAMES[0])
    take(desk, number)
    desk.fill("#text", "一个下午写的答复")
    desk.goto(f"{windows.url}/console/")
    desk.goto(f"{windows.url}/console/cases/{number}")
    expect(desk.locator("#text")).to_have_value("一个下午写的答复")
    expect(desk.locator("#restored")).to_be_visible()
    reply(desk, "一个下午写的答复，写完了")
    desk.reload()
    expect(desk.locator("#text")).to_have_value("")
    expect(desk.locator(".note")).to_have_count(0)


def test_the_length_of_an_answer_is_told(windows: Windows) -> None:
    number = open_case(windows.open("/chat"))
    desk = windows.desk(NAMES[0])
    take(desk, number)
    desk.fill("#text", "调解" * 10)
    expect(desk.locator("#count")).to_have_text("20 字")
    desk.fill("#text", "长" * 4_001)
    expect(desk.locator("#over")).to_be_visible()
    desk.click("#answering button")
    expect(desk.locator(".problem[role=alert]")).to_contain_text("最多4000字")
    expect(desk.locator("#text")).to_have_value("长" * 4_001)


def test_closing_without_an_answer_asks_first(windows: Windows) -> None:
    number = open_case(windows.open("/chat"))
    desk = windows.desk(NAMES[0])
    take(desk, number)
    desk.click("#sure summary")
    desk.wait_for_timeout(5_000)  # a refresh must not close it again
    desk.click("#do-close")
    expect(desk.locator(".note")).to_have_text("已办结。")
    desk.click("#do-reopen")
    expect(desk.locator("#answering")).to_be_visible()


def test_a_session_that_ends_while_one_writes_costs_nothing(windows: Windows) -> None:
    number = open_case(windows.open("/chat"))
    desk = windows.desk(NAMES[0])
    take(desk, number)
    desk.fill("#text", ADVICE)
    desk.context.clear_cookies()
    desk.wait_for_url("**/console/login?next=/console/cases/**")
    log_in(desk, NAMES[0])
    expect(desk.locator("#text")).to_have_value(ADVICE)


def test_without_the_server_the_page_says_that_it_is_old(windows: Windows) -> None:
    desk = windows.desk(NAMES[0])
    desk.context.set_offline(True)
    expect(desk.locator("#cut-off")).to_be_visible()
    desk.context.set_offline(False)
    expect(desk.locator("#cut-off")).to_be_hidden()


def test_the_whole_work_is_done_by_keyboard(windows: Windows) -> None:
    number = open_case(windows.open("/chat"))
    desk = windows.desk(NAMES[0])
    desk.focus(f"#case-{number}")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#do-claim")
    desk.focus("#do-claim")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#answering")
    desk.focus("#text")
    desk.keyboard.type("ok")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator(".said.staff")).to_contain_text("ok")


def test_nothing_is_cut_off_on_any_screen(windows: Windows, shot: Shot) -> None:
    resident = windows.open("/chat")
    number = open_case(resident)
    for size in ({"width": 320, "height": 640}, PHONE, DESK):
        desk = windows.desk(NAMES[1], size)
        for name, path in (("queue", "/"), ("case", f"/cases/{number}"), ("missing", "/nothing")):
            desk.goto(f"{windows.url}/console{path}")
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            shot(desk, f"console-{name}-{size['width']}")
        for target in desk.locator("button:visible").all():
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= 44
