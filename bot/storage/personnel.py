"""Who works here, and what logging in needs to know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.tables import staff
from handlers.cases import Role, Staff, StaffId
from handlers.errors import BadInput


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a log-in is checked against. `session_epoch` names the sessions that still hold."""

    staff: Staff
    password_hash: str
    failed_logins: int
    locked_until: datetime | None
    session_epoch: int


@dataclass(frozen=True, slots=True)
class SqlPersonnel:
    """ports.Personnel over one connection, and what console and commands need besides."""

    connection: Connection

    def get(self, staff: StaffId) -> Staff | None:
        return self._found(_is(staff))

    def named(self, name: str) -> Staff | None:
        return self._found(staff.c.name == name)

    def add(self, name: str, role: Role, password_hash: str) -> Staff:
        """A new member of staff, active. Raises BadInput("name") if the name is taken."""
        dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
        new = dialect.insert(staff).values(
            name=name,
            role=role,
            password_hash=password_hash,
            active=True,
            failed_logins=0,
            session_epoch=0,
        )
        added = new.on_conflict_do_nothing(index_elements=["name"]).returning(staff)
        row = self.connection.execute(added).first()
        if row is None:
            raise BadInput("name")
        return _to_staff(row)

    def credentials(self, name: str) -> Credentials | None:
        """By name, active or not; whoever asks looks at `staff.active`."""
        row = self.connection.execute(select(staff).where(staff.c.name == name)).first()
        if row is None:
            return None
        return Credentials(
            staff=_to_staff(row),
            password_hash=row.password_hash,
            failed_logins=row.failed_logins,
            locked_until=row.locked_until,
            session_epoch=row.session_epoch,
        )

    def record_failure(self, who: StaffId, locked_until: datetime | None) -> None:
        """One more failed log-in; None leaves the account unlocked."""
        self._set(who, failed_logins=staff.c.failed_logins + 1, locked_until=locked_until)

    def record_success(self, who: StaffId) -> None:
        """Forgets the failed log-ins before this one."""
        self._set(who, failed_logins=0, locked_until=None)

    def set_password(self, who: StaffId, password_hash: str) -> None:
        """A new password: unlocks the account and ends every session of this person."""
        again = {"failed_logins": 0, "locked_until": None}
        self._set(who, password_hash=password_hash, **_all_sessions_ended(), **again)

    def set_active(self, who: StaffId, *, active: bool) -> None:
        """Lets somebody in or keeps them out; either way they have to log in anew."""
        self._set(who, active=active, **_all_sessions_ended())

    def end_sessions(self, who: StaffId) -> None:
        """Whoever has a session of theirs has to log in anew."""
        self._set(who, **_all_sessions_ended())

    def listed(self) -> Sequence[Staff]:
        """Everybody, in the order they came."""
        everybody = self.connection.execute(select(staff).order_by(staff.c.id))
        return [_to_staff(row) for row in everybody]

    def _set(self, who: StaffId, **values: object) -> None:
        self.connection.execute(update(staff).where(_is(who)).values(values))

    def _found(self, which: ColumnElement[bool]) -> Staff | None:
        row = self.connection.execute(select(staff).where(which)).first()
        return None if row is None else _to_staff(row)


def _is(who: StaffId) -> ColumnElement[bool]:
    return staff.c.id == who


def _all_sessions_ended() -> dict[str, Any]:
    return {"session_epoch": staff.c.session_epoch + 1}


def _to_staff(row: Row[Any]) -> Staff:
    return Staff(id=row.id, name=row.name, role=row.role, active=row.active)
