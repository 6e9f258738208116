"""`flask deadline …`: the periods of law, and the day on which one ends."""

import json
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import click
from flask.cli import AppGroup

from bot.speech import say
from knowledge.deadlines.counting import Unit
from knowledge.deadlines.table import Deadline, DeadlineTable, Whose
from knowledge.library import CONTENT

_ONE_DAY = timedelta(days=1)
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


def deadline_commands() -> AppGroup:
    """The commands over the content folder."""
    group = AppGroup("deadline", help="Periods of law.")

    @group.command("list")
    @click.option("--json", "as_json", is_flag=True)
    def list_command(as_json: bool) -> None:  # noqa: FBT001  click's way
        """Every deadline with what it begins with and its articles."""
        deadlines = DeadlineTable.read(CONTENT).by_id.values()
        if as_json:
            click.echo(json.dumps([_plain(row) for row in deadlines], ensure_ascii=False))
            return
        for row in deadlines:
            click.echo(f"{row.id}\t{row.name}\t{_length(row)}\t{row.starts}\t{_articles(row)}")

    @group.command("count")
    @click.argument("name")
    @click.option("--from", "start", type=click.DateTime(_MOMENTS), required=True)
    @click.option("--json", "as_json", is_flag=True)
    def count_command(name: str, start: datetime, as_json: bool) -> None:  # noqa: FBT001  click's way
        """The last day of deadline NAME that begins on a day (hours: with T10:30)."""
        table = DeadlineTable.read(CONTENT)
        if name not in table.by_id:
            raise click.ClickException(say("no_deadline", name=name))
        result = _worked(table, table.by_id[name], start)
        if as_json:
            click.echo(json.dumps(result, ensure_ascii=False))
            return
        for line in ("told", "basis", "note"):
            if result[line]:
                click.echo(result[line])

    return group


def _worked(table: DeadlineTable, row: Deadline, start: datetime) -> dict[str, Any]:
    basis = say("deadline_basis", name=row.name, length=_length(row), starts=row.starts)
    result: dict[str, Any] = {
        "id": row.id,
        "from": start.date().isoformat(),
        "basis": f"{basis}{_articles(row)}",
        "note": row.note,
    }
    if row.period.unit is Unit.HOUR:
        end = table.ends_at(row.id, start).isoformat(timespec="minutes")
        return result | {"last": end, "safe": end, "told": say("deadline_hours", end=end)}
    end_of = table.ends(row.id, start.date())
    last = end_of.last
    told = _told(row, last, end_of.safe)
    days = {"last": last.isoformat() if last else None, "safe": end_of.safe.isoformat()}
    return result | days | {"told": told}


def _told(row: Deadline, last: date | None, safe: date) -> str:
    if row.whose is Whose.WAIT:
        if last is None:
            return say("wait_unknown", day=safe, year=safe.year)
        return say("wait_until", day=last + _ONE_DAY)
    if last is None:
        return say("deadline_unknown", day=safe, year=safe.year)
    if last > safe:
        return say("deadline_rolled", day=last, nominal=safe)
    return say("deadline_last", day=last)


def _plain(row: Deadline) -> dict[str, Any]:
    citations = [asdict(cited) for cited in row.citations]
    return {
        "id": row.id,
        "name": row.name,
        "count": row.period.count,
        "unit": str(row.period.unit),
        "rolls": row.period.rolls,
        "whose": str(row.whose),
        "starts": row.starts,
        "after": row.after or None,
        "note": row.note,
        "citations": citations,
    }


def _length(row: Deadline) -> str:
    return say(f"deadline_{row.period.unit}", count=row.period.count)


def _articles(row: Deadline) -> str:
    return "、".join(f"《{cited.law}》{cited.article}" for cited in row.citations)
