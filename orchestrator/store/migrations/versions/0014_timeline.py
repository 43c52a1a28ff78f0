"""What the timeline is drawn from: states of robots, how full the queue was, and since when each attempt had waited."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LONG = sa.text("ended_at - claimed_at > 600000000")
_WAITED = sa.text("claimed_at - queued_at > 1000000")


def upgrade() -> None:
    op.add_column("attempts", sa.Column("queued_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_attempts_long", "attempts", ["ended_at", "claimed_at"], sqlite_where=_LONG, postgresql_where=_LONG
    )
    op.create_index(
        "ix_attempts_waited", "attempts", ["claimed_at", "queued_at"], sqlite_where=_WAITED, postgresql_where=_WAITED
    )
    op.create_table(
        "robot_states",
        sa.Column("number", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("robot_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_robot_states")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_robot_states_robot_id", "robot_states", ["robot_id", "at"])
    op.create_index("ix_robot_states_at", "robot_states", ["at"])
    op.create_table(
        "fleet_samples",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.Column("is_coarse", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_fleet_samples")),
    )
