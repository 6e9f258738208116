"""`flask knowledge export`: entries as an Excel file, or what staff released for the repository."""

import sys
from pathlib import Path

import click

from bot.commands.sheets import write_sheet
from bot.services import Services
from bot.speech import say
from handlers.errors import Unreachable
from knowledge.checks.fault import shown
from knowledge.exporting import Export, export
from knowledge.library import CONTENT


def export_command(services: Services) -> click.Command:
    """The command over these services."""

    @click.command("export")
    @click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
    @click.option("--to-files", is_flag=True, help="into knowledge/content, to be committed")
    @click.option("--force", is_flag=True, help="also over files that were changed since")
    def export_to(file: Path | None, to_files: bool, force: bool) -> None:  # noqa: FBT001  click's way
        """FILE.xlsx: every entry as residents get it. --to-files: what was released here."""
        if (file is None) != to_files:
            raise click.UsageError("FILE.xlsx or --to-files")
        if file is not None:
            write_sheet(services, file)
            return
        try:
            overlay = services.editions.settled().overlay
        except Unreachable:
            raise click.ClickException(say("no_database")) from None
        done = export(CONTENT, overlay, force=force)
        _tell(done)
        if not done.is_whole:
            sys.exit(1)

    return export_to


def _tell(done: Export) -> None:
    if not done.texts and not done.rows:
        click.echo(say("export_nothing"))
        return
    for one in done.texts:
        click.echo(say(f"export_{one.put}", file=shown(str(one.path))))
    click.echo(say("export_rows", rows=done.rows))
