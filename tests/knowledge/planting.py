"""A content folder to be spoilt, and what the check says of it."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from knowledge.checks import Fault, Rules, check
from knowledge.checks.coverage import settle_plan
from knowledge.library import CONTENT, Library
from knowledge.numbers import numbers_in
from knowledge.text import Segmenter

TODAY = date(2026, 11, 23)
PINNED = Path(__file__).parent / "pinned"
SEGMENTER = Segmenter.read(CONTENT / "lexicon")
WAGES = "entries/laodong/laodong-taoxin-01.md"


class HandLock:
    """Articles with the figures that the test gives them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def numbers(self, law: str, article: str) -> frozenset[str]:
        return numbers_in(self.texts.get(f"{law}{article}", ""))


def planted(folder: Path) -> Path:
    """The content with the entries of one day: editors may change today's."""
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("entries"))
    shutil.copytree(PINNED, folder / "entries")
    settle_plan(folder / "plan.yaml", tuple(Library.read(folder).entries.values()))
    return folder


def spoil(content: Path, file: str, before: str, after: str) -> None:
    path = content / file
    text = path.read_text("utf-8")
    assert before in text, f"{file} has no {before} any more"
    path.write_text(text.replace(before, after, 1), "utf-8")


def faults(content: Path, lock: HandLock | None = None, day: date = TODAY) -> list[Fault]:
    library = Library.read(content)
    return check(library, Rules.read(content), SEGMENTER, day, lock)
