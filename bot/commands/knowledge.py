"""`flask knowledge …`: check, list and evaluate the content."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from bot.commands.ask import answered
from bot.commands.checking import add_checks
from bot.commands.exporting import export_command
from bot.commands.sheets import import_command
from bot.services import Services
from knowledge.entry import Entry
from knowledge.evaluation import Case, read_cases, tally


def knowledge_commands(services: Services) -> AppGroup:
    """The commands over these services."""
    group = AppGroup("knowledge", help="The legal content.")

    add_checks(group, services)
    group.add_command(export_command(services))
    group.add_command(import_command(services))

    @group.command("list")
    @click.option("--json", "as_json", is_flag=True)
    def list_command(as_json: bool) -> None:  # noqa: FBT001  click's way
        """Every entry."""
        entries = services.library.entries.values()
        if as_json:
            click.echo(json.dumps([_listed(entry) for entry in entries], ensure_ascii=False))
            return
        for entry in entries:
            click.echo(f"{entry.id}\t{entry.status}\t{entry.title}")

    @group.command("evaluate")
    @click.argument("cases", type=click.Path(exists=True, path_type=Path), nargs=-1)
    def evaluate(cases: tuple[Path, ...]) -> None:
        """What labelled questions get: right, asked back, handed over, or wrong."""
        at = services.clock()
        for path in cases:
            outcomes = [(case, answered(services, case.text, at)) for case in read_cases(path)]
            _report(path, outcomes)

    return group


def _listed(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "topic": entry.topic,
        "status": str(entry.status),
        "title": entry.title,
        "wordings": list(entry.wordings),
        "citations": [{"law": cited.law, "article": cited.article} for cited in entry.citations],
        "reviewed_by": entry.reviewed_by or None,
        "valid_from": entry.valid_from.isoformat(),
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
    }


def _report(path: Path, outcomes: list[tuple[Case, dict[str, Any]]]) -> None:
    counts = tally((case, got["decision"], got["entry"]) for case, got in outcomes)
    click.echo(f"{path.name}: {json.dumps(counts)}")
    for case, got in outcomes:
        if not case.is_met_by(got["decision"], got["entry"]):
            shown = got["entry"] or got["decision"]
            click.echo(f"  {case.id} {got['confidence']:.2f} {case.expect} -> {shown}: {case.text}")
