"""Statements compiled once and run by the driver's own hand.

Between a statement and the driver the library does ten times the work of the statement itself,
mostly for what our few hot statements never change: what they say, and how each value is kept.
Words, times, states and documents are kept by the same column types as everywhere, and errors
are the library's. Only for what every message runs (docs/adr/0013-hot-statements.md).
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TypeEngine

Given = Mapping[str, Any]
Row = Sequence[Any]
Statement = Select[*tuple[Any, ...]] | Insert | Update
_Turned = Callable[[Any], Any] | None
"""How a value is turned into what the driver takes, or back; None as it is."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as one kind of database takes it."""

    sql: str
    by_place: bool
    """Whether the driver takes parameters by their place, not by their names."""
    parameters: tuple[tuple[str, _Turned], ...]
    """In their order; a name stands as often as the statement has it."""
    fixed: Given
    """What the statement says itself: as the driver takes it, under names that nobody gives."""
    turned_out: tuple[_Turned, ...]

    def values(self, given: Given) -> Any:
        """The parameters as the driver takes them. Raises StatementError, without the values."""
        given = {**self.fixed, **given} if self.fixed else given
        try:
            values = tuple(
                [
                    given[name] if turn is None else turn(given[name])
                    for name, turn in self.parameters
                ]
            )
        except Exception as error:
            fault = type(error).__name__
            raise StatementError(fault, self.sql, None, error, hide_parameters=True) from error
        if self.by_place:
            return values
        return {name: value for (name, _), value in zip(self.parameters, values, strict=True)}

    def row(self, raw: Row) -> Row:
        """A row of the driver's as the column types read it."""
        return tuple(
            [
                value if turn is None else turn(value)
                for turn, value in zip(self.turned_out, raw, strict=True)
            ]
        )


class Prepared:
    """One statement, compiled for each kind of database when it is first run there."""

    def __init__(self, statement: Statement, columns: Sequence[str] = ()) -> None:
        """`columns` are those an insert or an update sets besides what it says itself."""
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, given: Given) -> None:
        """For a statement that returns nothing."""
        self._executed(connection, given)

    def made(self, connection: Connection, given: Given) -> int:
        """The id of the row of an insert.

        SQLite's driver knows it, and asking the statement to return it takes three times as long.
        """
        _, cursor = self._executed(connection, given)
        return int(cursor.lastrowid if connection.dialect.name == "sqlite" else cursor.scalar_one())

    def first(self, connection: Connection, given: Given) -> Row | None:
        """The first row, or None."""
        compiled, cursor = self._executed(connection, given)
        raw = cursor.fetchone()
        return None if raw is None else compiled.row(raw)

    def one(self, connection: Connection, given: Given) -> Row:
        """The only row of a statement that always has one."""
        compiled, cursor = self._executed(connection, given)
        (raw,) = cursor.fetchall()
        return compiled.row(raw)

    def all(self, connection: Connection, given: Given) -> list[Row]:
        """Every row."""
        compiled, cursor = self._executed(connection, given)
        return [compiled.row(raw) for raw in cursor.fetchall()]

    def _executed(self, connection: Connection, given: Given) -> tuple[_Compiled, Any]:
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = _compile(self._statement, self._columns, connection.dialect)
            self._compiled[connection.dialect.name] = compiled
        return compiled, _execute(connection, compiled.sql, compiled.values(given))


def _execute(connection: Connection, sql: str, values: Any) -> Any:
    """A cursor or, where the library knows more than we, its result.

    It knows a lost server of PostgreSQL from a broken statement and empties the pool; and it
    tells whoever listens to statements.
    """
    driver = connection.connection.driver_connection
    if connection.dispatch.before_cursor_execute or not isinstance(driver, sqlite3.Connection):
        return connection.exec_driver_sql(sql, values)
    try:
        return driver.execute(sql, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True) from error


def _compile(statement: Statement, columns: Sequence[str], dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) or None)
    turns = {name: _bind(bind.type, dialect) for name, bind in compiled.binds.items()}
    fixed = {
        name: _turned(turns[name], bind.effective_value)
        for name, bind in compiled.binds.items()
        if not bind.required
    }
    order = compiled.positiontup or list(turns)
    return _Compiled(
        compiled.string,
        compiled.positiontup is not None,
        tuple((name, None if name in fixed else turns[name]) for name in order),
        fixed,
        tuple(_result(column.type, dialect) for column in _returned(statement)),
    )


def _returned(statement: Statement) -> Sequence[Any]:
    if isinstance(statement, Select):
        return list(statement.selected_columns)
    return list(statement.exported_columns)


def _turned(turn: _Turned, value: Any) -> Any:
    return value if turn is None else turn(value)


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> _Turned:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _result(kind: TypeEngine[Any], dialect: Dialect) -> _Turned:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
