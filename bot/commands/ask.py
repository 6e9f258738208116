"""`flask ask`: what a resident would get and why; keeps nothing, needs no secret."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import click

from bot.commands.batches import in_batch
from bot.services import Services
from handlers.model import (
    Address,
    ChannelName,
    Decision,
    DecisionName,
    Kind,
    Message,
    Reply,
    Statute,
)
from handlers.preview import considered, preview

NOBODY = Address(ChannelName.CHAT, "ask")


def ask_command(services: Services) -> click.Command:
    """The command over these services."""

    @click.command("ask")
    @click.argument("question", required=False)
    @click.option("--batch", type=click.Path(exists=True, path_type=Path), help="JSON lines in")
    @click.option("--out", type=click.Path(path_type=Path), help="JSON lines out")
    @click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="answer as of a date")
    def ask(
        question: str | None, batch: Path | None, out: Path | None, day: datetime | None
    ) -> None:
        """What a resident would get to a first message, and why."""
        at = _noon(services, day.date()) if day else services.clock()
        if batch is not None:
            in_batch(batch, out, lambda text: _in_a_line(answered(services, text, at)))
        elif question:
            _explain(answered(services, question, at))
        else:
            raise click.UsageError("QUESTION or --batch")

    return ask


def answered(services: Services, text: str, at: datetime) -> dict[str, Any]:
    """The decision on a text as the first message of a conversation, as plain values."""
    message = Message(NOBODY, "ask", Kind.TEXT, text, at)
    edition = services.editions.current
    decision = edition.reception.first_words(message)
    day = at.astimezone(services.settings.zone).date()
    reply = preview(edition.composer, decision, text, day)
    best, *others = considered(decision) or (None,)
    is_answer = reply.decision is DecisionName.ANSWER
    return {
        "decision": str(reply.decision),
        "entry": best.entry if best and is_answer else None,
        "topic": best.topic if best else None,
        "confidence": round(best.confidence, 4) if best else 0.0,
        "citations": _citations(decision, reply),
        "alternatives": [
            {"entry": match.entry, "confidence": round(match.confidence, 4)}
            for match in (others if is_answer else considered(decision))
        ],
        "because": list(best.because) if best else [],
        "reply": reply.text,
    }


def _citations(decision: Decision, reply: Reply) -> list[dict[str, str]]:
    """The articles that an answer rests on, or the one that was asked for and found."""
    if isinstance(decision, Statute) and (article := decision.looked.article):
        return [{"law": article.version.title, "article": article.number}]
    return [asdict(cited.citation) for cited in reply.basis.law] if reply.basis else []


def _noon(services: Services, day: date) -> datetime:
    return datetime.combine(day, time(12), services.settings.zone).astimezone(UTC)


def _explain(result: dict[str, Any]) -> None:
    for name in ("decision", "entry", "topic", "confidence", "because", "alternatives"):
        click.echo(f"{name}: {json.dumps(result[name], ensure_ascii=False)}")
    click.echo(f"\n{result['reply']}")


def _in_a_line(result: dict[str, Any]) -> dict[str, Any]:
    """Without the words that a question was found by: they are for whoever asks one."""
    return {name: value for name, value in result.items() if name != "because"}
