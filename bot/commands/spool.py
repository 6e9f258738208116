"""`flask spool …`: what waits on this host's disk. Counts and ages only, never words."""

import json
import logging

import click
from flask.cli import AppGroup

from bot.bootstrap import post_office
from bot.sealed import NotKept, Unreadable
from bot.services import Services
from bot.speech import say
from bot.spool import Spool
from bot.web.webhook import understand
from bot.wechat.envelope import Forged, Post
from bot.wechat.fields import Malformed

log = logging.getLogger(__name__)


def spool_commands(services: Services) -> AppGroup:
    """The spool of this DATA_DIR."""
    group = AppGroup("spool", help="What waits on this host's disk for the database.")
    group.add_command(_listing(services))
    group.add_command(_counting(services))
    group.add_command(_replaying(services))
    return group


def _listing(services: Services) -> click.Command:
    @click.command("list")
    def listing() -> None:
        """One line a file: folder, when it arrived, whose and which by secret marks."""
        for folder in services.spool.folders.values():
            for name in folder.names():
                at = name.at.astimezone(services.settings.zone).isoformat(timespec="seconds")
                click.echo(f"{folder.path.name}\t{at}\t{name}")

    return listing


def _counting(services: Services) -> click.Command:
    @click.command("show-count")
    @click.option("--json", "as_json", is_flag=True)
    def counting(as_json: bool) -> None:  # noqa: FBT001  click's way
        """Of each folder: files, bytes, and the age of the oldest in seconds."""
        counts = {}
        for shown, folder in services.spool.folders.items():
            names = folder.names()
            age = (services.clock() - names[0].at).total_seconds() if names else 0
            counts[shown] = {"files": len(names), "bytes": folder.size(), "oldest": round(age)}
        if as_json:
            click.echo(json.dumps(counts))
            return
        for shown, counted in counts.items():
            click.echo("\t".join([shown, *map(str, counted.values())]))

    return counting


def _replaying(services: Services) -> click.Command:
    @click.command("replay")
    @click.option("--bad", is_flag=True, help="also what was set aside")
    @click.option("--unread", is_flag=True, help="also pushes that could not be read then")
    def replay(bad: bool, unread: bool) -> None:  # noqa: FBT001  click's way
        """Replays now what the worker would replay by itself; a second time changes nothing."""
        spool = services.spool
        if spool.waiting.key is None:
            raise click.ClickException(say("spool_no_key"))
        if bad:
            _try_again(spool)
        post = post_office(services.settings)
        if unread and post is not None:
            _read_again(services, post)
        done = services.replayer.round()
        if done is None:
            raise click.ClickException(say("spool_busy"))
        left = len(spool.waiting.names())
        counts = {"stored": done.stored, "told": done.told, "bad": done.bad}
        click.echo(say("spool_replayed", waiting=left, **counts))

    return replay


def _try_again(spool: Spool) -> None:
    for name in spool.bad.names():
        spool.bad.move(name, spool.waiting)


def _read_again(services: Services, post: Post) -> None:
    """Reads old pushes by today's rules; what still cannot be read stays where it is."""
    spool, original = services.spool, services.settings.wechat_original_id
    for name in spool.unread.names():
        try:
            push = spool.read_unread(name)
            _, incoming = understand(services, post, push, name.at)
            if original not in ("", incoming.account):
                raise Malformed
            spool.keep(incoming.message)
        except (Unreadable, Forged, Malformed, NotKept) as error:
            reason = type(error).__name__
            log.warning("push_still_unread", extra={"file": str(name), "reason": reason})
            continue
        spool.unread.remove(name)
