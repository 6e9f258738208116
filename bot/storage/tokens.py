"""The shelf where the platform's token stands, one row for each account, for all processes.

Every step is one short transaction of its own: nothing here is open while the platform is asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Update, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.engine import reachable, readers
from bot.storage.tables import platform_tokens

FORCED_APART = timedelta(seconds=30)
"""Sooner than this after another a forced refresh changes nothing, as the platform says."""

FORCED_WINDOW = timedelta(hours=24)
FORCED_IN_WINDOW = 10
"""The platform allows 20 in a day and does not say when its day begins. Any day touches two of our
windows at most, so ten in each is never more than 20."""

CLOCK_WAS_SET_BACK = timedelta(hours=1)
"""A lease or a quiet that ends later than this was noted by a clock that has been put right."""


@dataclass(frozen=True, slots=True)
class KeptToken:
    """What stands on the shelf. `sealed` is empty before the first token.

    `lease_until` says how long somebody is fetching; `quiet_until` and `quiet_for` until when
    nobody should call the platform, and the code that is the reason.
    """

    sealed: str = ""
    renew_at: datetime | None = None
    ends_at: datetime | None = None
    lease_until: datetime | None = None
    quiet_until: datetime | None = None
    quiet_for: str = ""


@dataclass(frozen=True, slots=True)
class SqlTokenShelf:
    """Tokens over SQLite or PostgreSQL. Threads may share it. All raise Unreachable."""

    engine: Engine

    def look(self, account: str) -> KeptToken:
        """What is there now; waits for nobody."""
        wanted = select(
            platform_tokens.c.sealed,
            platform_tokens.c.renew_at,
            platform_tokens.c.ends_at,
            platform_tokens.c.lease_until,
            platform_tokens.c.quiet_until,
            platform_tokens.c.quiet_for,
        ).where(platform_tokens.c.account == account)
        with reachable(), readers(self.engine).begin() as connection:
            row = connection.execute(wanted).first()
        return KeptToken() if row is None else KeptToken(*row)

    def take(self, account: str, seen: str, at: datetime, until: datetime) -> int | None:
        """The right to replace the token one has seen, until a time; None: another has it.

        Also None if the token is no longer the one seen, for it has been replaced already, or if
        calls rest by now: whoever looked before somebody else had failed must not fail again.
        """
        lease_until = platform_tokens.c.lease_until
        free = or_(
            lease_until.is_(None), lease_until <= at, lease_until > until + CLOCK_WAS_SET_BACK
        )
        quiet_until = platform_tokens.c.quiet_until
        loud = or_(
            quiet_until.is_(None), quiet_until <= at, quiet_until > until + CLOCK_WAS_SET_BACK
        )
        taken = (
            _row(account)
            .where(platform_tokens.c.sealed == seen, free, loud)
            .values(lease=platform_tokens.c.lease + 1, lease_until=until)
            .returning(platform_tokens.c.lease)
        )
        with self._write() as connection:
            _make_row(connection, account)
            return connection.execute(taken).scalar_one_or_none()

    def extend(self, account: str, lease: int, until: datetime) -> bool:
        """More time for whoever has the lease. False: it has passed to another."""
        return self._by_holder(account, lease, lease_until=until)

    def keep(
        self, account: str, lease: int, sealed: str, renew_at: datetime, ends_at: datetime
    ) -> bool:
        """Puts the new token there and ends the lease. False: it has passed to another."""
        token = {"sealed": sealed, "renew_at": renew_at, "ends_at": ends_at}
        return self._by_holder(account, lease, lease_until=None, **token)

    def leave(self, account: str, lease: int, until: datetime) -> bool:
        """Ends the lease at a time without a new token. False: it has passed to another."""
        return self._by_holder(account, lease, lease_until=until)

    def book_forced(self, account: str, at: datetime) -> bool:
        """One forced refresh, counted before it is asked for. False: none may be asked for now."""
        columns = platform_tokens.c
        apart = or_(
            columns.forced_at.is_(None),
            columns.forced_at <= at - FORCED_APART,
            columns.forced_at > at,
        )
        begins = or_(columns.forced_since.is_(None), columns.forced_since <= at - FORCED_WINDOW)
        first = _row(account).where(apart, begins).values(forced=1, forced_since=at, forced_at=at)
        room = columns.forced < FORCED_IN_WINDOW
        further = _row(account).where(apart, room).values(forced=columns.forced + 1, forced_at=at)
        with self._write() as connection:
            booked = connection.execute(first).rowcount or connection.execute(further).rowcount
        return booked == 1

    def quiet(self, account: str, until: datetime, reason: str) -> None:
        """Nobody should call until then. Never makes a longer quiet shorter."""
        quiet_until = platform_tokens.c.quiet_until
        sooner = or_(
            quiet_until.is_(None), quiet_until < until, quiet_until > until + CLOCK_WAS_SET_BACK
        )
        noted = _row(account).where(sooner).values(quiet_until=until, quiet_for=reason)
        with self._write() as connection:
            _make_row(connection, account)
            connection.execute(noted)

    def _by_holder(self, account: str, lease: int, **values: object) -> bool:
        ours = and_(platform_tokens.c.lease == lease, platform_tokens.c.lease_until.is_not(None))
        with self._write() as connection:
            return connection.execute(_row(account).where(ours).values(values)).rowcount == 1

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with reachable(), self.engine.begin() as connection:
            yield connection


def _row(account: str) -> Update:
    return update(platform_tokens).where(platform_tokens.c.account == account)


def _make_row(connection: Connection, account: str) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    empty = {"sealed": "", "lease": 0, "forced": 0, "quiet_for": ""}
    new = dialect.insert(platform_tokens).values(account=account, **empty)
    connection.execute(new.on_conflict_do_nothing())
