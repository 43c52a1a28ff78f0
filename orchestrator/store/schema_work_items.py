"""The tables of work items: queues, items, and each time that an item was in a run's hands."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from orchestrator.contract.work_items import WorkItemState
from orchestrator.store.columns import Document, Instant
from orchestrator.store.schema import metadata

_SERIAL = BigInteger().with_variant(Integer, "sqlite")
_STATES = ", ".join(f"'{state.value}'" for state in WorkItemState)
_WAITS = text("state IN ('new', 'postponed', 'retry')")
_OPEN = text("state IN ('new', 'postponed', 'retry', 'in_progress')")
_HELD = text("state = 'in_progress'")

work_queues = Table(
    "work_queues",
    metadata,
    Column("queue_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("queue", Document, nullable=False),
)

work_items = Table(
    "work_items",
    metadata,
    Column("position", _SERIAL, primary_key=True, autoincrement=True),
    Column("item_id", String, nullable=False, unique=True),
    Column("queue_id", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("reference_key", String),
    Column("state", String, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("payload", Document, nullable=False),
    Column("output", Document),
    Column("reason", Text, nullable=False),
    Column("due_at", Instant),
    Column("due_order", BigInteger, nullable=False),
    Column("not_before", Instant),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("tries", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("job_id", String),
    Column("attempt", Integer),
    Column("robot_id", String),
    Column("taken_at", Instant),
    Column("added_by", String, nullable=False),
    UniqueConstraint("queue_id", "reference_key"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint("(state = 'in_progress') = (job_id IS NOT NULL)", name="holder"),
    # what waits is a sliver of all items in the long run: partial indexes keep its cost apart from history's size
    Index(
        "ix_work_items_queue",
        "queue_id",
        "urgency",
        "due_order",
        "position",
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
    Index("ix_work_items_due", "queue_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_work_items_held", "job_id", sqlite_where=_HELD, postgresql_where=_HELD),
    Index("ix_work_items_state", "queue_id", "state", "ended_at"),
    sqlite_autoincrement=True,
)

work_item_tries = Table(
    "work_item_tries",
    metadata,
    Column("item_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("queue_id", String, nullable=False),
    Column("job_id", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("robot_id", String),
    Column("taken_at", Instant, nullable=False),
    Column("take_request", String, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String),
    Column("end_request", String),
    Column("reason", Text, nullable=False),
    Index("ix_work_item_tries_take_request", "take_request"),
    Index("ix_work_item_tries_end_request", "end_request"),
    Index("ix_work_item_tries_job_id", "job_id"),
    Index("ix_work_item_tries_figures", "queue_id", "outcome"),
)
