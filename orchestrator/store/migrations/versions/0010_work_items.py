"""Queues of work items, their items, and each time that an item was in a run's hands."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_STATES = (
    "'new', 'postponed', 'retry', 'in_progress', 'successful', 'failed_business', 'failed_application', 'abandoned', "
    "'deleted'"
)
_WAITS = sa.text("state IN ('new', 'postponed', 'retry')")
_OPEN = sa.text("state IN ('new', 'postponed', 'retry', 'in_progress')")
_HELD = sa.text("state = 'in_progress'")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "work_queues",
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("queue_id", name=op.f("pk_work_queues")),
        sa.UniqueConstraint("name", name=op.f("uq_work_queues_name")),
    )
    _items()
    _tries()


def _items() -> None:
    op.create_table(
        "work_items",
        sa.Column("position", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reference_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("due_order", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.String(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("robot_id", sa.String(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_work_items")),
        sa.UniqueConstraint("item_id", name=op.f("uq_work_items_item_id")),
        sa.UniqueConstraint("queue_id", "reference_key", name=op.f("uq_work_items_queue_id")),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_work_items_state")),
        sa.CheckConstraint("(state = 'in_progress') = (job_id IS NOT NULL)", name=op.f("ck_work_items_holder")),
        sqlite_autoincrement=True,
    )
    for name, columns, condition in (
        ("queue", ["queue_id", "urgency", "due_order", "position"], _WAITS),
        ("due", ["queue_id", "due_at"], _OPEN),
        ("held", ["job_id"], _HELD),
    ):
        op.create_index(
            f"ix_work_items_{name}", "work_items", columns, sqlite_where=condition, postgresql_where=condition
        )
    op.create_index("ix_work_items_state", "work_items", ["queue_id", "state", "ended_at"])


def _tries() -> None:
    op.create_table(
        "work_item_tries",
        sa.Column("item_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("robot_id", sa.String(), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("take_request", sa.String(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("end_request", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "number", name=op.f("pk_work_item_tries")),
    )
    op.create_index("ix_work_item_tries_take_request", "work_item_tries", ["take_request"])
    op.create_index("ix_work_item_tries_end_request", "work_item_tries", ["end_request"])
    op.create_index("ix_work_item_tries_job_id", "work_item_tries", ["job_id"])
    op.create_index("ix_work_item_tries_figures", "work_item_tries", ["queue_id", "outcome"])
