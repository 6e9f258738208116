"""What comes along with messages, and its content in a table of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CODE = sa.String(16)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _attachments()
    op.create_table(
        "attachment_contents",
        _reference("attachment_contents", "attachment", "attachments.id", with_it=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("attachment", name="pk_attachment_contents"),
    )


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        _reference("attachments", "message", "messages.id", with_it=True),
        _reference("attachments", "resident", "residents.id"),
        _reference("attachments", "consultation", "consultations.number", nullable=True),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("state", CODE, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("came_at", TIME, nullable=False),
        sa.Column("wake_at", TIME),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.UniqueConstraint("message", name="uq_attachments_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachments_resident", "attachments", ["resident", "came_at"])
    _partial_index("ix_attachments_wake_at", "attachments", "wake_at")
    _partial_index("ix_attachments_consultation", "attachments", "consultation")


def _reference(
    table: str, column: str, target: str, *, nullable: bool = False, with_it: bool = False
) -> sa.Column[int]:
    """A row `with_it` goes when the one it refers to goes."""
    name = f"fk_{table}_{column}_{target.split('.')[0]}"
    key = sa.ForeignKey(target, name=name, ondelete="CASCADE" if with_it else None)
    return sa.Column(column, NUMBER, key, nullable=nullable)


def _partial_index(name: str, table: str, column: str) -> None:
    """Of the rows alone that have the column."""
    rows = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=rows, postgresql_where=rows)
