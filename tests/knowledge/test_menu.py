"""The menu's file: every key has words that are understood, and every button works."""

from pathlib import Path

import pytest
import yaml

from knowledge.errors import ContentError
from knowledge.library import CONTENT
from knowledge.menu import Menu
from tests.menu import COMMANDS, MENU

GIVEN = yaml.safe_load((CONTENT / "menu.yaml").read_text("utf-8"))


def read(folder: Path, **changed: object) -> Menu:
    file = folder / "menu.yaml"
    file.write_text(yaml.safe_dump(GIVEN | changed, allow_unicode=True), "utf-8")
    return Menu.read(file, COMMANDS)


def test_every_button_of_ours_says_what_is_understood() -> None:
    keys = [one.key for button in MENU.buttons for one in (button, *button.below) if one.key]
    assert keys
    assert all(COMMANDS.recognise(MENU.words(key)) for key in keys)


def test_pages_are_found_on_both_levels(tmp_path: Path) -> None:
    below = {"name": "更多", "buttons": [{"name": "网上咨询", "page": "/chat"}]}
    menu = read(tmp_path, buttons=[{"name": "首页", "page": "/"}, below])
    assert list(menu.pages) == ["/", "/chat"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("says", {"help": "帮助", "hello": "你好", "deposit": "房东不退押金怎么办"}),
        ("says", {"help": "帮助", "hello": "人工我要离婚"}),
        ("says", {"help": "帮助", "hello": "你好", "人工": "人工"}),
        ("says", {}),
        ("unknown", "nothing"),
        ("scan", None),
        ("surplus", 1),
        ("buttons", []),
        ("buttons", [{"name": "帮助", "key": "help"}] * 4),
        ("buttons", [{"name": "帮助", "key": "gone"}]),
        ("buttons", [{"name": "帮助"}]),
        ("buttons", [{"name": "帮助", "key": "help", "page": "/"}]),
        ("buttons", [{"name": "首页", "page": "https://elsewhere.example/"}]),
        ("buttons", [{"name": "怎么用这个公众号", "key": "help"}]),
        ("buttons", [{"name": "更多", "buttons": [{"name": "再多", "buttons": []}]}]),
        ("buttons", ["帮助"]),
    ],
)
def test_a_fault_is_reported_before_anybody_taps(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(ContentError):
        read(tmp_path, **{field: value})
