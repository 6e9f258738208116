"""`flask db upgrade`, `flask count` and `flask export`."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click
from flask.cli import AppGroup

from bot.services import Services
from bot.storage.exports import Exports
from bot.storage.migrate import upgrade


def database_commands(services: Services) -> tuple[click.Command, ...]:
    """The commands that look at the database itself."""
    database = AppGroup("db", help="The database.")

    @database.command("upgrade")
    def upgrade_command() -> None:
        """Brings the database to this version's shape; a second time changes nothing."""
        upgrade(services.store.engine)

    @click.command("count")
    @click.option("--json", "as_json", is_flag=True)
    def count(as_json: bool) -> None:  # noqa: FBT001  click's way
        """Rows of each kind."""
        with services.store.read() as records:
            counts = records.exports.counts()
        if as_json:
            click.echo(json.dumps(counts))
            return
        for name, rows in counts.items():
            click.echo(f"{name}\t{rows}")

    @click.command("export")
    @click.argument("what", type=click.Choice(["consultations", "messages", "deliveries"]))
    @click.option("--direction", type=click.Choice(["in", "all"]), default="in")
    def export(what: str, direction: str) -> None:
        """One JSON object a line, oldest first."""
        with services.store.read() as records:
            for row in _rows(services, records.exports, what, direction):
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")

    return database, count, export


def _rows(
    services: Services, exports: Exports, what: str, direction: str
) -> Iterator[dict[str, Any]]:
    zone = services.settings.zone
    rows: Iterator[dict[str, Any]]
    match what:
        case "messages":
            rows = exports.messages(outbound=direction == "all", zone=zone)
        case "consultations":
            rows = exports.consultations(zone)
        case _:
            rows = exports.deliveries(zone)
    return rows
