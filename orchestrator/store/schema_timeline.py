"""The tables of the timeline: when robots came, went and were kept from work, and how full the queue was."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from orchestrator.store.columns import Instant
from orchestrator.store.schema import metadata

robot_states = Table(
    "robot_states",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("robot_id", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("name", String, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_robot_states_robot_id", "robot_id", "at"),
    Index("ix_robot_states_at", "at"),
    sqlite_autoincrement=True,
)

fleet_samples = Table(
    "fleet_samples",
    metadata,
    Column("at", Instant, primary_key=True, autoincrement=False),
    Column("waiting", Integer, nullable=False),
    Column("running", Integer, nullable=False),
    Column("is_coarse", Boolean, nullable=False),
)
