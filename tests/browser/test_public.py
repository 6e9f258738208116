"""From a search on the first page to a whole answer, and to the chat with the same words."""

from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.steps import DANGER


def test_a_search_leads_to_an_answer_or_with_its_words_to_the_chat(windows: Windows) -> None:
    page = windows.open("/")
    page.fill("#q", "房东不退押金")
    page.press("#q", "Enter")
    page.click("text=房东不退押金")
    expect(page.locator("h1")).to_have_text("房东不退押金")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.go_back()
    page.click("text=问法小梅")
    expect(page.locator("#text")).to_have_value("房东不退押金")
    expect(page.locator("#lines .line")).to_have_count(0)
    assert page.url.endswith("/chat")


def test_danger_is_the_first_thing_on_the_screen(windows: Windows) -> None:
    page = windows.open(f"/?q={DANGER}")
    dial = page.locator(".danger .dial a").first
    box = dial.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 500
    expect(dial).to_have_attribute("href", "tel:110")
