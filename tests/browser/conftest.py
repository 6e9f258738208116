"""A real browser against the service as it really runs."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    StorageState,
    expect,
    sync_playwright,
)

from bot.passwords import hashed
from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from handlers.cases import Role
from tests.running import Running, running
from tests.waiting import PATIENCE

PASSWORD = "correct horse battery"
NAMES = ("王律师", "赵调解")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

_UNREACHABLE = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")
"""What browser and htmx write when a test takes the network away."""

expect.set_options(timeout=PATIENCE * 1_000)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser of this machine."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if found is None:
        pytest.skip("no browser: `apt install chromium`, or set CHROMIUM to the path of one")
    return found


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two web processes and a courier over SQLite, with two members of staff."""
    with running(tmp_path_factory.mktemp("service"), WEB_WORKERS="2") as service:
        engine = make_engine(f"sqlite:///{service.folder}/var/faxiaomei.sqlite3")
        with SqlStore(engine).write() as records:
            for name in NAMES:
                records.personnel.add(name, Role.LAWYER, hashed(PASSWORD))
        engine.dispose()
        yield service


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield browser
        browser.close()


@dataclass
class Windows:
    """Opens windows that share nothing, and watches what happens in all of them."""

    browser: Browser
    url: str
    sessions: dict[str, StorageState]
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, size: dict[str, int] | None = None, **options: object) -> Page:
        width, height = (size or PHONE).values()
        context: BrowserContext = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE * 1_000)
        context.on("request", self._look_at)
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.url + path)
        return page

    def desk(self, name: str, size: dict[str, int] | None = None) -> Page:
        """Somebody at the desk, logged in; the first time through the form."""
        size = size or DESK
        if name in self.sessions:
            return self.open("/console/", size, storage_state=self.sessions[name])
        page = self.open("/console/", size)
        log_in(page, name)
        page.wait_for_selector(".tabs")
        self.sessions[name] = page.context.storage_state()
        return page

    def _look_at(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.url).netloc:
            self.complaints.append(f"asks elsewhere: {request.url}")

    def _listen(self, message: ConsoleMessage) -> None:
        expected = message.text.startswith(_UNREACHABLE)
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(message.text)


def log_in(page: Page, name: str) -> None:
    """Fills in the form."""
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """Who is logged in already."""
    return {}


@pytest.fixture
def windows(
    browser: Browser, service: Running, sessions: dict[str, StorageState]
) -> Iterator[Windows]:
    """Fails the test if a page broke its own policy, threw, or asked another site."""
    windows = Windows(browser, service.url, sessions)
    yield windows
    for context in browser.contexts:
        context.close()
    assert windows.complaints == []


@pytest.fixture(scope="session")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page, str], None]:
    """Keeps a picture of a page for people to look at; SCREENSHOTS names another folder."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.wait_for_load_state()
        try:
            page.screenshot(path=folder / f"{name}.png")
        except Error:  # a page that is just giving way to the next one cannot be drawn
            page.wait_for_load_state()
            page.screenshot(path=folder / f"{name}.png")

    return keep
