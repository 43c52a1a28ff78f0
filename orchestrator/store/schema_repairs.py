"""The tables of what elements last looked like, and of repairs of targets."""

from sqlalchemy import Column, Index, String, Table

from orchestrator.store.columns import Document, Instant
from orchestrator.store.schema import metadata

element_looks = Table(
    "element_looks",
    metadata,
    Column("workflow_id", String, primary_key=True),
    Column("step_id", String, primary_key=True),
    Column("locator", String, primary_key=True),
    Column("look", Document, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("ix_element_looks_seen_at", "seen_at"),
)

repairs = Table(
    "repairs",
    metadata,
    Column("repair_id", String, primary_key=True),
    Column("workflow_id", String, nullable=False),
    Column("step_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("content", Document, nullable=False),
    Index("ix_repairs_state_last_seen_at", "state", "last_seen_at"),
)
