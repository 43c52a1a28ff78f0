"""The table that tells which key the database's secrets are sealed with."""

from sqlalchemy import Column, LargeBinary, String, Table

from orchestrator.store.columns import Instant
from orchestrator.store.schema import metadata

vault_proofs = Table(
    "vault_proofs",
    metadata,
    Column("name", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", Instant, nullable=False),
)
