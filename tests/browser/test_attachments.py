"""What residents send by WeChat, as staff see and hear it in a real browser."""

import struct
import zlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, StorageState, expect

from bot.passwords import hashed
from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from handlers.cases import Role
from tests.browser.conftest import NAMES, PASSWORD, Windows
from tests.fake_wechat import FakePlatform, Resident
from tests.running import Running, running

TOKEN = "token4tests"
SECONDS = 1

Shot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        yield platform


@pytest.fixture(scope="module")
def service(platform: FakePlatform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Web and worker with an official account."""
    settings = platform.settings() | {"WECHAT_TOKEN": TOKEN, "WEB_WORKERS": "1"}
    with running(tmp_path_factory.mktemp("service"), **settings) as service:
        engine = make_engine(f"sqlite:///{service.folder}/var/faxiaomei.sqlite3")
        with SqlStore(engine).write() as records:
            records.personnel.add(NAMES[0], Role.LAWYER, hashed(PASSWORD))
        engine.dispose()
        yield service


@pytest.fixture(scope="module")
def sessions() -> dict[str, StorageState]:
    return {}


@pytest.fixture
def resident(platform: FakePlatform, service: Running) -> Resident:
    return Resident(platform.webhook(f"{service.url}/wechat", TOKEN), platform)


def png(width: int, height: int) -> bytes:
    """A red picture."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xcc\x22\x22" * width) * height
    packed = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + packed


def wav() -> bytes:
    """A second of silence."""
    sound = bytes(8_000 * SECONDS)
    form = struct.pack("<HHIIHH", 1, 1, 8_000, 8_000, 1, 8)
    inside = b"WAVEfmt " + struct.pack("<I", 16) + form
    inside += b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def test_pictures_are_seen_and_recordings_heard(
    windows: Windows, platform: FakePlatform, resident: Resident, shot: Shot
) -> None:
    resident.send_voice(platform.keep_media(wav(), "audio/amr"))
    resident.send_image(platform.keep_media(png(900, 600), "image/jpeg"))
    resident.send_voice(platform.keep_media(b"#!AMR\n" + bytes(100), "audio/amr"))
    resident.send_location(42.5397, 125.7128, "梅河口市司法局")
    desk = windows.desk(NAMES[0])
    row = desk.locator(".row").first
    expect(row).to_contain_text("语音、图片")
    row.locator("a").click()
    picture = desk.locator(".attachment img")
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    desk.wait_for_function("document.querySelector('.attachment img').naturalWidth === 900")
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] <= 260
    assert box["height"] <= 200
    seconds = desk.locator(".attachment audio").evaluate(
        "sound => { sound.load(); return new Promise((done) => {"
        " sound.onloadedmetadata = () => done(sound.duration); sound.preload = 'metadata'; }); }"
    )
    assert abs(seconds - SECONDS) < 0.1
    expect(desk.locator(".attachment.recording a[download]")).to_be_visible()
    expect(desk.locator(".attachment.place")).to_contain_text("梅河口市司法局")
    shot(desk, "console-attachments-1280")
    with desk.context.expect_page() as opened:
        picture.click()
    large = opened.value
    large.wait_for_load_state()
    assert large.evaluate("document.images[0].naturalWidth") == 900
    assert large.evaluate("window.origin") == "null"
