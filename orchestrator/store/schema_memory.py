"""The table of what runs remember for later runs."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from orchestrator.store.columns import Instant
from orchestrator.store.schema import metadata

memories = Table(
    "memories",
    metadata,
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("job_id", String),
    Column("allowed", String),
)
