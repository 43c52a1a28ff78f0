"""The tables, as they stand after the newest migration."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
    true,
)

from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobStatus
from orchestrator.store.columns import Document, Instant, Known
from orchestrator.store.job_rows import requirements_of

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SERIAL = BigInteger().with_variant(Integer, "sqlite")
_LONG = text("ended_at - claimed_at > 600000000")
"""Attempts of more than ten minutes."""
_WAITED = text("claimed_at - queued_at > 1000000")
"""Attempts that had waited for more than a second."""
_STATUSES = ", ".join(f"'{status.value}'" for status in JobStatus)

workflows = Table(
    "workflows",
    metadata,
    Column("workflow_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("newest_hash", String, nullable=False),
    Column("newest_number", Integer, nullable=False, server_default="0"),
    Column("removed", Boolean, nullable=False),
    Index(
        "ix_workflows_name", "name", unique=True, sqlite_where=text("NOT removed"), postgresql_where=text("NOT removed")
    ),
)

workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("workflow_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("workflow_hash", String, nullable=False),
    Column("definition", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("saved_by", String, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),
    Index("ix_workflow_versions_hash", "workflow_id", "workflow_hash"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("position", _SERIAL, primary_key=True, autoincrement=True),
    Column("job_id", String, nullable=False, unique=True),
    Column("idempotency_key", String, unique=True),
    Column("workflow_id", String, nullable=False),
    Column("workflow_hash", String, nullable=False),
    Column("workflow_name", String, nullable=False),
    Column("status", String, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("variables", Document, nullable=False),
    Column("requirements", Known(requirements_of), nullable=False),
    Column("retry", Known(RetryPolicy.model_validate_json), nullable=False),
    Column("retry_safe", Boolean, nullable=False),
    Column("timeout_s", Float, nullable=False),
    Column("concurrency", Document),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("queued_at", Instant),
    Column("not_before", Instant),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("robot_id", String),
    Column("session_id", String),
    Column("progress", Float, nullable=False),
    Column("current_step", String, nullable=False),
    Column("error", Document),
    Column("error_text", Text, nullable=False),
    Column("fingerprint", String),
    Column("cancel_reason", String),
    Column("resume_from", String),
    Column("pause_reason", String),
    Column("submitted_by", String, nullable=False),
    Column("schedule_id", String),
    Column("fire_at", Instant),
    Column("version", Integer, nullable=False),
    Column("trace_context", String),
    Column("suspicion", Text),
    CheckConstraint(f"status IN ({_STATUSES})", name="status"),
    CheckConstraint("priority BETWEEN 0 AND 3", name="priority"),
    # what waits, lives or is due is a sliver of all jobs: partial indexes keep its cost apart from history's size
    Index(
        "ix_jobs_queue",
        "priority",
        "position",
        sqlite_where=text("status = 'queued'"),
        postgresql_where=text("status = 'queued'"),
    ),
    Index(
        "ix_jobs_unfinished",
        "status",
        "position",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
    Index("ix_jobs_status", "status", "created_at"),
    Index("ix_jobs_created_at", "created_at"),
    Index("ix_jobs_finished_at", "finished_at"),
    Index("ix_jobs_workflow_id", "workflow_id", "created_at"),
    Index("ix_jobs_robot_id", "robot_id", "created_at"),
    Index("ix_jobs_schedule_id", "schedule_id", "created_at"),
    Index(
        "ix_jobs_fingerprint",
        "fingerprint",
        "created_at",
        sqlite_where=text("fingerprint IS NOT NULL"),
        postgresql_where=text("fingerprint IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("robot_id", String),
    Column("claimed_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("outcome", String),
    Column("error", Text),
    Column("queued_at", Instant),
    Index("ix_attempts_ended_at", "ended_at"),
    # what ran or waited at a moment of the past began before it and ended after it: that is found among the few long
    # ones, and the many short ones that ended soon after the moment
    Index("ix_attempts_long", "ended_at", "claimed_at", sqlite_where=_LONG, postgresql_where=_LONG),
    Index("ix_attempts_waited", "claimed_at", "queued_at", sqlite_where=_WAITED, postgresql_where=_WAITED),
)

results = Table(
    "results",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("execution_time_s", Float, nullable=False),
    Column("result", Text, nullable=False),
)

steps = Table(
    "steps",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("step_id", String, primary_key=True),
    Column("progress", Document, nullable=False),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("name", String, primary_key=True),
    Column("artifact", Document, nullable=False),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("is_kept", Boolean, nullable=False, server_default=true()),
    Index("ix_artifacts_is_kept", "is_kept", "job_id"),
)

logs = Table(
    "logs",
    metadata,
    Column("number", _SERIAL, primary_key=True, autoincrement=True),
    Column("robot_id", String, nullable=False),
    Column("job_id", String),
    Column("attempt", Integer),
    Column("step_id", String),
    Column("at", Instant, nullable=False),
    Column("level", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("fields", Document, nullable=False),
    Index("ix_logs_job_id", "job_id", "number"),
    Index("ix_logs_robot_id", "robot_id", "number"),
    sqlite_autoincrement=True,
)

robots = Table(
    "robots",
    metadata,
    Column("robot_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("robot", Document, nullable=False),
)

schedules = Table(
    "schedules",
    metadata,
    Column("schedule_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("schedule", Document, nullable=False),
)

fires = Table(
    "fires",
    metadata,
    Column("schedule_id", String, primary_key=True),
    Column("fire_at", Instant, primary_key=True),
    Column("job_id", String),
    Column("outcome", String),
    Column("note", Text),
    Column("considered_at", Instant),
    Column("since_at", Instant),
    Column("instants", Integer),
)

audit = Table(
    "audit",
    metadata,
    Column("number", _SERIAL, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("kind", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("actor", String, nullable=False),
    Column("job_id", String),
    Column("robot_id", String),
    Column("schedule_id", String),
    Column("details", Document, nullable=False),
    sqlite_autoincrement=True,
)
