"""`flask statute …`: the texts of laws at hand."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from bot.commands.batches import in_batch
from bot.services import Services
from bot.speech import say
from handlers.articles import article_head, fault_told
from knowledge.statutes.arrivals import Arrival, RefusedError, keep, receive
from knowledge.statutes.lookup import Asked, Looked
from knowledge.statutes.naming import shown
from knowledge.statutes.ranking import ArticleIndex, Hit
from knowledge.statutes.texts import Article

_SHOWN = 40
"""Signs of an article in a list of results."""
DAY = click.DateTime(["%Y-%m-%d"])


def statute_commands(services: Services) -> AppGroup:
    """The commands over these services."""
    group = AppGroup("statute", help="Texts of laws.")
    group.add_command(_show(services))
    group.add_command(_search(services))
    group.add_command(_import(services))
    group.add_command(_index(services))
    return group


def _show(services: Services) -> click.Command:
    @click.command("show")
    @click.argument("law")
    @click.argument("article", required=False)
    @click.option("--on", "day", type=DAY, help="as in force on a day")
    @click.option("--json", "as_json", is_flag=True)
    def show(law: str, article: str | None, day: datetime | None, as_json: bool) -> None:  # noqa: FBT001  click's way
        """An article as in force: `show 劳动合同法 47`, or both in one word."""
        lookups = services.lookups
        asked = lookups.named(law, article) if article else lookups.asked(law)
        if asked is None:
            raise click.ClickException(say("no_article_number", given=article or law))
        looked = lookups.show(asked, services.day(day))
        if looked.article is None:
            raise click.ClickException(fault_told(services.wording, looked))
        if as_json:
            told = _shown(asked, looked) | {"address": _address(services, asked)}
            click.echo(json.dumps(told, ensure_ascii=False))
            return
        click.echo(f"{article_head(services.wording, looked)}\n{looked.article.text}")
        click.echo(say("text_source", source=looked.article.source), err=True)
        if address := _address(services, asked):
            click.echo(say("law_address", address=address), err=True)

    return show


def _address(services: Services, asked: Asked) -> str | None:
    """The official page of a law, as far as it is known."""
    law = services.library.register.laws.get(asked.title or "")
    return law.address or None if law else None


def _shown(asked: Asked, looked: Looked) -> dict[str, Any]:
    version, article = looked.version, looked.article
    assert version is not None  # noqa: S101  what was found has both
    assert article is not None  # noqa: S101
    return {
        "law": version.title,
        "article": asked.number,
        "text": article.text,
        "adopted": version.adopted.isoformat(),
        "effective_from": version.effective_from.isoformat(),
        "effective_until": version.effective_until.isoformat() if version.effective_until else None,
        "source": article.source,
    }


def _search(services: Services) -> click.Command:
    @click.command("search")
    @click.argument("question", required=False)
    @click.option("--json", "as_json", is_flag=True)
    @click.option("--on", "day", type=DAY, help="as in force on a day")
    @click.option("--batch", type=click.Path(exists=True, path_type=Path), help="JSON lines in")
    @click.option("--out", type=click.Path(path_type=Path), help="JSON lines out")
    def search(
        question: str | None,
        as_json: bool,  # noqa: FBT001  click's way
        day: datetime | None,
        batch: Path | None,
        out: Path | None,
    ) -> None:
        """Articles that speak of a matter, ten at most, best first."""
        index, on = services.law_search.index(), services.day(day)
        if batch is not None:
            in_batch(batch, out, lambda text: found_in(index, text, on))
        elif question:
            _print_hits(services, index.search(question, on), as_json=as_json)
        else:
            raise click.UsageError("QUESTION or --batch")

    return search


def found_in(index: ArticleIndex, text: str, day: date) -> dict[str, Any]:
    """The articles for one text, as plain values."""
    return {"results": [asdict(hit) for hit in index.search(text, day)]}


def _index(services: Services) -> click.Command:
    @click.command("index")
    def index() -> None:
        """Makes the index of searches now, so that nobody has to wait for it."""
        services.law_search.index().build()

    return index


def _print_hits(services: Services, hits: Sequence[Hit], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"results": [asdict(hit) for hit in hits]}, ensure_ascii=False))
        return
    for hit in hits:
        version = services.library.register.in_force(hit.law, services.day())
        found = services.lookups.texts.article(version, hit.article) if version else None
        start = found.text.replace("\n", " ")[:_SHOWN] if isinstance(found, Article) else ""
        click.echo(f"{hit.score:7.2f}  {shown(hit.law)}{hit.article}  {start}")


def _import(services: Services) -> click.Command:
    @click.command("import")
    @click.argument("path", type=click.Path(exists=True, path_type=Path))
    @click.option("--law", help="title or listed name, if the file does not say it")
    @click.option("--adopted", type=DAY, help="day of adoption or amendment of this version")
    @click.option("--not-whole", is_flag=True, help="keep it though articles are missing")
    def import_command(
        path: Path,
        law: str | None,
        adopted: datetime | None,
        not_whole: bool,  # noqa: FBT001  click's way
    ) -> None:
        """Keeps official texts under DATA_DIR: Markdown, Word, HTML or PDF, a file or a folder."""
        day = adopted.date() if adopted else None
        kept = [
            _taken_in(services, file, law=law, adopted=day, whole=not not_whole)
            for file in _files(path)
        ]
        services.lookups.texts.forget()
        if not all(kept):
            sys.exit(1)

    return import_command


def _taken_in(
    services: Services, file: Path, *, law: str | None, adopted: date | None, whole: bool
) -> bool:
    """Keeps one file and says so; or says why not."""
    # Word and PDF take a tenth of a second to load; every process loads the commands.
    from bot.lawfiles import NotReadableError, read_lawfile  # noqa: PLC0415

    register = services.library.register
    try:
        text = read_lawfile(file)
        arrival = receive(text, file.stem, register, law=law, adopted=adopted, whole=whole)
    except NotReadableError:
        click.echo(say("law_not_readable", file=file.name), err=True)
        return False
    except RefusedError as error:
        told = say(f"law_refused_{error.why}", **error.blanks)
        click.echo(f"{file.name}: {told}", err=True)
        return False
    keep(arrival, services.imported_laws)
    click.echo(_kept(services, arrival))
    return True


def _files(path: Path) -> Iterable[Path]:
    return sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def _kept(services: Services, arrival: Arrival) -> str:
    version = arrival.version
    citing = sum(
        any(cited.law == version.title for cited in one.citations)
        for one in services.library.citing()
    )
    return say(
        "law_kept",
        title=version.title,
        adopted=version.adopted,
        effective_from=version.effective_from,
        articles=len(arrival.text.articles),
        citing=citing,
    )
