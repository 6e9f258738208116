"""Everything the first version keeps.

A migration never changes after release and imports nothing of ours: the tables of its day are
written out here. Each schema change is a further file beside this one; a test compares what all
of them make with `bot/storage/tables.py`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(16)
TIME = sa.DateTime(timezone=True)
FIRST_NUMBER = 10_001


def upgrade() -> None:
    _residents()
    _staff()
    _consultations()
    _events()
    _messages()
    _deliveries()


def _residents() -> None:
    op.create_table(
        "residents",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        sa.Column("channel", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("last_heard_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_residents"),
        sa.UniqueConstraint("channel", "name", name="uq_residents_channel_name"),
        sqlite_autoincrement=True,
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", CODE, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", TIME),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("name", name="uq_staff_name"),
        sqlite_autoincrement=True,
    )


def _consultations() -> None:
    op.create_table(
        "consultations",
        sa.Column("number", NUMBER, sa.Identity(start=FIRST_NUMBER), nullable=False),
        _reference("consultations", "resident", "residents.id"),
        sa.Column("state", CODE, nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        _reference("consultations", "claimed_by", "staff.id", nullable=True),
        sa.Column("claimed_at", TIME),
        sa.Column("answered_at", TIME),
        sa.Column("closed_at", TIME),
        sa.PrimaryKeyConstraint("number", name="pk_consultations"),
        sqlite_autoincrement=True,
    )
    queue = ["state", "priority", "opened_at", "number"]
    op.create_index("ix_consultations_queue", "consultations", queue)
    op.create_index("ix_consultations_held", "consultations", ["claimed_by", *queue])
    op.create_index("ix_consultations_resident", "consultations", ["resident", "number"])
    if op.get_bind().dialect.name == "sqlite":
        last = FIRST_NUMBER - 1
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('consultations', {last})")


def _events() -> None:
    op.create_table(
        "consultation_events",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        _reference("consultation_events", "consultation", "consultations.number"),
        sa.Column("at", TIME, nullable=False),
        _reference("consultation_events", "staff", "staff.id", nullable=True),
        sa.Column("what", CODE, nullable=False),
        sa.Column("from_state", CODE),
        sa.Column("to_state", CODE),
        sa.PrimaryKeyConstraint("id", name="pk_consultation_events"),
        sqlite_autoincrement=True,
    )
    columns = ["consultation", "id"]
    op.create_index("ix_consultation_events_consultation", "consultation_events", columns)


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        _reference("messages", "resident", "residents.id"),
        sa.Column("author", CODE, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("kind", CODE),
        _reference("messages", "reply_to", "messages.id", nullable=True),
        sa.Column("decision", CODE),
        sa.Column("offer", sa.JSON()),
        sa.Column("basis", sa.JSON()),
        _reference("messages", "consultation", "consultations.number", nullable=True),
        _reference("messages", "staff", "staff.id", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_resident", "messages", ["resident", "id"])
    _partial_index("uq_messages_key", "messages", ["resident", "key"], unique=True)
    _partial_index("uq_messages_reply_to", "messages", ["reply_to"], unique=True)
    _partial_index("ix_messages_consultation", "messages", ["consultation"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        _reference("deliveries", "consultation", "consultations.number"),
        _reference("deliveries", "resident", "residents.id"),
        _reference("deliveries", "message", "messages.id"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("wake_at", TIME),
        sa.Column("route", CODE),
        sa.Column("held_reason", sa.Text(), nullable=False),
        sa.Column("settled_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_resident", "deliveries", ["resident", "state", "id"])
    op.create_index("ix_deliveries_consultation", "deliveries", ["consultation", "id"])
    op.create_index("ix_deliveries_message", "deliveries", ["message"])
    _partial_index("ix_deliveries_wake_at", "deliveries", ["wake_at"])


def _reference(table: str, column: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    name = f"fk_{table}_{column}_{target.split('.')[0]}"
    return sa.Column(column, NUMBER, sa.ForeignKey(target, name=name), nullable=nullable)


def _partial_index(name: str, table: str, columns: list[str], *, unique: bool = False) -> None:
    """Of the rows alone that have the last column."""
    rows = sa.text(f"{columns[-1]} IS NOT NULL")
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows
    )
