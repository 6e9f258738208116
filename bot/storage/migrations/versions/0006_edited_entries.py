"""Entries edited in the console: revisions, what was done to them, the number of publications."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(16)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _revisions()
    op.create_table(
        "revision_events",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        _reference("revision_events", "revision", "revisions"),
        sa.Column("at", TIME, nullable=False),
        _reference("revision_events", "staff", "staff"),
        sa.Column("act", CODE, nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revision_events_revision", "revision_events", ["revision", "id"])
    # No row yet: a new database is to look new. Whoever edits first makes it.
    op.create_table(
        "publications",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", name="pk_publications"),
    )


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("over", sa.Text(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        _reference("revisions", "author", "staff"),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("submitted_at", TIME),
        sa.Column("released_at", TIME),
        _reference("revisions", "released_by", "staff", nullable=True),
        sa.Column("publication", sa.Integer()),
        sa.Column("locks", sa.JSON()),
        sa.Column("absorbed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint("publication", name="uq_revisions_publication"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_revisions_entry", "revisions", ["entry", "publication"])
    op.create_index("ix_revisions_state", "revisions", ["state", "saved_at"])


def _reference(
    table: str, column: str, target: str, *, nullable: bool = False
) -> sa.Column[int]:
    key = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{column}_{target}")
    return sa.Column(column, NUMBER, key, nullable=nullable)
