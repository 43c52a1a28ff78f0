"""The tables of triggers, of what they did, and of settings that were changed while the orchestrator runs."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from orchestrator.store.columns import Document, Instant
from orchestrator.store.schema import metadata

triggers = Table(
    "triggers",
    metadata,
    Column("trigger_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("trigger", Document, nullable=False),
)

trigger_firings = Table(
    "trigger_firings",
    metadata,
    Column("trigger_id", String, primary_key=True),
    Column("event_key", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("outcome", String, nullable=False),
    Column("job_id", String),
    Column("source_job_id", String),
    Column("depth", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_trigger_firings_at", "trigger_id", "at"),
    Index("ix_trigger_firings_job_id", "job_id"),
    Index("ix_trigger_firings_source_job_id", "source_job_id"),
)

marks = Table(
    "marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

live_settings = Table(
    "live_settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Document),
    Column("changed_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
)
