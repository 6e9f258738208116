"""A backup into one file while the service runs, and its restore into an empty database."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, Column, DateTime, Engine, LargeBinary, Table, inspect, select
from sqlalchemy.types import JSON, TypeDecorator

from bot.storage.archive import (
    DAMAGE,
    BadBackup,
    Contents,
    Kind,
    LaterBackup,
    Manifest,
    Tally,
    lines_of,
    read_manifest,
    read_rows,
    require_members,
    write_lines,
    write_manifest,
)
from bot.storage.engine import make_engine, reachable, readers
from bot.storage.migrate import OWN_TABLE, knows, shape, tables_at, upgrade
from bot.storage.rawrows import REFUSALS, PostgresRows, Rows, SqliteRows, filling
from bot.storage.tables import metadata
from handlers.errors import Unreachable

OWNER_ONLY = 0o600


class NotEmpty(Exception):
    """The database to restore into holds something, which a restore would mix or destroy."""


class NotCurrent(Exception):
    """The database has not the tables of this version."""


def back_up(engine: Engine, target: Path, version: str, keys: Mapping[str, str | None]) -> Manifest:
    """Writes one moment's view of the database into a new file, for the owner's eyes only.

    The service may go on writing: what comes later is left out whole. The file appears under its
    name when it is complete and on the disk. `keys` are as in the manifest. Raises
    FileExistsError, NotCurrent, Unreachable.
    """
    if target.exists():
        raise FileExistsError(target)
    part = target.with_name(f"{target.name}.part")
    part.touch(OWNER_ONLY)
    part.chmod(OWNER_ONLY)
    try:
        with _answering(), _view(engine, target.parent) as (rows, revision):
            manifest = _written(part, rows, engine.dialect.name, revision, version, keys)
        _to_disk(part)
        part.rename(target)
        _to_disk(target.parent)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def check(source: Path) -> Manifest:
    """Reads all of a backup and compares it with its manifest and with the tables of its time.

    Writes nothing. Raises BadBackup, LaterBackup.
    """
    with _opened(source) as archive:
        manifest = read_manifest(archive)
        if not knows(manifest.revision):
            raise LaterBackup("revision")
        _require_whole(manifest)
        require_members(archive, manifest)
        for table in manifest.tables:
            for _ in read_rows(archive, table):
                pass
    return manifest


def restore(engine: Engine, source: Path, checked: Manifest | None = None) -> Manifest:
    """Fills an empty database from a backup of either engine, then migrates it to this version.

    All rows are kept or none: they are read back and compared with the manifest before they are
    kept. Who has just called `check` hands over what it said. Raises NotEmpty, BadBackup,
    LaterBackup, Unreachable.
    """
    manifest = check(source) if checked is None else checked
    with _answering():
        _require_empty(engine, manifest)
    with _place(engine) as place:
        upgrade(place, manifest.revision)
        with _answering(), _opened(source) as archive, filling(place) as rows:
            for table in manifest.tables:
                _bring_back(rows, archive, table)
            for table in manifest.tables:
                _compare(rows, table)
        upgrade(place)
    return manifest


@contextmanager
def _answering() -> Iterator[None]:
    """As `reachable`, also for what we ask of the driver itself."""
    try:
        with reachable():
            yield
    except psycopg.OperationalError as error:
        raise Unreachable(f"database: {type(error).__name__}") from error


def _written(
    part: Path, rows: Rows, engine: str, revision: str, version: str, keys: Mapping[str, str | None]
) -> Manifest:
    with ZipFile(part, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        tables = tuple(_put(archive, rows, table) for table in metadata.sorted_tables)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(made_at, engine, revision, version, keys, tables)
        write_manifest(archive, manifest)
    return manifest


def _put(archive: ZipFile, rows: Rows, table: Table) -> Contents:
    columns, key = _shape(table)
    asked = Contents(table.name, columns, key, None, 0, "")
    tally = write_lines(archive, table.name, lines_of(rows.read(asked), asked.kinds))
    last = rows.last_id(table.name, key[0]) if len(key) == 1 else None
    return Contents(table.name, columns, key, last, tally.rows, tally.digest)


def _shape(table: Table) -> tuple[dict[str, str], tuple[str, ...]]:
    """Columns with their kinds, and the key."""
    columns = {column.name: str(_kind(column)) for column in table.columns}
    return columns, tuple(column.name for column in table.primary_key.columns)


def _kind(column: Column[object]) -> Kind:
    kind = column.type
    inner = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(inner, DateTime):
        return Kind.TIME
    if isinstance(inner, JSON):
        return Kind.DOCUMENT
    if isinstance(inner, Boolean):
        return Kind.FLAG
    return Kind.BYTES if isinstance(inner, LargeBinary) else Kind.PLAIN


@contextmanager
def _view(engine: Engine, folder: Path) -> Iterator[tuple[Rows, str]]:
    """One moment's view: on PostgreSQL a snapshot, on SQLite a copy by its online backup."""
    if engine.dialect.name == "postgresql":
        with readers(engine).begin() as connection:
            driver = cast("psycopg.Connection[object]", connection.connection.driver_connection)
            yield PostgresRows(driver), _revision(engine)
        return
    with TemporaryDirectory(prefix=".backup-", dir=folder) as private:
        copy = Path(private) / "copy.sqlite3"
        _copy_sqlite(engine, copy)
        copied = make_engine(f"sqlite:///{copy}")
        revision = _revision(copied)
        copied.dispose()
        with closing(sqlite3.connect(copy)) as opened:
            yield SqliteRows(opened), revision


def _copy_sqlite(engine: Engine, copy: Path) -> None:
    """In one step: other processes may write meanwhile, which would start smaller steps anew."""
    source = engine.raw_connection()
    try:
        with closing(sqlite3.connect(copy)) as target:
            cast("sqlite3.Connection", source.driver_connection).backup(target)
    finally:
        source.close()


def _revision(engine: Engine) -> str:
    """The migration the tables are at. Raises NotCurrent for none, or not of this version.

    At another one there are tables or columns that this version would leave out.
    """
    with readers(engine).begin() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    if ",".join(found) != shape():
        raise NotCurrent
    return shape()


def _require_whole(manifest: Manifest) -> None:
    """Raises BadBackup unless every table of its revision is named once, with its columns."""
    wanted = tables_at(manifest.revision)
    named = [table.name for table in manifest.tables]
    for name in wanted.keys() | set(named):
        if name not in wanted or named.count(name) != 1:
            raise BadBackup(name)
    for table in manifest.tables:
        if (table.columns, table.key) != _shape(wanted[table.name]):
            raise BadBackup(table.name)


def _require_empty(engine: Engine, manifest: Manifest) -> None:
    """Raises NotEmpty unless there is no table yet, or only empty ones of the backup's revision."""
    if (file := _file(engine)) is not None and not file.exists():
        _require_no_journal(file)
        return
    present = set(inspect(engine).get_table_names()) - {OWN_TABLE}
    ours = [table for table in metadata.sorted_tables if table.name in present]
    if not ours:
        return
    with readers(engine).begin() as connection:
        if any(connection.execute(select(1).select_from(table).limit(1)).first() for table in ours):
            raise NotEmpty
        heads = MigrationContext.configure(connection).get_current_heads()
    if heads != (manifest.revision,):
        raise NotEmpty


def _require_no_journal(file: Path) -> None:
    """What a lost database left beside it would be taken for a part of the new one."""
    if any(file.with_name(file.name + end).exists() for end in ("-wal", "-journal")):
        raise NotEmpty


def _file(engine: Engine) -> Path | None:
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


@contextmanager
def _place(engine: Engine) -> Iterator[Engine]:
    """The database to fill. A file that was not there gets its name when it is complete.

    Nobody can open it before that, so that one that failed may go without a question.
    """
    file = _file(engine)
    if file is None or file.exists():
        yield engine
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".restore-", dir=file.parent) as private:
        beside = Path(private) / file.name
        place = make_engine(engine.url.set(database=str(beside)))
        try:
            yield place
        finally:
            place.dispose()
        _require_no_journal(beside)
        if file.exists():
            raise NotEmpty
        beside.rename(file)
        _to_disk(file.parent)


def _bring_back(rows: Rows, archive: ZipFile, table: Contents) -> None:
    try:
        rows.write(table, read_rows(archive, table))
    except REFUSALS:
        raise BadBackup(table.name) from None
    if table.last_id is not None:
        rows.set_last_id(table.name, table.key[0], table.last_id)


def _compare(rows: Rows, table: Contents) -> None:
    tally = Tally()
    for line in lines_of(rows.read(table), table.kinds):
        tally.add(line)
    if (tally.rows, tally.digest) != (table.rows, table.digest):
        raise BadBackup(table.name)


@contextmanager
def _opened(source: Path) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(source)
    except DAMAGE:
        raise BadBackup(source.name) from None
    with archive:
        yield archive


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
