"""Figures: behind their token, exact over several processes, and nameless."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from bot.figures import RESERVED, file_of_figures
from tests.bot.site import ANSWERABLE, DANGER, UNANSWERABLE, Site, Visitor, open_site
from tests.fake_wechat import SEND, FakePlatform, Mode, Resident, busy, random_aes_key
from tests.running import Running, running

METRICS_TOKEN = "a metrics token of tests"
WECHAT_TOKEN = "token4tests"
AES_KEY = random_aes_key()

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def scrape(url: str, token: str = METRICS_TOKEN) -> dict[str, float]:
    """Every sample as `name{labels}`."""
    answer = requests.get(
        f"{url}/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=10
    )
    assert answer.status_code == 200, answer.text
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(_SAMPLE.match(line) for line in lines)
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as platform:
        yield platform


@pytest.fixture(scope="module")
def service(platform: FakePlatform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Two web processes and a courier."""
    settings = platform.settings() | {
        "WECHAT_TOKEN": WECHAT_TOKEN,
        "WECHAT_ENCODING_AES_KEY": AES_KEY,
        "METRICS_TOKEN": METRICS_TOKEN,
        "WEB_WORKERS": "2",
        "CHAT_NEWCOMERS_PER_MINUTE": "1000",
    }
    with running(tmp_path_factory.mktemp("service"), **settings) as service:
        yield service


def test_two_processes_and_the_worker_count_exactly(
    service: Running, platform: FakePlatform
) -> None:
    texts = [UNANSWERABLE, ANSWERABLE, DANGER, "你好"] * 30
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: Visitor(service.url).say(text), texts))
    webhook = platform.webhook(f"{service.url}/wechat", WECHAT_TOKEN, Mode.SAFE, AES_KEY)
    resident = Resident(webhook, platform)
    resident.send_text(UNANSWERABLE)
    platform.fault(SEND, busy())
    latest = ("--resident", resident.openid)
    service.flask_here("consultation", "answer", *latest, "--text", "先找村委会。")
    resident.wait_for("先找村委会")

    rows = [json.loads(line) for line in service.flask_here("export", "messages").splitlines()]
    kept = Counter((row["channel"], row["decision"]) for row in rows)
    seen = [scrape(service.url) for _ in range(6)]
    for found in seen:
        counted = {
            key: found[f'faxiaomei_messages_total{{channel="{key[0]}",decision="{key[1]}"}}']
            for key in kept
        }
        assert counted == kept
        assert found['faxiaomei_reply_seconds_count{channel="chat"}'] == len(texts)
        assert found['faxiaomei_pushes_total{channel="wechat",outcome="TryLater"}'] == 1
        assert found['faxiaomei_pushes_total{channel="wechat",outcome="Delivered"}'] == 1
        assert found['faxiaomei_api_errors_total{code="-1"}'] == 1
        assert found['faxiaomei_deliveries{state="sent"}'] == 1
        assert found['faxiaomei_waiting_consultations{priority="urgent"}'] == 30
    # Both processes served: otherwise this would show nothing.
    assert len(list((service.folder / "var" / "metrics" / "web").glob("counter_*.db"))) >= 2


def test_a_push_that_comes_again_is_a_repeat_and_no_second_message(
    service: Running, platform: FakePlatform
) -> None:
    message = 'faxiaomei_messages_total{channel="wechat",decision="escalate"}'
    repeat = 'faxiaomei_repeats_total{channel="wechat"}'
    before = scrape(service.url)
    webhook = platform.webhook(f"{service.url}/wechat", WECHAT_TOKEN, Mode.SAFE, AES_KEY)
    resident = Resident(webhook, platform)
    push = resident.compose("text", {"Content": UNANSWERABLE})
    for _ in range(3):
        resident.deliver(push)
    after = scrape(service.url)
    assert after[message] - before.get(message, 0) == 1
    assert after[repeat] - before.get(repeat, 0) == 2


def test_no_label_names_anybody(service: Running) -> None:
    shown = "\n".join(scrape(service.url))
    for row in map(json.loads, service.flask_here("export", "messages").splitlines()):
        assert row["resident"] not in shown
        assert row["text"] not in shown


def test_one_event_for_each_request_without_words_names_or_addresses(
    service: Running, platform: FakePlatform
) -> None:
    visitor = Visitor(service.url)
    visitor.say(UNANSWERABLE)
    webhook = platform.webhook(f"{service.url}/wechat", WECHAT_TOKEN, Mode.PLAIN)
    resident = Resident(webhook, platform)
    resident.send_text(UNANSWERABLE)
    requests.get(f"{service.url}/console/cases/47114711?resident=王二小", timeout=5)
    requests.get(f"{service.url}/王二小的押金", timeout=5)
    log = service.log.read_text("utf-8")
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    served = [event for event in events if event["event"] == "request_served"]
    assert {"route", "method", "status", "ms", "request"} <= set(served[0])
    assert len({event["request"] for event in served}) == len(served)
    routes = {str(event["route"]) for event in served}
    assert {"/wechat", "/chat/messages", "-"} <= routes
    assert any(route.startswith("/console/cases/<") for route in routes)
    words = ("王二小", "押金", "47114711", "127.0.0.1", "界石", "signature", resident.openid)
    for telltale in words:
        assert telltale not in "\n".join(json.dumps(e, ensure_ascii=False) for e in events)


def test_a_request_is_told_its_id(service: Running) -> None:
    first, second = (requests.get(f"{service.url}/chat", timeout=5) for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{16}", first.headers["X-Request-Id"])
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert f'"request": "{first.headers["X-Request-Id"]}"' in service.log.read_text("utf-8")


def test_a_wrong_token_is_refused(service: Running) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": METRICS_TOKEN}):
        refused = requests.get(f"{service.url}/metrics", headers=headers, timeout=5)
        assert refused.status_code == 401
        assert "faxiaomei_" not in refused.text


def test_without_a_token_there_are_no_figures(tmp_path: Path) -> None:
    with open_site(tmp_path) as site:
        assert site.get("/metrics").status_code == 404


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_site(tmp_path, metrics_token=METRICS_TOKEN) as site:
        yield site


def test_the_age_of_the_oldest_waiting_case_is_told(site: Site) -> None:
    site.open_case()
    site.clock.turn(minutes=10)
    site.open_case(DANGER)
    site.clock.turn(minutes=5)
    found = scrape(site.url)
    assert found['faxiaomei_oldest_waiting_seconds{priority="normal"}'] == 900
    assert found['faxiaomei_oldest_waiting_seconds{priority="urgent"}'] == 300
    assert found['faxiaomei_waiting_consultations{priority="normal"}'] == 1


def test_a_database_that_is_gone_is_told_and_counted(site: Site) -> None:
    before = scrape(site.url)["faxiaomei_database_unreachable_total"]
    site.services.store.engine.dispose()
    file = Path(str(site.services.store.engine.url.database))
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    file.mkdir()
    assert Visitor(site.url).post(ANSWERABLE).status_code == 503
    found = scrape(site.url)
    assert found["faxiaomei_database_up"] == 0
    assert found["faxiaomei_database_unreachable_total"] == before + 1


def test_a_file_of_figures_has_no_holes(tmp_path: Path) -> None:
    made = file_of_figures(str(tmp_path / "counter_1.db"))
    made.write_value("a", 2.0, 0.0)
    assert (tmp_path / "counter_1.db").stat().st_blocks * 512 >= RESERVED
    made.close()


def test_where_no_file_can_be_had_figures_are_counted_all_the_same(tmp_path: Path) -> None:
    made = file_of_figures(str(tmp_path / "no such folder" / "counter_1.db"))
    made.write_value("a", 2.0, 0.0)
    assert made.read_value("a") == (2.0, 0.0)
    assert made.read_value("b") == (0.0, 0.0)
