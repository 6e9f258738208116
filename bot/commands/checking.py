"""`flask knowledge check` and `plan`: faults with file, line and field, and what is covered."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import click
from flask.cli import AppGroup

from bot.commands.lawwork import law_faults
from bot.services import Services
from bot.speech import say
from handlers.compose import Composer
from handlers.parts import MESSAGE_BYTES, size
from knowledge.checks import Fault, Rules, check
from knowledge.checks.coverage import Coverage, counted, settle_plan
from knowledge.checks.fault import fault, shown
from knowledge.library import CONTENT
from knowledge.text import Segmenter


def add_checks(group: AppGroup, services: Services) -> None:
    """Adds the commands over these services to `flask knowledge`."""

    @group.command("check")
    @click.option("--json", "as_json", is_flag=True)
    @click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]))
    def check_command(as_json: bool, day: datetime | None) -> None:  # noqa: FBT001  click's way
        """Exit 1 with file, line, field and what to do if anything does not hold."""
        rules = Rules.read(CONTENT)
        faults = all_faults(services, rules, _day(services, day))
        if as_json:
            click.echo(json.dumps([_plain(found) for found in faults], ensure_ascii=False))
        for found in () if as_json else faults:
            click.echo(str(found))
        if faults:
            sys.exit(1)
        if not as_json:
            click.echo(say("check_passed", entries=len(services.library.entries)), err=True)
            click.echo(_covered(rules), err=True)

    @group.command("plan")
    @click.option("--settle", is_flag=True, help="write the states that the entries prove")
    def plan_command(settle: bool) -> None:  # noqa: FBT001  click's way
        """How much of the plan is answered."""
        if settle:
            settled = tuple(services.editions.files.entries.values())
            settle_plan(CONTENT / "plan.yaml", settled)
        click.echo(_covered(Rules.read(CONTENT)))


def all_faults(services: Services, rules: Rules, day: date) -> list[Fault]:
    """The faults of the content on a day, with those that only the composed reply shows."""
    segmenter = Segmenter.read(CONTENT / "lexicon", services.settings.data_dir / "cache")
    library = services.library
    faults = check(library, rules, segmenter, day, library.lock)
    sizes = size_faults(services.composer, day)
    return [*faults, *law_faults(services), *sizes]


def size_faults(composer: Composer, day: date) -> Iterator[Fault]:
    """Entries whose first message does not fit, on `day` or once their review is due."""
    for entry in composer.library.entries.values():
        # A review that is due is told, and must still fit.
        latest = max(day, entry.review_by + timedelta(days=1))
        whole = composer.first_message(entry, latest)
        if size(whole) > MESSAGE_BYTES:
            yield fault(entry, "简答", "too_long", bytes=size(whole), most=MESSAGE_BYTES)


def _plain(found: Fault) -> dict[str, str | int]:
    return {
        "file": shown(found.file),
        "line": found.line,
        "field": found.field,
        "message": found.message,
    }


def _covered(rules: Rules) -> str:
    counts = counted(rules.plan)
    states = {str(state): counts[state] for state in Coverage}
    return say("plan_covered", rows=len(rules.plan), **states)


def _day(services: Services, given: datetime | None) -> date:
    if given is not None:
        return given.date()
    return services.clock().astimezone(services.settings.zone).date()
