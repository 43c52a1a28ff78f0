"""What Alembic runs: the migrations, on the connection that `migrate` hands over."""

from alembic import context

from orchestrator.store import schema_seats  # noqa: F401  a table that no aggregate of the service's names
from orchestrator.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
)
context.run_migrations()
