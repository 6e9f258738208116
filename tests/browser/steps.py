"""What people do on our pages."""

import re

from playwright.sync_api import Page, expect

ANSWERABLE = "包工头跑了，工资找谁要"
UNANSWERABLE = "我家地里的界石让邻居挪了两米，村里没人管"
DANGER = "我老公正在打我，他拿着刀"


def ask(page: Page, text: str) -> str:
    """Types and sends; the machine's reply."""
    lines = page.locator("#lines .line")
    before = lines.count()
    page.fill("#text", text)
    page.click("#send")
    reply = lines.nth(before + 1)
    reply.wait_for()
    return reply.inner_text()


def open_case(page: Page, text: str = UNANSWERABLE) -> int:
    """Asks what only people can answer; the number."""
    found = re.search(r"编号(\d{5,})", ask(page, text))
    assert found is not None
    return int(found[1])


def take(page: Page, number: int) -> None:
    """Claims a case at the desk."""
    page.goto(page.url.split("/console")[0] + f"/console/cases/{number}")
    page.click("#do-claim")
    page.wait_for_selector("#answering")


def reply(page: Page, text: str) -> None:
    """Answers the case that is open."""
    page.fill("#text", text)
    page.click("#answering button")
    expect(page.locator(".note")).to_contain_text("答复已存下")
