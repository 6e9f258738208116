"""Voices and pictures on their whole way: webhook, worker, vault; over kills and faults."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.clock import now
from bot.storage.engine import make_engine
from bot.storage.store import SqlStore
from bot.storage.tables import attachments
from handlers.cases import Keeping, KeptAttachment
from handlers.collector import LEASE
from handlers.model import Address, AttachmentKind, ChannelName, MessageId
from tests.conftest import _fresh_database
from tests.fake_wechat import MEDIA, FakePlatform, Mode, Resident, busy, random_aes_key, slow
from tests.running import ROOT, Running, running
from tests.waiting import PATIENCE, until

TOKEN = "token4tests"
AES_KEY = random_aes_key()
AMR = b"#!AMR\n" + bytes(3_000)
JPEG = b"\xff\xd8\xff\xe0" + bytes(200_000)


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        yield platform


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest,
    platform: FakePlatform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """Web and worker over both engines, one after the other."""
    settings = platform.settings() | {"WECHAT_TOKEN": TOKEN, "WECHAT_ENCODING_AES_KEY": AES_KEY}
    folder = tmp_path_factory.mktemp("service")
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/var/faxiaomei.sqlite3"
        with running(folder, **settings, DATABASE_URL=url) as service:
            yield service
        return
    server = request.getfixturevalue("postgres_server")
    with (
        _fresh_database(server, request.getfixturevalue("postgres_template")) as url,
        running(folder, **settings, DATABASE_URL=url) as service,
    ):
        yield service


@pytest.fixture
def store(service: Running) -> Iterator[SqlStore]:
    engine = make_engine(service.environment["DATABASE_URL"])
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def resident(platform: FakePlatform, service: Running) -> Iterator[Resident]:
    webhook = platform.webhook(f"{service.url}/wechat", TOKEN, Mode.SAFE, AES_KEY)
    yield Resident(webhook, platform)
    platform.clear_faults()


def kept(store: SqlStore, resident: Resident) -> list[KeptAttachment]:
    with store.read() as records:
        known = records.conversations.known(Address(ChannelName.WECHAT, resident.openid))
        assert known is not None
        said = records.conversations.since(known.id, MessageId(0), 200)
        found = records.attachments.of_messages([line.id for line in said])
    return sorted(found.values(), key=lambda one: one.id)


def wait_until_kept(store: SqlStore, resident: Resident, number: int) -> list[KeptAttachment]:
    def all_are() -> bool:
        return [one.state for one in kept(store, resident)] == [Keeping.KEPT] * number

    until(all_are, lambda: f"not kept: {kept(store, resident)}")
    return kept(store, resident)


def let_time_pass(store: SqlStore) -> None:
    """Whoever held an attachment holds it no longer, and every pause is over."""
    waiting = update(attachments).where(attachments.c.wake_at.is_not(None))
    with store.engine.begin() as connection:
        connection.execute(waiting.values(wake_at=now()))


def test_every_kind_is_answered_in_words_and_kept(
    platform: FakePlatform, resident: Resident, store: SqlStore
) -> None:
    voice, picture = platform.keep_media(AMR, "audio/amr"), platform.keep_media(JPEG, "image/jpeg")
    film = platform.keep_film(b"\x00\x00\x00\x18ftypmp42" + bytes(500_000))
    outcomes = [
        resident.send_voice(voice),
        resident.send_image(picture),
        resident.send_video(film),
        resident.send_video(film, short=True),
        resident.send_location(42.5397, 125.7128, "梅河口市司法局"),
        resident.send_link("工资", "拖欠工资怎么办", "https://example.cn/a"),
        resident.send_file("合同.docx"),
    ]
    assert all(outcome.text for outcome in outcomes)
    assert "收到您的语音，工作人员会听" in (outcomes[0].text or "")
    until(lambda: all(one.state is not Keeping.WANTED for one in kept(store, resident)))
    states = {one.attachment.kind: one.state for one in kept(store, resident)}
    assert states.pop(AttachmentKind.FILE) is Keeping.GONE
    assert set(states.values()) == {Keeping.KEPT}
    types = [one.media_type for one in kept(store, resident)]
    assert types[:4] == ["audio/amr", "image/jpeg", "video/mp4", "video/mp4"]
    assert len({one.consultation for one in kept(store, resident)}) == 1


def test_a_picture_without_words_is_asked_about(
    platform: FakePlatform, resident: Resident, store: SqlStore
) -> None:
    text = resident.send_image(platform.keep_media(JPEG, "image/jpeg")).text
    assert "这是关于什么事的？" in (text or "")
    answer = resident.send_text("房东不退押金怎么办").text
    assert "《住房租赁条例》" in (answer or "")
    wait_until_kept(store, resident, 1)


def test_a_busy_platform_delays_and_loses_nothing(
    platform: FakePlatform, resident: Resident, store: SqlStore
) -> None:
    platform.fault(MEDIA, replace(busy(), times=1))
    resident.send_voice(platform.keep_media(AMR, "audio/amr"))
    [one] = wait_until_kept(store, resident, 1)
    assert one.attempts == 2


def test_retried_pushes_are_one_attachment(
    platform: FakePlatform, resident: Resident, store: SqlStore
) -> None:
    media = platform.keep_media(AMR, "audio/amr")
    push = resident.compose("voice", {"MediaId": media, "Format": "amr"})
    assert len({resident.read(answer) for answer in resident.fire(push, 3)}) == 1
    wait_until_kept(store, resident, 1)


def test_killed_with_voices_outstanding_all_are_kept_once_after_the_next_start(
    platform: FakePlatform, resident: Resident, store: SqlStore, service: Running
) -> None:
    platform.fault(MEDIA, replace(busy(), times=None))
    for _ in range(5):
        assert resident.send_voice(platform.keep_media(AMR, "audio/amr")).text
    until(lambda: all(one.attempts for one in kept(store, resident)))
    service.kill()
    platform.clear_faults()
    # The kill may have met a try, whose lease outlasts the patience of any test.
    let_time_pass(store)
    service.start()
    found = wait_until_kept(store, resident, 5)
    assert len({one.message for one in found}) == 5
    with store.engine.connect() as connection:
        ids = connection.exec_driver_sql("SELECT attachment FROM attachment_contents").scalars()
        assert sorted(i for i in ids if i in {one.id for one in found}) == [o.id for o in found]


# The proof of two hosts kills over the other.
@pytest.mark.parametrize("service", ["sqlite"], indirect=True)
def test_a_worker_killed_in_the_middle_of_a_download_leaves_it_to_the_next(
    store: SqlStore, platform: FakePlatform, resident: Resident, tmp_path: Path, service: Running
) -> None:
    """The service is stopped; one collector of ours is killed while it downloads."""
    platform.fault(MEDIA, replace(busy(), times=None))
    resident.send_voice(platform.keep_media(AMR, "audio/amr"))
    until(lambda: kept(store, resident)[0].attempts)
    service.stop()
    try:
        platform.clear_faults()
        platform.fault(MEDIA, slow(4.0))
        before = len(platform.requests(MEDIA))
        [waiting] = kept(store, resident)
        killed = _collector(service, waiting.id, timedelta(hours=1))
        until(lambda: len(platform.requests(MEDIA)) > before)
        killed.kill()
        killed.wait()
        assert kept(store, resident)[0].state is Keeping.WANTED
        assert kept(store, resident)[0].attempts == waiting.attempts + 1
        later = timedelta(hours=1) + LEASE + timedelta(seconds=30)
        assert _collector(service, waiting.id, later).wait(PATIENCE) == 0
    finally:
        service.start()
    [one] = kept(store, resident)
    assert (one.state, one.attempts) == (Keeping.KEPT, waiting.attempts + 2)
    assert now() - one.came_at < timedelta(minutes=5)


def _collector(service: Running, attachment: int, ahead: timedelta) -> subprocess.Popen[bytes]:
    """A process that tries one attachment, with its clock so far ahead."""
    program = (
        "import sys; from datetime import timedelta; from bot.bootstrap import build;"
        "from bot.clock import now; from config.settings import read_settings;"
        "ahead = timedelta(seconds=float(sys.argv[2]));"
        "services = build(read_settings(), lambda: now() + ahead);"
        "services.tasks._collector.collect_one(int(sys.argv[1]))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(attachment), str(ahead.total_seconds())],
        cwd=service.folder,
        env=service._environment() | {"PYTHONPATH": str(ROOT)},
    )
