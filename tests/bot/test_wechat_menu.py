"""`flask wechat menu push`: what is pushed works on the phone, and a refusal says what to do."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import SecretStr

from bot.app import create_app
from bot.services import Services
from bot.wechat.menu import CREATE
from config.settings import Settings
from knowledge.menu import Button
from tests.bot.outage import Outage, outage
from tests.fake_wechat import bad_gateway, refusing

CODES = (-1, 40001, 40015, 40016, 40018, 40023, 40054, 40125, 40164, 45009, 48001, 89503)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Outage]:
    folder = tmp_path_factory.mktemp("menu")
    shutil.copyfile(sqlite_template, folder / "faxiaomei.db")
    with outage(folder, f"sqlite:///{folder}/faxiaomei.db") as world:
        yield world


@pytest.fixture
def world(running: Outage) -> Iterator[Outage]:
    """Without what a refusal left: a pause for everybody is right, and not wanted here."""
    yield running
    running.platform.clear_faults()
    with running.services.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM platform_tokens")


def push(world: Outage, *options: str) -> Result:
    return world.commands.invoke(args=["wechat", "menu", "push", *options])


def with_buttons(world: Outage, *buttons: Button, base_url: str = "") -> Outage:
    settings = world.services.settings.model_copy(
        update={"public_base_url": base_url, "secret_key": SecretStr("a secret of tests" * 3)}
    )
    assert isinstance(settings, Settings)
    menu = replace(world.services.menu, buttons=buttons)
    services: Services = replace(world.services, settings=settings, menu=menu)
    return replace(world, services=services, commands=create_app(services).test_cli_runner())


def pushed(world: Outage) -> int:
    return len(world.platform.requests(CREATE))


def test_every_button_that_is_pushed_gets_words_when_it_is_tapped(world: Outage) -> None:
    done = push(world)
    assert done.exit_code == 0, done.stderr
    assert "找人问、查进度、怎么用" in done.stdout
    menu = json.loads(world.platform.requests(CREATE)[-1].body)
    assert [button["type"] for button in menu["button"]] == ["click"] * 3
    for button in menu["button"]:
        assert world.resident().click(button["key"]).text


def test_a_dry_run_shows_the_menu_and_calls_nobody(world: Outage) -> None:
    before = len(world.platform.requests())
    shown = json.loads(push(world, "--dry-run").stdout)
    assert shown["button"][0] == {"type": "click", "name": "找人问", "key": "person"}
    assert len(world.platform.requests()) == before


def test_pages_and_a_second_level_are_pushed_as_the_platform_writes_them(world: Outage) -> None:
    below = Button("更多", below=(Button("网上咨询", page="/chat"), Button("帮助", key="help")))
    ours = with_buttons(world, below, base_url="https://fa.example.gov.cn")
    assert push(ours).exit_code == 0
    [first] = json.loads(world.platform.requests(CREATE)[-1].body)["button"]
    address = "https://fa.example.gov.cn/chat"
    assert first["sub_button"][0] == {"type": "view", "name": "网上咨询", "url": address}
    assert first["sub_button"][1]["key"] == "help"


@pytest.mark.parametrize(
    ("page", "base_url", "told"),
    [("/chat", "", "PUBLIC_BASE_URL"), ("/nowhere", "https://fa.example.gov.cn", "没有页面")],
)
def test_a_button_that_would_lead_nowhere_is_not_pushed(
    world: Outage, page: str, base_url: str, told: str
) -> None:
    before = pushed(world)
    ours = with_buttons(world, Button("网上咨询", page=page), base_url=base_url)
    for options in ((), ("--dry-run",)):
        refused = push(ours, *options)
        assert refused.exit_code == 1
        assert told in refused.stderr
    assert pushed(world) == before


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_is_told_in_chinese_by_its_code(world: Outage, code: int) -> None:
    world.platform.fault(CREATE, replace(refusing(code), times=None))
    refused = push(world)
    assert refused.exit_code == 1
    assert f"（{code}）" in refused.stderr
    assert "没有推成" not in refused.stderr


def test_a_platform_that_does_not_answer_is_told(world: Outage) -> None:
    world.platform.fault(CREATE, bad_gateway())
    refused = push(world)
    assert refused.exit_code == 1
    assert "http_502" in refused.stderr
    assert "过几分钟再推" in refused.stderr


def test_without_a_secret_it_says_what_is_missing(world: Outage) -> None:
    settings = world.services.settings.model_copy(update={"wechat_app_secret": None})
    services = replace(world.services, settings=settings)
    ours = replace(world, commands=create_app(services).test_cli_runner())
    refused = push(ours)
    assert refused.exit_code == 1
    assert "WECHAT_APP_SECRET" in refused.stderr
