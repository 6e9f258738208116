"""The platform's token, kept once for all processes, and the places of a resident's ration.

What was pushed before this version and may still count is entered as used.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _platform_tokens()
    _pushes()


def _platform_tokens() -> None:
    op.create_table(
        "platform_tokens",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("renew_at", TIME),
        sa.Column("ends_at", TIME),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("forced", sa.Integer(), nullable=False),
        sa.Column("forced_since", TIME),
        sa.Column("forced_at", TIME),
        sa.Column("quiet_until", TIME),
        sa.Column("quiet_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_platform_tokens"),
    )


def _pushes() -> None:
    op.create_table(
        "pushes",
        _reference("delivery", "deliveries"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _reference("resident", "residents"),
        sa.Column("counted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("delivery", "attempt", name="pk_pushes"),
    )
    op.create_index("ix_pushes_resident", "pushes", ["resident", "counted_at"])
    op.execute(
        "INSERT INTO pushes (delivery, attempt, resident, counted_at)"
        " SELECT d.id, d.attempts, d.resident, d.settled_at FROM deliveries d"
        " JOIN residents r ON r.id = d.resident"
        " WHERE d.state = 'sent' AND d.route = 'push' AND d.settled_at >= r.last_heard_at"
    )


def _reference(column: str, table: str) -> sa.Column[int]:
    key = sa.ForeignKey(
        f"{table}.id", name=f"fk_pushes_{column}_{table}", ondelete="CASCADE"
    )
    return sa.Column(column, NUMBER, key, nullable=False)
