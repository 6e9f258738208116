"""Which notice a resident was given and by which reply, how fast they write, and that they left."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("residents", sa.Column("departed_at", TIME))
    op.add_column("residents", sa.Column("notice", sa.Text()))
    op.add_column("residents", sa.Column("minute_from", TIME))
    op.add_column("residents", _count("in_minute"))
    op.add_column("residents", sa.Column("day_from", TIME))
    op.add_column("residents", _count("in_day"))
    op.add_column("residents", sa.Column("limited_at", TIME))
    op.add_column("messages", sa.Column("notice", sa.Text()))
    rows = sa.text("departed_at IS NOT NULL")
    op.create_index(
        "ix_residents_departed_at",
        "residents",
        ["departed_at"],
        sqlite_where=rows,
        postgresql_where=rows,
    )


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")
