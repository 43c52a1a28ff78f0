"""Triggers, what became of each instant of a schedule, traces, and settings that change while the engine runs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "triggers",
        sa.Column("trigger_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("trigger_id", name=op.f("pk_triggers")),
        sa.UniqueConstraint("name", name=op.f("uq_triggers_name")),
    )
    _firings()
    op.create_table(
        "marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "live_settings",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_live_settings")),
    )
    for column in (
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("considered_at", sa.BigInteger(), nullable=True),
        sa.Column("since_at", sa.BigInteger(), nullable=True),
        sa.Column("instants", sa.Integer(), nullable=True),
    ):
        op.add_column("fires", column)
    op.add_column("jobs", sa.Column("trace_context", sa.String(), nullable=True))


def _firings() -> None:
    op.create_table(
        "trigger_firings",
        sa.Column("trigger_id", sa.String(), nullable=False),
        sa.Column("event_key", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("job_id", sa.String(), nullable=True),
        sa.Column("source_job_id", sa.String(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("trigger_id", "event_key", name=op.f("pk_trigger_firings")),
    )
    op.create_index("ix_trigger_firings_at", "trigger_firings", ["trigger_id", "at"], unique=False)
    op.create_index("ix_trigger_firings_job_id", "trigger_firings", ["job_id"], unique=False)
    op.create_index("ix_trigger_firings_source_job_id", "trigger_firings", ["source_job_id"], unique=False)
