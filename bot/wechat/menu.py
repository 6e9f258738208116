"""The account's menu in the platform's words."""

from collections.abc import Mapping
from typing import Any, Final

from bot.wechat.client import Platform
from knowledge.menu import Button, Menu

CREATE: Final = "/cgi-bin/menu/create"


def written(menu: Menu, base_url: str) -> Mapping[str, Any]:
    """The menu as the platform takes it; pages stand under `base_url`."""
    return {"button": [_button(button, base_url) for button in menu.buttons]}


def push_menu(platform: Platform, menu: Menu, base_url: str) -> None:
    """Puts the menu in place of the one before. Raises PlatformError and Unreachable."""
    platform.call(CREATE, written(menu, base_url))


def _button(button: Button, base_url: str) -> Mapping[str, Any]:
    if button.below:
        return {"name": button.name, "sub_button": [_button(one, base_url) for one in button.below]}
    if button.page:
        return {"type": "view", "name": button.name, "url": f"{base_url}{button.page}"}
    return {"type": "click", "name": button.name, "key": button.key}
