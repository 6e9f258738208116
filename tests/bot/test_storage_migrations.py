"""Migrations make what the tables say, once, whoever else is at it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from bot.storage.engine import make_engine
from bot.storage.migrate import is_current, upgrade
from bot.storage.store import SqlStore
from bot.storage.tables import metadata
from handlers.cases import Route
from handlers.model import ResidentId
from tests.bot.storage_examples import HOUR, NOON, case

_FROM_BEFORE_RATIONS = (
    """INSERT INTO residents (channel, name, first_seen_at, last_heard_at)
    VALUES ('wechat', 'granny', :at, :at)""",
    """INSERT INTO consultations (resident, state, priority, reason, topic, question, opened_at)
    VALUES (1, 'answered', 1, 'asked', '', '', :at)""",
    "INSERT INTO messages (resident, author, at, text) VALUES (1, 'staff', :at, '')",
    *(
        "INSERT INTO deliveries (consultation, resident, message, text, state, attempts, due_at,"
        " route, held_reason, settled_at)"
        f" VALUES (10001, 1, 1, '', 'sent', 1, :at, '{route}', '', :at)"
        for route in (Route.PUSH, Route.REPLY, Route.PUSH)
    ),
)


def _written(at: datetime, engine: Engine) -> str:
    """A time as the engine's tables keep it."""
    written = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    return written if engine.dialect.name == "sqlite" else f"{written}+00"


def test_the_migrated_schema_is_that_of_the_tables(store: SqlStore) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_index_of_the_tables_is_there_with_its_condition(store: SqlStore) -> None:
    """The comparison above does not look at the conditions of partial indexes."""
    found = inspect(store.engine)
    for table in metadata.sorted_tables:
        kept = {index["name"]: index for index in found.get_indexes(table.name)}
        for index in table.indexes:
            options = kept[str(index.name)].get("dialect_options", {})
            dialect = store.engine.dialect.name
            wanted = index.dialect_options[dialect]["where"]
            where = options.get(f"{dialect}_where")
            assert (wanted is None) == (where is None), index.name
            if wanted is not None:
                assert str(where).strip("()") == str(wanted), index.name


def test_what_was_pushed_before_there_were_rations_counts(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        upgrade_to = command.upgrade
        earlier.setattr(command, "upgrade", lambda config, _: upgrade_to(config, "0001"))
        upgrade(empty_database_url)
    engine = make_engine(empty_database_url)
    with engine.begin() as connection:
        for statement in _FROM_BEFORE_RATIONS:
            connection.execute(text(statement), {"at": _written(NOON, engine)})
    upgrade(engine)
    with SqlStore(engine).read() as records:
        assert records.deliveries.ration_left(ResidentId(1), NOON + HOUR) == 3
    engine.dispose()


def test_a_second_time_changes_nothing(store: SqlStore) -> None:
    with store.write() as records:
        first = case(records)
    upgrade(store.engine)
    with store.write() as records:
        assert records.consultations.get(first.number) == first
        assert case(records).number == first.number + 1


def test_a_new_database_is_not_current_until_it_is_upgraded(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    engine.dispose()


def test_an_old_database_is_not_current(store: SqlStore) -> None:
    assert is_current(store.engine)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert not is_current(store.engine)


def test_the_folder_of_a_file_is_made(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/var/100%/faxiaomei.db")
    assert (tmp_path / "var" / "100%" / "faxiaomei.db").exists()
