"""`flask wechat check`: does the official account fit this installation."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

import bot
from bot.commands.menu import menu_commands
from bot.services import Services
from bot.spool import Spool
from bot.wechat.findings import Finding, Verdict, judged
from bot.wechat.inspection import inspect_account
from knowledge.files import read_yaml


def wechat_commands(services: Services) -> AppGroup:
    """What has to do with the official account."""
    group = AppGroup("wechat", help="The official account.")
    group.add_command(menu_commands(services))

    @group.command("check")
    @click.option("--json", "as_json", is_flag=True)
    def check(as_json: bool) -> None:  # noqa: FBT001  click's way
        """Looks at everything the account needs; exit 1 if something is wrong."""
        if services.settings.wechat_token is None:
            raise click.ClickException(str(_words()["not_set_up"]))
        counts: Counter[Verdict] = Counter()
        for finding in _everything(services):
            counts[finding.verdict] += 1
            click.echo(_as_json(finding) if as_json else _line(finding))
        if not as_json:
            click.echo(
                _words()["summary"].format(**{str(v): counts[v] for v in Verdict}),
            )
        if counts[Verdict.BAD]:
            raise click.exceptions.Exit(1)

    return group


def _everything(services: Services) -> Iterator[Finding]:
    yield from inspect_account(services.settings, services.clock)
    yield _spool_finding(services.spool)


def _spool_finding(spool: Spool) -> Finding:
    """Whether what waits on this host's disk can still be read, and more be kept."""
    if not spool.is_ours():
        return Finding("spool", Verdict.BAD, "locked_out", {"folder": spool.path})
    if closed := spool.closed():
        return Finding("spool", Verdict.BAD, "closed", {"files": closed})
    return judged("spool", "opens", "no_key", good=spool.waiting.key is not None)


def _line(finding: Finding) -> str:
    name = _words()[finding.subject]["name"]
    return f"{_words()['verdicts'][finding.verdict]}  {name}：{_told(finding)}"


def _told(finding: Finding) -> str:
    return str(_words()[finding.subject][finding.code]).format(**finding.blanks)


def _as_json(finding: Finding) -> str:
    told = {
        "subject": finding.subject,
        "verdict": str(finding.verdict),
        "code": finding.code,
        "advice": _told(finding),
    }
    return json.dumps(told, ensure_ascii=False)


@cache
def _words() -> dict[str, Any]:
    return read_yaml(Path(bot.__file__).with_name("inspection.yaml"))
