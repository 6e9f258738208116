"""`flask knowledge lock` and `impact`: entries against the law they rest on."""

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
from knowledge.entry import Citation
from knowledge.files import line_of
from knowledge.impact import impact
from knowledge.library import CONTENT, Library
from knowledge.locking import LockFault, lock_citations, lock_faults
from knowledge.statutes.lock import LOCK_FILE

_LOCK = CONTENT / "statutes" / LOCK_FILE


def add_law_work(group: AppGroup, services: Services) -> AppGroup:
    """The same group with the commands of this module."""
    group.add_command(_lock(services))
    group.add_command(_impact(services))
    return group


def law_faults(services: Services) -> list[Fault]:
    """What does not hold between entries, lock, register and the texts at hand."""
    library = services.library
    return list(_told(lock_faults(library, services.lookups.texts), library))


def _lock(services: Services) -> click.Command:
    @click.command("lock")
    @click.option("--again", "law", help="a law whose changed articles somebody has read again")
    def lock(law: str | None) -> None:
        """Opens every cited article that is not locked yet; writes citations.lock."""
        again = _citations_of(services, law) if law else frozenset()
        # What lies over the files brings its own rows; the file is for what the files cite.
        files = services.editions.files
        outcome = lock_citations(files, services.lookups.texts, services.day(), again=again)
        outcome.lock.write(_LOCK)
        for fault in _told(outcome.faults, files):
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
    entries = services.editions.files.entries.values()
    return frozenset(one for entry in entries for one in entry.citations if one.law == title)


def _told(faults: Iterable[LockFault], library: Library) -> Iterable[Fault]:
    for fault in faults:
        told = say(
            f"law_fault_{fault.kind}",
            law=fault.cited.law,
            article=fault.cited.article,
            day=fault.day,
        )
        entry = library.entries[fault.entry] if fault.entry else None
        file = entry.file if entry else str(_LOCK)
        line = line_of(entry.source, "citations", fault.cited.article) if entry else 0
        yield Fault(file, line, "citations", told)
