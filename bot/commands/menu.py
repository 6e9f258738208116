"""`flask wechat menu push`: the buttons of menu.yaml become the account's menu."""

import json

import click
from flask import current_app
from flask.cli import AppGroup
from werkzeug.exceptions import HTTPException

from bot.bootstrap import platform
from bot.services import Services
from bot.speech import refusal, say
from bot.wechat.client import PlatformError
from bot.wechat.menu import push_menu, written
from handlers.errors import Unreachable


def menu_commands(services: Services) -> AppGroup:
    """The account's menu."""
    group = AppGroup("menu", help="The account's menu.")

    @group.command("push")
    @click.option("--dry-run", is_flag=True, help="Only shows what would be pushed.")
    def push(dry_run: bool) -> None:  # noqa: FBT001  click's way
        """Puts the menu of knowledge/content/menu.yaml in place of the one before."""
        _require_pages(services)
        if dry_run:
            shown = written(services.menu, services.settings.public_base_url)
            click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        _push(services)
        names = "、".join(button.name for button in services.menu.buttons)
        click.echo(say("menu_pushed", names=names))

    return group


def _require_pages(services: Services) -> None:
    """A button must not lead to a page that is not there."""
    adapter = current_app.url_map.bind("localhost")
    for page in services.menu.pages:
        if not services.settings.public_base_url:
            raise click.ClickException(say("menu_no_base_url", page=page))
        try:
            adapter.match(page, method="GET")
        except HTTPException:
            raise click.ClickException(say("menu_no_page", page=page)) from None


def _push(services: Services) -> None:
    api = platform(services.settings, services.store, services.clock)
    if api is None or not services.settings.wechat_app_id:
        raise click.ClickException(say("menu_no_access"))
    try:
        push_menu(api, services.menu, services.settings.public_base_url)
    except PlatformError as error:
        told = say("menu_refused", code=error.code, reason=refusal(error.code))
        raise click.ClickException(told) from None
    except Unreachable:
        raise click.ClickException(say("no_database")) from None
