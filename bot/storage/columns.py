"""How our kinds of values are kept: ids, words, aware times, states, priorities, documents."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Enum, Integer, SmallInteger, Text, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from handlers.cases import Priority

LONGEST_CODE = 16
"""Letters of a state, kind or role. Wide enough for new ones without a migration."""

RANKS = (Priority.URGENT, Priority.NORMAL)
"""A priority is kept as its place here, so that an index gives the queue in its order."""


def storable(words: str) -> str:
    """The words without what no database takes: NUL is dropped, half a surrogate becomes `?`.

    A message with one broken character is kept with that character lost, not refused.
    """
    if "\0" not in words:
        try:
            words.encode()
        except UnicodeEncodeError:
            pass
        else:  # nearly every text
            return words
    return words.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class NaiveTimeError(ValueError):
    """A time without a zone was to be kept: a fault of ours, and nobody could tell when it was."""


class _Words(TypeDecorator[str]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        return None if value is None else storable(value)


class _TimeAsText(sqlite.DATETIME):
    """As SQLAlchemy writes times for SQLite, in a tenth of the time."""

    def bind_processor(self, _: Dialect) -> Callable[[datetime | None], str | None]:
        return _as_text


def _as_text(at: datetime | None) -> str | None:
    return None if at is None else at.replace(tzinfo=None).isoformat(" ", "microseconds")


class _UtcTime(TypeDecorator[datetime]):
    """Aware in, aware UTC out. SQLite keeps UTC as text whose order is that of the times."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_TimeAsText())  # type: ignore[no-untyped-call]
        return dialect.type_descriptor(self.impl_instance)

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveTimeError
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class _Rank(TypeDecorator[Priority]):
    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Priority | None, _: Dialect) -> int | None:
        return None if value is None else RANKS.index(value)

    def process_result_value(self, value: int | None, _: Dialect) -> Priority | None:
        return None if value is None else RANKS[value]


def codes(kind: type[StrEnum]) -> TypeEngine[Any]:
    """Members of an enumeration, kept by value. An unknown one is refused both ways."""
    return Enum(
        kind,
        native_enum=False,
        length=LONGEST_CODE,
        values_callable=lambda members: [member.value for member in members],
    )


# Typed Any because each column says itself, as Named[...], what it holds.
NUMBER: TypeEngine[Any] = BigInteger().with_variant(Integer(), "sqlite")
"""Ids. SQLite numbers rows by itself only in a column declared INTEGER."""
WORDS: TypeEngine[Any] = _Words()
TIME: TypeEngine[Any] = _UtcTime()
RANK: TypeEngine[Any] = _Rank()
DOCUMENT: TypeEngine[Any] = JSON(none_as_null=True)


def rows_with(column: str) -> dict[str, Any]:
    """An index of those rows alone that have the column; most rows lack it."""
    rows = text(f"{column} IS NOT NULL")
    return {"sqlite_where": rows, "postgresql_where": rows}
