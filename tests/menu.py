"""The menu as it stands in the content."""

from bot.bootstrap import LEXICON
from knowledge.commands import Commands
from knowledge.library import CONTENT
from knowledge.menu import Menu

COMMANDS = Commands.read(LEXICON / "commands.yaml")
MENU = Menu.read(CONTENT / "menu.yaml", COMMANDS)
