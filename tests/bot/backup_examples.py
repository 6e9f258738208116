"""Backups with something wrong, and whether anything was written."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Engine, MetaData, Table, inspect

from bot.storage.archive import MANIFEST, Manifest, write_manifest
from bot.storage.backup import _put
from bot.storage.rawrows import SqliteRows

MEMBERS = dict[str, bytes]

NO_MARKS = {"SECRET_KEY": None}
"""Keys as a manifest has them that tells nothing of them but their names."""

STAFF = "tables/staff.jsonl"
MESSAGES = "tables/messages.jsonl"
DEEP = "[" * 100_000 + "]" * 100_000


def changed(backup: Path, change: Callable[[MEMBERS], object], packed: int = ZIP_DEFLATED) -> Path:
    """A copy as a program would write it that has other things to say."""
    with ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    other = backup.with_name("changed.backup")
    with ZipFile(other, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return other


def told(backup: Path, **fields: object) -> Path:
    """A copy whose manifest says something else."""

    def change(members: MEMBERS) -> None:
        members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | fields).encode()

    return changed(backup, change)


def tables(backup: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A copy whose manifest says something else of its tables, by name."""

    def rewrite(members: MEMBERS) -> None:
        manifest = json.loads(members[MANIFEST])
        named = {table["name"]: table for table in manifest["tables"]}
        change(named)
        manifest["tables"] = list(named.values())
        members[MANIFEST] = json.dumps(manifest).encode()

    return changed(backup, rewrite)


def with_lines(backup: Path, table: str, *lines: str) -> Path:
    """A copy with these lines, and a manifest to which they are right."""
    content = "".join(f"{line}\n" for line in lines).encode()

    def rewrite(members: MEMBERS) -> None:
        members[f"tables/{table}.jsonl"] = content
        manifest = json.loads(members[MANIFEST])
        for given in manifest["tables"]:
            if given["name"] == table:
                given |= {"rows": len(lines), "digest": sha256(content).hexdigest()}
        members[MANIFEST] = json.dumps(manifest).encode()

    return changed(backup, rewrite)


def is_untouched(engine: Engine) -> bool:
    """Whether there is neither a file nor a row."""
    if engine.dialect.name == "sqlite":
        folder = Path(str(engine.url.database)).parent
        return not folder.exists() or not list(folder.iterdir())
    names = set(inspect(engine).get_table_names()) - {"alembic_version"}
    with engine.connect() as connection:
        return not any(
            connection.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first() for name in names
        )


def backed_up_then(engine: Engine, revision: str, target: Path) -> Manifest:
    """As the version of that revision wrote it: names of keys, and nothing to compare them with."""
    with closing(sqlite3.connect(str(engine.url.database))) as driver, ZipFile(target, "w") as file:
        rows = SqliteRows(driver)
        contents = tuple(_put(file, rows, table) for table in _tables_of(engine))
        manifest = Manifest("2026-01-01", "sqlite", revision, "0", {"SECRET_KEY": None}, contents)
        write_manifest(file, manifest)
    return manifest


def _tables_of(engine: Engine) -> list[Table]:
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]
