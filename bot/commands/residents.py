"""`flask resident erase`: what somebody asks for who cannot or will not unfollow."""

import json
import logging
from secrets import token_hex

import click
from flask.cli import AppGroup

from bot.commands.people import staff_at_work
from bot.services import Services
from bot.speech import say
from bot.storage.erasures import erasures, files_left, sign
from handlers.cases import Staff
from handlers.departure import depart
from handlers.errors import Unreachable
from handlers.model import Address, ChannelName, Courtesy, Kind, Message

log = logging.getLogger(__name__)

_KEY_BYTES = 16


def resident_commands(services: Services) -> AppGroup:
    """What residents can ask for."""
    group = AppGroup("resident", help="Residents and what they ask for.")

    @group.command("erase")
    @click.option("--resident", "name", required=True)
    @click.option("--channel", type=click.Choice([str(c) for c in ChannelName]), default="wechat")
    @click.option("--staff", help="who does it; the first administrator if not given")
    def erase(name: str, channel: str, staff: str | None) -> None:
        """Erases a resident as if they had left; prints JSON. Cases stay as files."""
        who = Address(ChannelName(channel), name)
        try:
            left = _erased(services, who, staff_at_work(services, staff))
        except Unreachable:
            raise click.ClickException(say("no_database")) from None
        click.echo(json.dumps({"erased": True, "consultations_kept": left}))

    @group.command("erasures")
    def listing() -> None:
        """Who erased somebody on request and when; not whom, which nobody knows any more."""
        with services.store.read() as records:
            for one in erasures(records):
                at = one.at.astimezone(services.settings.zone).isoformat(timespec="seconds")
                line = {"at": at, "staff": one.staff, "channel": str(one.channel)}
                click.echo(json.dumps(line, ensure_ascii=False))

    return group


def _erased(services: Services, who: Address, by: Staff) -> int:
    """How many cases stay. The departure and who signs for it are kept together or not at all."""
    if services.spool.holds(who):
        # It would be stored after the erasure, as of somebody new.
        raise click.ClickException(say("resident_waits"))
    now = services.clock()
    key = f"erase:{token_hex(_KEY_BYTES)}"
    departure = Message(sender=who, key=key, kind=Kind.LEAVE, text="", received_at=now)
    silence = services.composer.courtesy(Courtesy.SILENCE)
    with services.store.write() as records:
        standing = records.conversations.take(who)
        if standing is None:
            raise click.ClickException(say("no_resident", channel=who.channel))
        depart(records, departure, silence, now)
        sign(records, standing.resident.id, departure, by.id)
        left = files_left(records, standing.resident.id)
    log.info("resident_erased", extra={"staff": by.id})
    return left
