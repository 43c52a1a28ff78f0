"""The tables of recovery: checkpoints, recoveries that were tried, and questions to people."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, text

from orchestrator.store.columns import Document, Instant
from orchestrator.store.schema import metadata

_SERIAL = BigInteger().with_variant(Integer, "sqlite")

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", _SERIAL, primary_key=True, autoincrement=True),
    Column("checkpoint_id", String, nullable=False, unique=True),
    Column("job_id", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("robot_id", String),
    Column("kept_at", Instant, nullable=False),
    Column("size", Integer, nullable=False),
    Column("facts", Document, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Index("ix_checkpoints_job_id", "job_id", "number"),
    Index("ix_checkpoints_kept_at", "kept_at"),
    sqlite_autoincrement=True,
)

recoveries = Table(
    "recoveries",
    metadata,
    Column("number", _SERIAL, primary_key=True, autoincrement=True),
    Column("job_id", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("step_id", String),
    Column("side", String, nullable=False),
    Column("strategy", String, nullable=False),
    Column("error_kind", String, nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_recoveries_job_id", "job_id"),
    Index("ix_recoveries_at", "at"),
    sqlite_autoincrement=True,
)

questions = Table(
    "questions",
    metadata,
    Column("question_id", String, primary_key=True),
    Column("job_id", String, nullable=False),
    Column("status", String, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("question", Document, nullable=False),
    Index("ix_questions_job_id", "job_id"),
    Index(
        "ix_questions_open",
        "asked_at",
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
)
