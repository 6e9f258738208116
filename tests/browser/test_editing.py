"""A lawyer changes an answer, another one releases it, and residents get it."""

import time
from collections.abc import Callable

from playwright.sync_api import Dialog, Page, expect

from tests.bot.site import Visitor
from tests.browser.conftest import NAMES, PHONE, Windows
from tests.browser.steps import ask

Shot = Callable[[Page, str], None]

ENTRY = "fangchan-zufang-02"
ASKED = "房东不退押金"
NEW = "先别搬，把合同和收据找出来。"
SHELF = "/console/knowledge/"
WITHIN = 20.0
"""Seconds in which every process answers so; one or two on a quiet machine."""
ENOUGH = 8
"""Answers in a row, each over a new connection: both processes have had their turn."""


def find(page: Page, windows: Windows, words: str) -> None:
    """Opens an entry by searching for it."""
    page.goto(windows.url + SHELF)
    page.fill("#q", words)
    page.press("#q", "Enter")
    page.click(f"a[href$='{ENTRY}']")


def type_into(page: Page, field: str, text: str) -> None:
    page.fill(field, text + page.input_value(field))


def test_a_change_goes_from_one_lawyer_over_another_to_residents(
    windows: Windows, shot: Shot
) -> None:
    assert NEW not in ask(windows.open("/chat"), ASKED)
    author, second = (windows.desk(name) for name in NAMES)
    find(author, windows, "押金")
    expect(author.locator(".phone")).to_contain_text("押金")
    shot(author, "knowledge-entry-1280")
    write_and_hand_over(author, shot)
    assert NEW not in ask(windows.open("/chat"), ASKED)
    second.goto(windows.url + SHELF)
    second.click(".waiting a")
    expect(second.locator("ins").first).to_have_text(NEW)
    shot(second, "knowledge-review-1280")
    second.check("[name=reviewed]")
    second.click("form[action$=release] button")
    both_processes_answer_with_it(windows, time.monotonic())
    expect(second.locator(".note")).to_contain_text("发布了")
    after = ask(windows.open("/chat"), ASKED)
    assert NEW in after
    assert f"已由{NAMES[1]}审核" in after


def write_and_hand_over(author: Page, shot: Shot) -> None:
    """A change with a fault, its repair, the preview, and the way to a second person."""
    author.click("text=修改")
    author.fill("#title", "")
    type_into(author, "#part-1", NEW)
    expect(author.locator("#unsaved")).to_be_visible()
    author.keyboard.press("Control+s")
    expect(author.locator(".note")).to_contain_text("存好了")
    expect(author.locator("#faults-title")).to_be_visible()
    shot(author, "knowledge-faults-1280")
    author.fill("#title", "房东不退押金")
    author.click(".bar >> text=预览和试问")
    expect(author.locator(".phone")).to_contain_text(NEW)
    author.fill("#question", "押金要不回来咋整")
    author.press("#question", "Enter")
    expect(author.locator(".heard")).to_contain_text("本条")
    shot(author, "knowledge-preview-1280")
    author.click("text=回去接着写")
    author.click("#hand-over")
    expect(author.locator(".note")).to_contain_text("交出去了")


def both_processes_answer_with_it(windows: Windows, released: float) -> None:
    """Enough new answers in a row, within the time allowed since the release."""
    in_a_row = 0
    while in_a_row < ENOUGH:
        assert time.monotonic() - released < WITHIN
        time.sleep(0.1)
        in_a_row = in_a_row + 1 if NEW in Visitor(windows.url).say(ASKED)["text"] else 0


def test_what_was_typed_on_a_phone_is_there_again_after_a_reload(
    windows: Windows, shot: Shot
) -> None:
    page = windows.desk(NAMES[0], PHONE)
    page.goto(f"{windows.url}{SHELF}entries/hunyin-fuyang-04")
    page.click("text=修改")
    type_into(page, "#part-4", "一句没存上的话。")
    page.click("[data-more=citation]")
    page.locator("[name=law]").last.fill("民法典")
    page.locator("[name=article]").last.fill("1042")
    page.locator(".look").last.click()
    expect(page.locator(".beside").last).to_contain_text("禁止包办")
    shot(page, "knowledge-editor-390")
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.reload()
    assert asked == ["beforeunload"]
    expect(page.locator("#restored")).to_be_visible()
    assert page.input_value("#part-4").startswith("一句没存上的话。")
    assert page.locator("[name=article]").last.input_value() == "1042"
    page.click("#save")
    expect(page.locator(".note >> text=存好了")).to_be_visible()
    expect(page.locator("[name=article]").last).to_have_value("")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.click("text=不要这份草稿了")
    page.click("text=还要，拿回来")
    expect(page.locator("#editor")).to_be_visible()
    page.click("text=不要这份草稿了")
