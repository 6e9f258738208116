"""`flask knowledge …`: check, list and evaluate the content."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from bot.commands.ask import answered
from bot.commands.lawwork import law_faults
from bot.services import Services
from bot.speech import say
from handlers.parts import MESSAGE_BYTES, size
from knowledge.checks import Fault, check
from knowledge.entry import Entry
from knowledge.evaluation import Case, read_cases, tally


def knowledge_commands(services: Services) -> AppGroup:
    """The commands over these services."""
    group = AppGroup("knowledge", help="The legal content.")

    @group.command("check")
    @click.option("--json", "as_json", is_flag=True)
    @click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]))
    def check_command(as_json: bool, day: datetime | None) -> None:  # noqa: FBT001  click's way
        """Exit 1 with file, field and fault if anything does not hold."""
        faults = all_faults(services, _day(services, day))
        if as_json:
            click.echo(json.dumps([vars_of(fault) for fault in faults], ensure_ascii=False))
        for fault in () if as_json else faults:
            click.echo(f"{fault.where}: {fault.field}: {fault.message}")
        if faults:
            sys.exit(1)
        if not as_json:
            click.echo(say("check_passed", entries=len(services.library.entries)), err=True)

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


def all_faults(services: Services, day: date) -> list[Fault]:
    """The faults of the content on a day, with those that only the composed reply shows."""
    faults = [*check(services.library, day), *law_faults(services)]
    for entry in services.library.entries.values():
        whole = services.reception.composer.first_message(entry, day)
        if size(whole) > MESSAGE_BYTES:
            faults.append(Fault(entry.id, "size", f"{size(whole)} bytes, {MESSAGE_BYTES} fit"))
    return faults


def vars_of(fault: Fault) -> dict[str, str]:
    """A fault as plain values."""
    return {"file": fault.where, "field": fault.field, "message": fault.message}


def _day(services: Services, given: datetime | None) -> date:
    if given is not None:
        return given.date()
    return services.clock().astimezone(services.settings.zone).date()


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
