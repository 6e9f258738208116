"""What was released, for processes that look at it about once a second."""

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.storage.engine import reachable, readers
from bot.storage.revisions import SqlRevisions
from knowledge.overlay import Overlay


def released_since(engine: Engine, known: int | None) -> Overlay | None:
    """What lies over the files; None if that is publication number `known` still.

    Nothing where there is no database yet, or an older one: then the files alone are published.
    Makes no file and writes nothing. Raises Unreachable.
    """
    if _has_no_file(engine):
        return Overlay() if known is None else None
    try:
        with reachable(), readers(engine).begin() as connection:
            revisions = SqlRevisions(connection)
            return None if revisions.number() == known else revisions.overlay()
    except (OperationalError, ProgrammingError):  # no such table
        return Overlay() if known is None else None


def _has_no_file(engine: Engine) -> bool:
    path = engine.url.database
    return engine.dialect.name == "sqlite" and not (path and Path(path).exists())
