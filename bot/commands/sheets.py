"""`flask knowledge export FILE.xlsx` and `import FILE.xlsx --staff NAME`: entries as a sheet."""

import sys
from pathlib import Path

import click

from bot.services import Services
from bot.speech import say
from bot.web.editing.intake import Intake, Outcome, Taken
from bot.web.editing.opening import LARGEST_FILE, UnusableFileError, rows_in
from bot.web.editing.room import Workroom
from bot.web.editing.sheets import word_for
from bot.web.editing.workbook import workbook_of
from handlers.errors import NotAllowed, Unreachable


def write_sheet(services: Services, file: Path) -> None:
    """Writes what residents get into a file; a file that is there already is not overwritten."""
    try:
        entries = services.editions.settled().library.entries.values()
    except Unreachable:
        raise click.ClickException(say("no_database")) from None
    try:
        with file.open("xb") as new:
            new.write(workbook_of(entries))
    except FileExistsError:
        raise click.ClickException(say("file_exists", file=file)) from None
    click.echo(say("sheet_written", file=file, entries=len(entries)))


def import_command(services: Services) -> click.Command:
    """The command over these services."""

    @click.command("import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--staff", "name", required=True, help="whose drafts they become")
    def import_sheet(file: Path, name: str) -> None:
        """Rows that changed become drafts, to be released by somebody else; exit 1 on a bad row."""
        try:
            taken = _taken(services, file, name)
        except UnusableFileError as unusable:
            raise click.ClickException(unusable.message) from None
        except NotAllowed:
            raise click.ClickException(say("not_a_writer", name=name)) from None
        except Unreachable:
            raise click.ClickException(say("no_database")) from None
        _tell(taken)
        if any(one.outcome is Outcome.BAD for one in taken):
            sys.exit(1)

    return import_sheet


def _taken(services: Services, file: Path, name: str) -> list[Taken]:
    with services.store.read() as records:
        staff = records.personnel.named(name)
    if staff is None:
        raise click.ClickException(say("no_staff", name=name))
    with file.open("rb") as given:
        rows = rows_in(given.read(LARGEST_FILE + 1))
    room = Workroom(services)
    return Intake(room.curator, staff, room.spelt_out).take(rows)


def _tell(taken: list[Taken]) -> None:
    """Every row that somebody changed, and how many nobody did."""
    for one in taken:
        if one.outcome is not Outcome.UNCHANGED:
            told = word_for("sheet_outcome", one.outcome)
            click.echo(say("sheet_row", row=one.row, entry=one.entry, told=told))
        for fault in one.faults:
            column = word_for("column", fault.column)
            click.echo(say("sheet_fault", column=column, told=fault.message))
    unchanged = sum(one.outcome is Outcome.UNCHANGED for one in taken)
    click.echo(say("sheet_taken", rows=len(taken), unchanged=unchanged))
