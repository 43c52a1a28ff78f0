"""The tables of flow control: limits of concurrency keys, and their breakers."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from orchestrator.store.columns import Instant
from orchestrator.store.schema import metadata

limits = Table(
    "limits",
    metadata,
    Column("key", String, primary_key=True),
    Column("at_once", Integer),
    Column("per_second", Float),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String, nullable=False),
)

breakers = Table(
    "breakers",
    metadata,
    Column("key", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("probe_at", Instant),
    Column("trips", Integer, nullable=False),
    Column("opened_by", String, nullable=False),
)
