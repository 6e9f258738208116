"""Rows straight from and into either driver, past our types: a backup must not depend on them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

import psycopg
from psycopg import sql
from psycopg.types.json import Json
from sqlalchemy import Engine

from bot.storage.archive import BadBackup, Contents, Kind, Row

REFUSALS = (
    *(sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError),
    *(psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError),
    *(OverflowError, UnicodeEncodeError),
)
"""What either driver raises over values that a table does not take."""


class Rows(Protocol):
    """One transaction over one driver."""

    def read(self, table: Contents) -> Iterator[Row]:
        """All rows of a table in the order of its key."""

    def write(self, table: Contents, rows: Iterable[Row]) -> None:
        """Puts rows into a table."""

    def last_id(self, table: str, column: str) -> int | None:
        """The last number that was given out, even if its row is gone; None before the first."""

    def set_last_id(self, table: str, column: str, last: int) -> None:
        """The next number is the one after this."""


class SqliteRows:
    """Rows over the sqlite3 driver."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, table: Contents) -> Iterator[Row]:
        """As Rows."""
        columns, order = _quoted(table.columns), _quoted(table.key)
        yield from self._connection.execute(
            f'SELECT {columns} FROM "{table.name}" ORDER BY {order}'  # noqa: S608  our own names
        )

    def write(self, table: Contents, rows: Iterable[Row]) -> None:
        """As Rows."""
        places = ",".join("?" * len(table.columns))
        kinds = table.kinds
        self._connection.executemany(
            f'INSERT INTO "{table.name}" ({_quoted(table.columns)}) VALUES ({places})',  # noqa: S608
            (_for_sqlite(row, kinds) for row in rows),
        )

    def last_id(self, table: str, column: str) -> int | None:  # noqa: ARG002  a door's signature
        """As Rows."""
        asked = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        found = self._connection.execute(asked, (table,)).fetchone()
        return None if found is None else int(found[0])

    def set_last_id(self, table: str, column: str, last: int) -> None:  # noqa: ARG002  as above
        """As Rows."""
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        self._connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, last))


class PostgresRows:
    """Rows over psycopg, by COPY."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def read(self, table: Contents) -> Iterator[Row]:
        """As Rows."""
        asked = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT BINARY)").format(
            _names(table.columns), sql.Identifier(table.name), _names(table.key)
        )
        types = self._types(table)
        with self._connection.cursor() as cursor, cursor.copy(asked) as copy:
            copy.set_types(types)
            yield from copy.rows()

    def write(self, table: Contents, rows: Iterable[Row]) -> None:
        """As Rows."""
        asked = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.name), _names(table.columns)
        )
        kinds = table.kinds
        with self._connection.cursor() as cursor, cursor.copy(asked) as copy:
            for row in rows:
                copy.write_row(_for_postgres(row, kinds))

    def last_id(self, table: str, column: str) -> int | None:
        """As Rows."""
        if (sequence := self._sequence(table, column)) is None:
            return None
        asked = sql.SQL("SELECT last_value, is_called FROM {}").format(sequence)
        last, called = self._connection.execute(asked).fetchone() or (0, False)
        # Before the first, PostgreSQL stands at the number that comes next, SQLite nowhere.
        return (int(last) if called else int(last) - 1) or None

    def set_last_id(self, table: str, column: str, last: int) -> None:
        """As Rows."""
        asked = "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)"
        self._connection.execute(asked, (table, column, max(last, 1), last > 0))

    def _sequence(self, table: str, column: str) -> sql.SQL | None:
        asked = "SELECT pg_get_serial_sequence(%s, %s)"
        name = (self._connection.execute(asked, (table, column)).fetchone() or (None,))[0]
        # PostgreSQL's own quoting of its own name.
        return None if name is None else sql.SQL(name)

    def _types(self, table: Contents) -> list[str]:
        asked = (
            "SELECT column_name, udt_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s"
        )
        found = dict(self._connection.execute(asked, (table.name,)).fetchall())
        return [found[column] for column in table.columns]


@contextmanager
def filling(engine: Engine) -> Iterator[Rows]:
    """One transaction in which references are checked when everything is there."""
    connection = engine.connect()
    driver = connection.connection.driver_connection
    try:
        if isinstance(driver, sqlite3.Connection):
            driver.execute("PRAGMA foreign_keys = OFF")
            with connection.begin():
                yield SqliteRows(driver)
                if driver.execute("PRAGMA foreign_key_check").fetchone() is not None:
                    raise BadBackup("references")
        else:
            with connection.begin():
                yield PostgresRows(cast("psycopg.Connection[object]", driver))
    finally:
        connection.invalidate()
        connection.close()


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _names(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _for_sqlite(row: Row, kinds: tuple[Kind, ...]) -> Row:
    return tuple(
        value if value is None else _sqlite_value(value, kind)
        for value, kind in zip(row, kinds, strict=True)
    )


def _sqlite_value(value: Any, kind: Kind) -> Any:
    """As SQLAlchemy writes it there: times as text in UTC without their zone."""
    match kind:
        case Kind.TIME:
            return value.strftime("%Y-%m-%d %H:%M:%S.%f")
        case Kind.DOCUMENT:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case Kind.FLAG:
            return int(value)
        case Kind.BYTES | Kind.PLAIN:
            return value


def _for_postgres(row: Row, kinds: tuple[Kind, ...]) -> Row:
    return tuple(
        Json(value, _compact) if kind is Kind.DOCUMENT and value is not None else value
        for value, kind in zip(row, kinds, strict=True)
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
