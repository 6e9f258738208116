"""A place of the ration may belong to no delivery: replies that are told late take theirs, too.

SQLite cannot change a primary key, so the table is made anew. Places of rations that are over are
left behind.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute(
        "CREATE TABLE pushes_before AS"
        " SELECT p.delivery, p.attempt, p.resident, p.counted_at FROM pushes p"
        " JOIN residents r ON r.id = p.resident WHERE p.counted_at >= r.last_heard_at"
    )
    op.drop_table("pushes")
    op.create_table(
        "pushes",
        sa.Column("id", NUMBER, sa.Identity(), nullable=False),
        _reference("delivery", "deliveries", nullable=True),
        sa.Column("attempt", sa.Integer()),
        _reference("resident", "residents"),
        sa.Column("counted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pushes"),
        sa.UniqueConstraint("delivery", "attempt", name="uq_pushes_delivery_attempt"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pushes_resident", "pushes", ["resident", "counted_at"])
    op.create_index("ix_pushes_counted_at", "pushes", ["counted_at"])
    # Without rows SQLite would still note a last id of 0, and a new database is to look new.
    if op.get_bind().execute(sa.text("SELECT 1 FROM pushes_before LIMIT 1")).first():
        op.execute(
            "INSERT INTO pushes (delivery, attempt, resident, counted_at)"
            " SELECT delivery, attempt, resident, counted_at FROM pushes_before"
        )
    op.drop_table("pushes_before")


def _reference(column: str, table: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(
        f"{table}.id", name=f"fk_pushes_{column}_{table}", ondelete="CASCADE"
    )
    return sa.Column(column, NUMBER, key, nullable=nullable)
