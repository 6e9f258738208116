"""`flask deadline …`: the periods of law, and the day on which one ends."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import click
from flask.cli import AppGroup

from bot.services import Services
from bot.speech import say
from knowledge.citing import of_deadline, of_reckoning
from knowledge.deadlines.counting import Unit
from knowledge.deadlines.table import Deadline, DeadlineTable, Whose
from knowledge.entry import Citation
from knowledge.library import CONTENT, Library

_ONE_DAY = timedelta(days=1)
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


def deadline_commands(services: Services) -> AppGroup:
    """The commands over these services."""
    group = AppGroup("deadline", help="Periods of law.")
    group.add_command(_list(services))
    group.add_command(_count(services))
    return group


def _list(services: Services) -> click.Command:
    @click.command("list")
    @click.option("--json", "as_json", is_flag=True)
    def list_command(as_json: bool) -> None:  # noqa: FBT001  click's way
        """Every deadline with what it begins with and its articles."""
        table, today = _table(services.library), services.day()
        rows = [(row, _lapsed(services.library, table, row, today)) for row in table.by_id.values()]
        if as_json:
            told = [_plain(row) | {"counted": not lapsed} for row, lapsed in rows]
            click.echo(json.dumps(told, ensure_ascii=False))
            return
        for row, lapsed in rows:
            basis = say("deadline_stopped") if lapsed else _articles(row.citations)
            click.echo(f"{row.id}\t{row.name}\t{_length(row)}\t{row.starts}\t{basis}")

    return list_command


def _count(services: Services) -> click.Command:
    @click.command("count")
    @click.argument("name")
    @click.option("--from", "start", type=click.DateTime(_MOMENTS), required=True)
    @click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="as counted on a day")
    @click.option("--json", "as_json", is_flag=True)
    def count_command(name: str, start: datetime, day: datetime | None, as_json: bool) -> None:  # noqa: FBT001  click's way
        """The last day of deadline NAME that begins on a day (hours: with T10:30).

        Exit 1 and no day where its articles have moved: that is for people.
        """
        table = _table(services.library)
        if name not in table.by_id:
            raise click.ClickException(say("no_deadline", name=name))
        result = _counted(services.library, table, table.by_id[name], start, services.day(day))
        if as_json:
            click.echo(json.dumps(result, ensure_ascii=False))
        for line in () if as_json else ("told", "basis", "note"):
            if result[line]:
                click.echo(result[line])
        if result["last"] is None and result["safe"] is None:
            sys.exit(1)

    return count_command


def _table(library: Library) -> DeadlineTable:
    """The deadlines; where the file cannot be read, that is told as at a start."""
    return library.deadlines or DeadlineTable.read(CONTENT)


def _counted(
    library: Library, table: DeadlineTable, row: Deadline, start: datetime, today: date
) -> dict[str, Any]:
    """The end of a deadline, or why it is for people to say: the law has moved or moves before."""
    result = _worked(table, row, start)
    end = date.fromisoformat(result["safe"][: len("2026-11-23")])
    for day in (today, max(today, start.date()), max(today, end)):
        if lapsed := _lapsed(library, table, row, day):
            told = say("deadline_moved", name=row.name, day=day, articles=_articles(lapsed))
            # The old length would be read as if it still held.
            return result | {"last": None, "safe": None, "told": told, "basis": "", "note": ""}
    return result


def _lapsed(
    library: Library, table: DeadlineTable, row: Deadline, day: date
) -> tuple[Citation, ...]:
    """The articles for which a deadline must not be counted on a day, none if it may be.

    Before it begins and after it has ended none of its own carry it. One that follows another
    stands and falls with that.
    """
    own = of_deadline(table, row)
    lapsed = library.lapsed(own, day) if own.used_on(day) else row.citations
    lapsed += library.lapsed(of_reckoning(table), day)
    return lapsed + (_lapsed(library, table, table.by_id[row.after], day) if row.after else ())


def _worked(table: DeadlineTable, row: Deadline, start: datetime) -> dict[str, Any]:
    basis = say("deadline_basis", name=row.name, length=_length(row), starts=row.starts)
    result: dict[str, Any] = {
        "id": row.id,
        "from": start.date().isoformat(),
        "basis": f"{basis}{_articles(row.citations)}",
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


def _articles(cited: Iterable[Citation]) -> str:
    return "、".join(f"《{one.law}》{one.article}" for one in dict.fromkeys(cited))
