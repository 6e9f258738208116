"""What was released, for processes that look at it about once a second."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.storage.engine import reachable, readers
from bot.storage.revision_tables import publications
from bot.storage.revisions import SqlRevisions
from handlers.errors import Unreachable
from knowledge.overlay import Overlay


def released_since(engine: Engine, known: int | None) -> Overlay | None:
    """What lies over the files; None if that is publication number `known` still.

    Nothing where there is no database yet, or one from before there was editing: then the files
    alone are published. Makes no file and writes nothing. Raises Unreachable, also where the tables
    are those of another version: something may have been withdrawn that cannot be read.
    """
    if _has_no_file(engine):
        return Overlay() if known is None else None
    try:
        with reachable(), readers(engine).begin() as connection:
            if known is None and not _has_ever_published(connection):
                return Overlay()
            revisions = SqlRevisions(connection)
            return None if revisions.number() == known else revisions.overlay()
    except (OperationalError, ProgrammingError) as error:  # no such table, no such column
        raise Unreachable(f"database: {type(error).__name__}") from error


def _has_ever_published(connection: Connection) -> bool:
    return inspect(connection).has_table(publications.name)


def _has_no_file(engine: Engine) -> bool:
    path = engine.url.database
    return engine.dialect.name == "sqlite" and not (path and Path(path).exists())
