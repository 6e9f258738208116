"""A text that somebody brings: which version it is, whether it is whole, and where it is kept."""

import os
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from knowledge.statutes.layout import LawText, read_law
from knowledge.statutes.naming import Names
from knowledge.statutes.register import LawVersion, Register
from knowledge.statutes.sources import recognise, titles

_NAME_CHARACTERS = 60
"""Of a title in a file's name: with three bytes each, well under what file systems allow."""


class Why(StrEnum):
    """Why a text is refused."""

    NO_ARTICLES = "no_articles"
    UNKNOWN_LAW = "unknown_law"
    UNKNOWN_VERSION = "unknown_version"
    NOT_WHOLE = "not_whole"


class RefusedError(ValueError):
    """A text that cannot be kept; `blanks` say what an editor needs to put it right."""

    def __init__(self, why: Why, **blanks: object) -> None:
        super().__init__(why.value)
        self.why = why
        self.blanks = blanks


@dataclass(frozen=True, slots=True)
class Arrival:
    """A text and the registered version that it is."""

    version: LawVersion
    text: LawText


def receive(
    text: str,
    name: str,
    register: Register,
    *,
    law: str | None = None,
    adopted: date | None = None,
    whole: bool = True,
) -> Arrival:
    """Recognises a text by its title and days, or as the version that is named.

    Raises RefusedError where the register does not know it, or where it has another number of
    articles than registered (unless `whole` is False).
    """
    read = read_law(text)
    if not read.articles:
        raise RefusedError(Why.NO_ARTICLES)
    version = _version(read, name, register, law, adopted)
    if whole and version.articles and len(read.articles) != version.articles:
        raise RefusedError(
            Why.NOT_WHOLE,
            title=version.title,
            expected=version.articles,
            found=len(read.articles),
            last=list(read.articles)[-1],
        )
    return Arrival(version, read)


def keep(arrival: Arrival, folder: Path) -> Path:
    """Writes a text where TextFolder finds it again; the same version a second time replaces."""
    folder.mkdir(parents=True, exist_ok=True)
    version = arrival.version
    path = folder / f"{version.title[:_NAME_CHARACTERS]}({version.adopted}).md"
    lines = [f"# {version.title}"]
    for number, text in arrival.text.articles.items():
        lines.append(f"{number}　{text}")
    unfinished = path.with_suffix(".part")
    unfinished.write_text("\n\n".join(lines) + "\n", "utf-8")
    unfinished.replace(path)
    os.utime(folder)  # a replaced file alone does not change the day of the folder
    return path


def _version(
    read: LawText, name: str, register: Register, law: str | None, adopted: date | None
) -> LawVersion:
    if law is None and adopted is None:
        if (version := recognise(register, read, name)) is not None:
            return version
        return _unknown(read, name, register)
    title = Names.of(register).title(law or read.title)
    for version in register.versions(title or ""):
        if adopted is None or version.adopted == adopted:
            return version
    return _unknown(read, title or law or name, register)


def _unknown(read: LawText, name: str, register: Register) -> LawVersion:
    """Says what is missing in the register. Always raises."""
    for title in titles(read, name):
        if known := register.versions(title):
            raise RefusedError(
                Why.UNKNOWN_VERSION,
                title=title,
                days="、".join(map(str, read.days)) or "-",
                known="、".join(str(one.adopted) for one in known),
            )
    raise RefusedError(Why.UNKNOWN_LAW, title=read.title or name)
