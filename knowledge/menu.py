"""The account's menu: which words a tap or a scan stands for, and which buttons there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from knowledge.commands import Commands
from knowledge.errors import ContentError
from knowledge.files import read_yaml

MOST_BUTTONS = 3
MOST_BELOW = 5
LONGEST_NAME = 4
LONGEST_NAME_BELOW = 8
LONGEST_KEY = 128
"""How many buttons the platform takes, and of how many characters; longer names are cut on the
phone (https://developers.weixin.qq.com/doc/subscription/api/custommenu/api_createcustommenu.html,
read 2026-11)."""

_FIELDS = frozenset({"says", "unknown", "scan", "buttons"})
_KINDS_OF_BUTTON = ({"name", "key"}, {"name", "page"}, {"name", "buttons"})


@dataclass(frozen=True, slots=True)
class Button:
    """One button: it says the words of a key, opens a page of ours, or shows those below it."""

    name: str
    key: str = ""
    page: str = ""
    below: tuple["Button", ...] = ()


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu, ready to be understood and to be shown."""

    says: Mapping[str, str]
    unknown: str
    scan: str
    buttons: tuple[Button, ...]

    @classmethod
    def read(cls, path: Path, commands: Commands) -> Self:
        """Reads menu.yaml. Raises ContentError, also for words that would be no command."""
        given = read_yaml(path)
        for name in _FIELDS ^ set(given):
            raise ContentError(path, name, "missing or unknown")
        says = _says(path, given["says"], commands)
        for name in ("unknown", "scan"):
            if given[name] not in says:
                raise ContentError(path, name, "must be a key of says")
        buttons = tuple(_buttons(path, given["buttons"], says, MOST_BUTTONS, LONGEST_NAME))
        return cls(says, given["unknown"], given["scan"], buttons)

    def words(self, key: str) -> str:
        """What a tap on the button with this key says; a key we do not know asks for help."""
        return self.says.get(key, self.says[self.unknown])

    @property
    def words_for_help(self) -> str:
        """What is said for whoever did something that has no words of its own."""
        return self.says[self.unknown]

    @property
    def words_of_scan(self) -> str:
        """What a follower says who scans a code of ours."""
        return self.says[self.scan]

    @property
    def pages(self) -> Iterator[str]:
        """Every page that a button opens."""
        for button in self.buttons:
            yield from (one.page for one in (button, *button.below) if one.page)


def _says(path: Path, given: object, commands: Commands) -> Mapping[str, str]:
    if not isinstance(given, dict) or not given:
        raise ContentError(path, "says", "is missing or empty")
    for key, words in given.items():
        if not isinstance(key, str) or not key.isascii() or len(key) > LONGEST_KEY:
            raise ContentError(path, "says", f"{key} is no key")
        spoken = commands.recognise(words) if isinstance(words, str) else None
        # Anything else would meet silence: a tap is answered as a command or not at all.
        if spoken is None or spoken.rest:
            raise ContentError(path, f"says.{key}", f"{words} is not in commands.yaml")
    return given


def _buttons(
    path: Path, given: Any, says: Mapping[str, str], most: int, longest: int
) -> Iterator[Button]:
    if not isinstance(given, list) or not 0 < len(given) <= most:
        raise ContentError(path, "buttons", f"must be a list of 1 to {most}")
    for button in given:
        if not isinstance(button, dict) or set(button) not in _KINDS_OF_BUTTON:
            raise ContentError(path, "buttons", "a button has a name, and a key, a page or buttons")
        yield _button(path, button, says, longest)


def _button(path: Path, given: Mapping[str, Any], says: Mapping[str, str], longest: int) -> Button:
    name, key, page = given["name"], given.get("key", ""), given.get("page", "")
    if not isinstance(name, str) or not 0 < len(name) <= longest:
        raise ContentError(path, "buttons.name", f"{name} must have 1 to {longest} characters")
    if "key" in given and key not in says:
        raise ContentError(path, f"buttons.{name}", f"{key} is no key of says")
    if "page" in given and not (isinstance(page, str) and page.startswith("/")):
        raise ContentError(path, f"buttons.{name}", "a page begins with /")
    below: tuple[Button, ...] = ()
    if "buttons" in given:
        if longest != LONGEST_NAME:
            raise ContentError(path, f"buttons.{name}", "there is only one level below")
        below = tuple(_buttons(path, given["buttons"], says, MOST_BELOW, LONGEST_NAME_BELOW))
    return Button(name, key, page, below)
