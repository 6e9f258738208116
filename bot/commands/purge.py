"""`flask purge`: erases the words whose time is over."""

from datetime import datetime, timedelta
from time import sleep

import click

from bot.services import Services
from bot.speech import say
from bot.storage.retention import Kept, erase, leave_no_trace, overdue, undelivered
from handlers.errors import Unreachable

PUSHES_DAYS = 7
"""How long it is kept that somebody was pushed something: a place of a ration counts for two days
at most, and a clock may be wrong."""

PAUSE_SECONDS = 0.02
"""Between two batches, so that residents who write meanwhile get their turn."""


def purge_command(services: Services) -> click.Command:
    """The command over these services."""

    @click.command("purge")
    @click.option("--dry-run", is_flag=True, help="Only tells what would be erased.")
    def purge(dry_run: bool) -> None:  # noqa: FBT001  click's way
        """Erases words whose time is over. May be stopped and run again at any time."""
        before = _before(services)
        try:
            if dry_run:
                found = overdue(services.store.engine, before)
            else:
                found = {kind: _erased(services, kind, before[kind]) for kind in Kept}
                leave_no_trace(services.store.engine)
            waiting = undelivered(services.store.engine, before[Kept.CASES])
        except Unreachable:
            raise click.ClickException(say("no_database")) from None
        for kind, rows in found.items():
            told = "would_erase" if dry_run else "erased"
            day = before[kind].astimezone(services.settings.zone).date()
            click.echo(say(f"{told}_{kind}", rows=rows, day=day))
        if waiting:
            click.echo(say("undelivered", rows=waiting))

    return purge


def _before(services: Services) -> dict[Kept, datetime]:
    settings = services.settings
    days = {
        Kept.MESSAGES: settings.retention_messages_days,
        Kept.CASES: settings.retention_cases_days,
        Kept.RESIDENTS: settings.retention_residents_days,
        Kept.PUSHES: PUSHES_DAYS,
    }
    return {kind: services.clock() - timedelta(days=kept) for kind, kept in days.items()}


def _erased(services: Services, kind: Kept, before: datetime) -> int:
    rows = 0
    for batch in erase(services.store.engine, kind, before):
        rows += batch
        sleep(PAUSE_SECONDS)
    return rows
