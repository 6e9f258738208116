"""A content folder to be spoilt, and what the check says of it."""

import shutil
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge.checks import Fault, Rules, check
from knowledge.checks.coverage import settle_plan
from knowledge.library import CONTENT, Library
from knowledge.numbers import numbers_in
from tests.dictionary import segmenter

TODAY = date(2026, 11, 23)
PINNED = Path(__file__).parent / "pinned"
WAGES = "entries/laodong/laodong-taoxin-01.md"


class HandLock:
    """Articles with the figures that the test gives them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def numbers(self, law: str, article: str) -> frozenset[str]:
        return numbers_in(self.texts.get(f"{law}{article}", ""))


def planted(folder: Path) -> Path:
    """The content with the entries of one day: editors may change today's."""
    _copy(folder)
    (folder / "plan.yaml").write_text(_plan(), "utf-8")
    return folder


def _copy(folder: Path) -> None:
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("entries"))
    shutil.copytree(PINNED, folder / "entries")


@cache
def _plan() -> str:
    """The plan as it is with those entries."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "content"
        _copy(folder)
        settle_plan(folder / "plan.yaml", tuple(Library.read(folder).entries.values()))
        return (folder / "plan.yaml").read_text("utf-8")


def spoil(content: Path, file: str, before: str, after: str) -> None:
    path = content / file
    text = path.read_text("utf-8")
    assert before in text, f"{file} has no {before} any more"
    path.write_text(text.replace(before, after, 1), "utf-8")


def faults(content: Path, lock: HandLock | None = None, day: date = TODAY) -> list[Fault]:
    library = Library.read(content)
    return check(library, Rules.read(content), segmenter(), day, lock)
