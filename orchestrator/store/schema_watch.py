"""The tables of what went wrong: alerts, notices, reports about absences, and the settings of their rules."""

from sqlalchemy import Boolean, Column, Index, String, Table

from orchestrator.store.columns import Document, Instant
from orchestrator.store.schema import metadata

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", String, primary_key=True),
    Column("is_open", Boolean, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("alert", Document, nullable=False),
    Index("ix_alerts_raised_at", "is_open", "raised_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", String, primary_key=True),
    Column("is_open", Boolean, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("notice", Document, nullable=False),
    Index("ix_notices_raised_at", "is_open", "raised_at"),
)

away_reports = Table(
    "away_reports",
    metadata,
    Column("report_id", String, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("report", Document, nullable=False),
    Index("ix_away_reports_started_at", "started_at"),
)

watch_settings = Table(
    "watch_settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Document),
)
