"""The file of a backup: a zip of one JSON line a row, and a manifest that says what must be in it.

Values are written the same way whichever database they come from, so that a backup of one engine
can be restored into the other, and a digest over the lines means the same for both.
"""

import base64
import hashlib
import hmac
import json
import os
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import TextIOWrapper
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

FORMAT = 1
"""Changes when a version that knows only this number could no longer read what is written."""

MANIFEST = "manifest.json"

DAMAGE = (
    *(BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError),
    *(ValueError, TypeError, KeyError, AttributeError, OverflowError),
)
"""What the libraries raise over a file that is not as it was written: one changed byte is enough.
RuntimeError is said of what is encrypted, packed in an unknown way, or nested too deeply."""

_METHOD = "scrypt-17-8-1"
"""2^17 * 8 * 128 bytes = 128 MiB and a third of a second a try, as OWASP recommends for passwords:
a key of somebody's own words shall not be found by trying words."""
_SCRYPT: dict[str, int] = {"n": 2**17, "r": 8, "p": 1, "maxmem": 2**28, "dklen": 32}
_SALT_BYTES = 16

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


class LaterBackup(BadBackup):
    """A later version made it."""


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
    """What a backup holds.

    `keys` are names of settings a restore needs, never their values; each with its `key_mark`, or
    None. Versions before there were marks wrote a list of names, and read these names alike.
    """

    made_at: str
    engine: str
    revision: str
    version: str
    keys: Mapping[str, str | None]
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


def key_mark(secret: str) -> str:
    """Tells whether another secret is the same one, and nothing else; never twice the same mark."""
    salt = os.urandom(_SALT_BYTES)
    return f"{_METHOD}:{salt.hex()}:{_stretched(secret, salt).hex()}"


def is_marked(secret: str, mark: str) -> bool | None:
    """Whether the mark was made of this secret; None if it was made in a way we do not know."""
    method, _, rest = mark.partition(":")
    if method != _METHOD:
        return None
    salt, _, stretched = rest.partition(":")
    try:
        return hmac.compare_digest(
            _stretched(secret, bytes.fromhex(salt)), bytes.fromhex(stretched)
        )
    except ValueError:
        return None


def _stretched(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, **_SCRYPT)


def lines_of(rows: Iterable[Row], kinds: tuple[Kind, ...]) -> Iterator[str]:
    """Rows as a driver gives them, each as a line with its end."""
    for row in rows:
        values = [_written(value, kind) for value, kind in zip(row, kinds, strict=True)]
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


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
    _require_our_packing(archive)
    try:
        given = json.loads(archive.read(MANIFEST))
        if (number := int(given["format"])) > FORMAT:
            raise LaterBackup("format")
        found = _manifest(given)
    except DAMAGE:
        raise BadBackup(MANIFEST) from None
    if number != FORMAT:
        raise BadBackup("format")
    return found


def require_members(archive: ZipFile, manifest: Manifest) -> None:
    """Raises BadBackup for what is missing, there twice, or named nowhere."""
    there = [member for member in archive.infolist() if not member.is_dir()]
    given = Counter(member.filename for member in there)
    wanted = Counter([MANIFEST, *(_member(table.name) for table in manifest.tables)])
    if odd := [*(given - wanted), *(wanted - given)]:
        raise BadBackup(odd[0])


def read_lines(archive: ZipFile, table: Contents) -> Iterator[str]:
    """The lines of a table. Raises BadBackup, at the end at the latest, if they are not intact."""
    tally = Tally()
    try:
        with archive.open(_member(table.name)) as member:
            for line in TextIOWrapper(member, "utf-8", newline="\n"):
                yield tally.add(line)
    except DAMAGE:
        raise BadBackup(table.name) from None
    if (tally.rows, tally.digest) != (table.rows, table.digest):
        raise BadBackup(table.name)


def read_rows(archive: ZipFile, table: Contents) -> Iterator[Row]:
    """The same as rows: aware times, documents as objects, bytes. Raises BadBackup."""
    kinds = table.kinds
    for line in read_lines(archive, table):
        try:
            row = _row(line, kinds)
        except DAMAGE:
            raise BadBackup(table.name) from None
        yield row


def _require_our_packing(archive: ZipFile) -> None:
    """Damage in what is packed otherwise would be told by errors of other libraries."""
    for member in archive.infolist():
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadBackup(member.filename)


def _manifest(given: dict[str, Any]) -> Manifest:
    """Raises one of DAMAGE for what is not of the right kind."""
    tables = tuple(_contents(table) for table in given["tables"])
    if not isinstance(given["revision"], str):
        raise TypeError
    return Manifest(**given | {"keys": _keys(given["keys"]), "tables": tables})


def _keys(given: list[str] | dict[str, str | None]) -> dict[str, str | None]:
    """As _manifest."""
    keys = given if isinstance(given, dict) else dict.fromkeys(given)
    if not all(isinstance(mark, str | None) for mark in keys.values()):
        raise TypeError
    return keys


def _contents(given: dict[str, Any]) -> Contents:
    """As _manifest."""
    name, last_id, key = given["name"], given["last_id"], tuple(map(str, given["key"]))
    if not (isinstance(name, str) and isinstance(last_id, int | None)):
        raise TypeError
    return Contents(**given | {"columns": dict(given["columns"]), "key": key})


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


def _row(line: str, kinds: tuple[Kind, ...]) -> Row:
    values = json.loads(line)
    if not isinstance(values, list):
        raise TypeError
    return tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))


def _read(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.TIME:
            return datetime.fromisoformat(value).astimezone(UTC)
        case Kind.BYTES:
            return base64.b64decode(value, validate=True)
        case Kind.FLAG if not isinstance(value, bool):
            raise TypeError
        case Kind.PLAIN if not isinstance(value, str | int | float):
            raise TypeError
        case Kind.DOCUMENT | Kind.FLAG | Kind.PLAIN:
            return value
