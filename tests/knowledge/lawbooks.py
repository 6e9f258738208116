"""Invented laws for tests: a content folder with its register, texts and entries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.entry import Citation, Entry, EntryId
from knowledge.files import read_entries
from knowledge.library import CONTENT, Library
from knowledge.locking import LockFault, lock_citations, lock_faults
from knowledge.parameters import Parameters
from knowledge.statutes.lock import LOCK_FILE, CitationLock
from knowledge.statutes.register import Register
from knowledge.statutes.sources import TextFolder
from knowledge.statutes.texts import Corrections, Texts

DOGS = "中华人民共和国养狗法"
TODAY = date(2026, 11, 23)
OLD_TEXT = {
    1: "养狗要拴绳。",
    2: "狗咬人的，狗主人在三十日内赔偿医药费。",
    3: "本法自2010年1月1日起施行。",
}
NEW_TEXT = {
    1: "养狗要拴绳。",
    2: "养猫不适用本法。",
    3: "狗咬人的，狗主人在十五日内赔偿医药费和误工费。",
    4: "本法自2027年1月1日起施行。",
}
OLD, NEW = date(2009, 5, 1), date(2026, 6, 1)
_ROWS = {
    OLD: "{adopted: 2009-05-01, effective_from: 2010-01-01, articles: 3}",
    NEW: "{adopted: 2026-06-01, effective_from: 2027-01-01, articles: 4}",
}
_SIGNS = "零一二三四五六七八九"
_ENTRY = next(iter(read_entries(CONTENT / "entries")[0]))


def law_file(title: str, adopted: date, articles: dict[int, str]) -> str:
    """A law as official pages write it."""
    made = f"{adopted.year}年{adopted.month}月{adopted.day}日全国人民代表大会通过"
    told = [f"第{_SIGNS[number]}条　{text}" for number, text in articles.items()]
    return "\n\n".join([f"# {title}", made, "## 第一章　总则", *told]) + "\n"


@dataclass(frozen=True, slots=True)
class Lawbook:
    """A folder with `content/statutes` and `texts`, and what is made of them."""

    folder: Path

    @classmethod
    def at(cls, folder: Path, *versions: date) -> "Lawbook":
        """A register with these versions of the law on dogs, and no text yet."""
        book = cls(folder)
        book.statutes.mkdir(parents=True)
        book.texts_folder.mkdir()
        book.register_versions(*versions)
        return book

    @property
    def statutes(self) -> Path:
        return self.folder / "content" / "statutes"

    @property
    def texts_folder(self) -> Path:
        return self.folder / "texts"

    def register_versions(self, *versions: date) -> None:
        rows = "\n".join(f"      - {_ROWS[version]}" for version in versions)
        self.statutes.joinpath("register.yaml").write_text(
            f"laws:\n  - title: {DOGS}\n    kind: 法律\n    names: [狗法]\n    versions:\n{rows}\n",
            "utf-8",
        )

    def bring(self, adopted: date, articles: dict[int, str]) -> None:
        """Puts a text into the folder."""
        name = f"养狗法({adopted}).md"
        (self.texts_folder / name).write_text(law_file(DOGS, adopted, articles), "utf-8")

    def texts(self, corrections: Corrections | None = None) -> Texts:
        register = Register.read(self.statutes)
        return Texts(register, [TextFolder(self.texts_folder, register)], corrections)

    def library(self, *entries: Entry) -> Library:
        """A library of these entries under the register and the lock as they stand."""
        read = replace(
            Library.read(),
            register=Register.read(self.statutes),
            lock=CitationLock.read(self.statutes / LOCK_FILE),
        )
        return only(read, *entries)

    def lock(self, *entries: Entry, again: Iterable[Citation] = ()) -> list[LockFault]:
        """Locks what these entries cite, as of today; returns what could not be locked."""
        outcome = lock_citations(
            self.library(*entries), self.texts(), TODAY, again=frozenset(again)
        )
        outcome.lock.write(self.statutes / LOCK_FILE)
        return list(outcome.faults)

    def faults(self, *entries: Entry, with_texts: bool = True) -> list[str]:
        """The kinds of fault that a check finds, in order."""
        texts = self.texts() if with_texts else None
        return [str(fault.kind) for fault in lock_faults(self.library(*entries), texts)]


def only(library: Library, *entries: Entry) -> Library:
    """A library in which nothing cites but these entries."""
    return replace(
        library,
        entries={entry.id: entry for entry in entries},
        filler=replace(library.filler, parameters=Parameters({})),
        register=Register(
            {title: replace(law, repealed_by=None) for title, law in library.register.laws.items()}
        ),
        deadlines=None,
    )


def entry_citing(*articles: str, law: str = DOGS, id_: str = "gou-01", **changes: Any) -> Entry:
    """An entry, drafted today, that rests on these articles."""
    given: dict[str, Any] = {
        "id": EntryId(id_),
        "citations": tuple(Citation(law, article) for article in articles),
        "valid_from": date(2020, 1, 1),
        "valid_until": None,
        "drafted_on": TODAY,
        "review_by": date(2026, 12, 31),
        **changes,
    }
    return replace(_ENTRY, **given)
