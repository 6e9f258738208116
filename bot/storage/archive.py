"""The file of a backup: a zip of one JSON line a row, and a manifest that says what must be in it.

Values are written the same way whichever database they come from, so that a backup of one engine
can be restored into the other, and a digest over the lines means the same for both.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import TextIOWrapper
from typing import Any
from zipfile import BadZipFile, ZipFile

FORMAT = 1
MANIFEST = "manifest.json"

Row = tuple[Any, ...]


class Kind(StrEnum):
    """How a column's values are written."""

    PLAIN = "plain"
    TIME = "time"
    DOCUMENT = "document"
    FLAG = "flag"
    BYTES = "bytes"


class BadBackup(Exception):
    """The file is no backup of ours, or damaged; `where` names the part."""

    def __init__(self, where: str) -> None:
        super().__init__(f"bad backup: {where}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Contents:
    """One table: its columns in order with their kinds, and what its lines must amount to."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    last_id: int | None
    rows: int
    digest: str

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The columns' kinds in their order."""
        return tuple(Kind(kind) for kind in self.columns.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `keys` are names of settings a restore needs, never their values."""

    made_at: str
    engine: str
    revision: str
    version: str
    keys: tuple[str, ...]
    tables: tuple[Contents, ...]
    format: int = FORMAT

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {table.name: table.rows for table in self.tables}


class Tally:
    """A digest and a count over lines, in their order."""

    def __init__(self) -> None:
        self.rows = 0
        self._digest = hashlib.sha256()

    def add(self, line: str) -> str:
        """Counts a line and hands it on."""
        self.rows += 1
        self._digest.update(line.encode())
        return line

    @property
    def digest(self) -> str:
        """Of all lines so far."""
        return self._digest.hexdigest()


def lines_of(rows: Iterable[Row], kinds: tuple[Kind, ...]) -> Iterator[str]:
    """Rows as a driver gives them, each as a line with its end."""
    for row in rows:
        values = [_written(value, kind) for value, kind in zip(row, kinds, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def rows_of(lines: Iterable[str], kinds: tuple[Kind, ...]) -> Iterator[Row]:
    """Lines back as rows: aware times, documents as objects, bytes."""
    for line in lines:
        values = json.loads(line)
        yield tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))


def write_lines(archive: ZipFile, table: str, lines: Iterable[str]) -> Tally:
    """Writes the lines of a table; how many they were, and their digest."""
    tally = Tally()
    with archive.open(_member(table), "w", force_zip64=True) as member:
        for line in lines:
            member.write(tally.add(line).encode())
    return tally


def write_manifest(archive: ZipFile, manifest: Manifest) -> None:
    """Comes last, when everything is counted."""
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))


def read_manifest(archive: ZipFile) -> Manifest:
    """Raises BadBackup."""
    try:
        given = json.loads(archive.read(MANIFEST))
        tables = tuple(
            Contents(**table | {"key": tuple(table["key"])}) for table in given["tables"]
        )
        found = Manifest(**given | {"keys": tuple(given["keys"]), "tables": tables})
    except (KeyError, TypeError, ValueError, BadZipFile):
        raise BadBackup(MANIFEST) from None
    if found.format != FORMAT:
        raise BadBackup("format")
    return found


def read_lines(archive: ZipFile, table: Contents) -> Iterator[str]:
    """The lines of a table. Raises BadBackup, at the end at the latest, if they are not intact."""
    tally = Tally()
    try:
        with archive.open(_member(table.name)) as member:
            for line in TextIOWrapper(member, "utf-8", newline="\n"):
                yield tally.add(line)
    except (KeyError, BadZipFile, EOFError, UnicodeDecodeError, OSError):
        raise BadBackup(table.name) from None
    if (tally.rows, tally.digest) != (table.rows, table.digest):
        raise BadBackup(table.name)


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _written(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.TIME:
            return _moment(value).isoformat(timespec="microseconds")
        case Kind.DOCUMENT:
            return json.loads(value) if isinstance(value, str | bytes) else value
        case Kind.FLAG:
            return bool(value)
        case Kind.BYTES:
            return base64.b64encode(value).decode()
        case Kind.PLAIN:
            return value


def _moment(value: str | datetime) -> datetime:
    """SQLite gives text without a zone, which is UTC; PostgreSQL an aware time."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _read(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.TIME:
            return datetime.fromisoformat(value)
        case Kind.BYTES:
            return base64.b64decode(value)
        case Kind.DOCUMENT | Kind.FLAG | Kind.PLAIN:
            return value
