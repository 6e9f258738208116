"""Fixtures for everybody: a migrated database of one's own for each test, on both engines."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bot.storage.engine import make_engine
from bot.storage.migrate import upgrade
from bot.storage.store import SqlStore
from tests import postgres, sharing

pytest_collection_modifyitems = sharing.pytest_collection_modifyitems
pytest_xdist_make_scheduler = sharing.pytest_xdist_make_scheduler


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which engine a test runs on; `indirect` parameters can name one."""
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest) -> str:
    """A migrated database that nobody else sees."""
    url = request.getfixturevalue("sqlite_url" if database == "sqlite" else "postgres_url")
    assert isinstance(url, str)
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """The store, over both engines one after the other."""
    yield from _store(database_url)


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    """The store over SQLite alone, for tests of what does not depend on the engine."""
    yield from _store(sqlite_url)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated file."""
    shutil.copyfile(sqlite_template, tmp_path / "faxiaomei.db")
    return f"sqlite:///{tmp_path}/faxiaomei.db"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated database."""
    with _fresh_database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture
def empty_database_url(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A database without any table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    with _fresh_database(request.getfixturevalue("postgres_server"), "template0") as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    with _fresh_database(postgres_server, "template0") as url:
        yield url


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server shared by all workers of this run."""
    meeting = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        meeting = meeting.parent
    try:
        with postgres.server(meeting) as url:
            yield url
    except postgres.NoPostgresError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database to copy; each worker makes its own."""
    name = f"template_{uuid4().hex}"
    _on_server(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0")
    upgrade(postgres.database(postgres_server, name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "faxiaomei.db"
    upgrade(f"sqlite:///{path}")
    return path


def _store(url: str) -> Iterator[SqlStore]:
    engine = make_engine(url)
    yield SqlStore(engine)
    engine.dispose()


@contextmanager
def _fresh_database(server: str, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgres.database(server, name)
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())
