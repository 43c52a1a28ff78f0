"""The table of incidents that somebody wants kept, whatever the rules for old files say."""

from sqlalchemy import Column, String, Table, Text

from orchestrator.store.columns import Instant
from orchestrator.store.schema import metadata

incident_pins = Table(
    "incident_pins",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("pinned_at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("note", Text, nullable=False),
)
