"""The `flask` commands. stdout carries the result only, logs go to stderr."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask

from bot.commands.ask import ask_command
from bot.commands.backup import backup_commands
from bot.commands.database import database_commands
from bot.commands.deadline import deadline_commands
from bot.commands.knowledge import knowledge_commands
from bot.commands.lawwork import add_law_work
from bot.commands.people import consultation_commands, staff_commands
from bot.commands.purge import purge_command
from bot.commands.residents import resident_commands
from bot.commands.running import worker_command
from bot.commands.spool import spool_commands
from bot.commands.statute import statute_commands
from bot.commands.wechat import wechat_commands
from bot.services import Services
from bot.speech import say
from handlers.errors import Unreachable


def add_commands(app: Flask, services: Services) -> None:
    """Hangs every command on the application."""
    for command in (
        ask_command(services),
        add_law_work(knowledge_commands(services), services),
        deadline_commands(services),
        worker_command(services),
        consultation_commands(services),
        staff_commands(services),
        resident_commands(services),
        spool_commands(services),
        *database_commands(services),
        *backup_commands(services),
        purge_command(services),
        statute_commands(services),
        wechat_commands(services),
    ):
        _speak_of_the_database(command)
        app.cli.add_command(command)


def _speak_of_the_database(command: click.Command) -> None:
    """Where it does not answer, whoever typed the command reads a sentence and no traceback."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            _speak_of_the_database(one)
    if command.callback is not None:
        command.callback = _speaking(command.callback)


def _speaking(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def spoken(*given: object, **named: object) -> object:
        try:
            return callback(*given, **named)
        except Unreachable:
            raise click.ClickException(say("no_database")) from None

    return spoken
