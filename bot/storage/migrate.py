"""Brings a database to the tables of this version; safe to call by several processes at once."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, text
from sqlalchemy.engine import URL

from bot.storage.engine import make_engine, reachable, readers

SCRIPTS = Path(__file__).parent / "migrations"

ADVISORY_LOCK = 0x66_78_6D
"""Ours on a PostgreSQL server: whoever migrates holds it, the others wait."""

OWN_TABLE = "alembic_version"
"""Where Alembic writes which revision a database is at."""

WAIT_SECONDS = 300
"""For another process's migration, which may rewrite a large table."""


def upgrade(database: str | URL | Engine, revision: str = "head") -> None:
    """Applies what is missing, all in one transaction. A second time changes nothing.

    An older `revision` is for a backup of its time. Makes the folder of an SQLite file. Raises
    Unreachable.
    """
    engine = make_engine(database.url if isinstance(database, Engine) else database)
    try:
        _make_folder(engine.url)
        with reachable(), _alone(engine) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Whether the database has the tables of this version. Raises Unreachable."""
    with reachable(), readers(engine).begin() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    return set(applied) == _newest()


def knows(revision: str) -> bool:
    """Whether this version can bring tables of that shape up to its own."""
    known = ScriptDirectory.from_config(_config()).walk_revisions()
    return revision in {script.revision for script in known}


@cache
def tables_at(revision: str) -> Mapping[str, Table]:
    """The tables as they were at a revision that this version knows, read off a fresh file."""
    with TemporaryDirectory(prefix="faxiaomei-shape-") as private:
        engine = make_engine(f"sqlite:///{private}/shape.sqlite3")
        upgrade(engine, revision)
        found = MetaData()
        found.reflect(engine)
        engine.dispose()
    return {name: table for name, table in found.tables.items() if name != OWN_TABLE}


def shape() -> str:
    """The name of the shape that this version needs."""
    return ",".join(sorted(_newest()))


@cache
def _newest() -> frozenset[str]:
    """The migrations that this version ends with; reading them takes a few milliseconds."""
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    # Alembic reads % as interpolation; a path may have one.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _make_folder(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other migration runs beside."""
    with engine.connect().execution_options(patience=WAIT_SECONDS) as connection:
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            # Rebuilding a table drops the old one; that must not take the rows that refer to it.
            driver.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            yield connection
