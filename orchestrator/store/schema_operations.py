"""The tables of what operators do: deployments, failure groups, discarded jobs, bulk actions, robots' plans, seals."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from orchestrator.store.columns import Document, Instant
from orchestrator.store.schema import metadata

deployments = Table(
    "deployments",
    metadata,
    Column("workflow_id", String, primary_key=True),
    Column("robot_id", String, primary_key=True),
    Column("workflow_hash", String, nullable=False),
    Column("state", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("actor", String, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_deployments_robot_id", "robot_id"),
)

failure_groups = Table(
    "failure_groups",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("step_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("sample", Text, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("changed_at", Instant),
    Column("changed_by", String, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_failure_groups_last_seen_at", "state", "last_seen_at"),
)

failure_places = Table(
    "failure_places",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("workflow_id", String, primary_key=True),
    Column("workflow_hash", String, primary_key=True),
    Column("robot_id", String, primary_key=True),
    Column("workflow_name", String, nullable=False),
    Column("count", Integer, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
)

discards = Table(
    "discards",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("actor", String, nullable=False),
    Column("at", Instant, nullable=False),
)

bulk_operations = Table(
    "bulk_operations",
    metadata,
    Column("operation_id", String, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("operation", Document, nullable=False),
    Index("ix_bulk_operations_started_at", "started_at"),
)

bulk_items = Table(
    "bulk_items",
    metadata,
    Column("operation_id", String, primary_key=True),
    Column("job_id", String, primary_key=True),
    Column("item", Document, nullable=False),
)

robot_plans = Table(
    "robot_plans",
    metadata,
    Column("robot_id", String, primary_key=True),
    Column("plan", Document, nullable=False),
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("last", Integer, primary_key=True, autoincrement=False),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("links", Text, nullable=False),
    Column("head", String, nullable=False),
    Column("sealed_at", Instant, nullable=False),
)
