"""`flask knowledge lock` and `impact`: all that cites, against the law it rests on."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime

import click
from flask.cli import AppGroup

from bot.commands.sidebyside import plain_impact, told_impact
from bot.services import Services
from bot.speech import say
from knowledge.checks import Fault
from knowledge.checks.fault import line_of_citing
from knowledge.citing import CitingKind
from knowledge.entry import Citation
from knowledge.errors import ContentError
from knowledge.impact import impact
from knowledge.library import CONTENT
from knowledge.locking import LockFault, lock_citations, lock_faults
from knowledge.statutes.lock import LOCK_FILE

_LOCK = CONTENT / "statutes" / LOCK_FILE


def add_law_work(group: AppGroup, services: Services) -> AppGroup:
    """The same group with the commands of this module."""
    group.add_command(_lock(services))
    group.add_command(_impact(services))
    return group


def law_faults(services: Services) -> list[Fault]:
    """What does not hold between what cites, lock, register and the texts at hand."""
    return list(_told(lock_faults(services.library, services.lookups.texts)))


def _lock(services: Services) -> click.Command:
    @click.command("lock")
    @click.option("--again", "law", help="a law whose changed articles somebody has read again")
    def lock(law: str | None) -> None:
        """Opens every cited article that is not locked yet; writes citations.lock."""
        again = _citations_of(services, law) if law else frozenset()
        # What lies over the files brings its own rows; the file is for what the files cite.
        files, texts = services.editions.files, services.lookups.texts
        try:
            outcome = lock_citations(files, texts, services.day(), again=again)
        except ContentError as error:
            raise click.ClickException(say("lock_unreadable", fault=error)) from None
        outcome.lock.write(_LOCK)
        for fault in _told(outcome.faults):
            click.echo(str(fault), err=True)
        click.echo(say("locked", rows=len(list(outcome.lock)), added=outcome.added))
        if outcome.faults:
            sys.exit(1)

    return lock


def _impact(services: Services) -> click.Command:
    @click.command("impact")
    @click.argument("law")
    @click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="default: when it moves")
    @click.option("--json", "as_json", is_flag=True)
    def impact_command(law: str, day: datetime | None, as_json: bool) -> None:  # noqa: FBT001  click's way
        """What a version of a law does to the content: old and new side by side, what stops."""
        title = _title(services, law)
        last = services.library.register.versions(title)[-1]
        on = day.date() if day else last.effective_until or last.effective_from
        found = impact(services.library, services.lookups.texts, title, on)
        if as_json:
            click.echo(json.dumps(plain_impact(found), ensure_ascii=False))
            return
        for line in told_impact(found):
            click.echo(line)

    return impact_command


def _title(services: Services, law: str) -> str:
    title = services.lookups.names.title(law)
    if title is None:
        raise click.ClickException(say("no_such_law", law=law))
    return title


def _citations_of(services: Services, law: str) -> frozenset[Citation]:
    title = _title(services, law)
    citing = services.editions.files.citing()
    return frozenset(cited for one in citing for cited in one.citations if cited.law == title)


def _told(faults: Iterable[LockFault]) -> Iterable[Fault]:
    for fault in faults:
        told = say(
            f"law_fault_{fault.kind}",
            law=fault.cited.law,
            article=fault.cited.article,
            day=fault.day,
        )
        if (citing := fault.citing) is None:
            yield Fault(str(_LOCK), 0, "citations", told)
            continue
        field = "citations" if citing.kind is CitingKind.ENTRY else citing.id
        yield Fault(citing.file, line_of_citing(citing, fault.cited.article), field, told)
