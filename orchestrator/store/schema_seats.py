"""The table that says who writes: one row for each orchestrator's seat, changed in every transaction."""

from sqlalchemy import BigInteger, Column, String, Table

from orchestrator.store.schema import metadata

seats = Table(
    "seats",
    metadata,
    Column("seat", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("mark", BigInteger, nullable=False),
)
