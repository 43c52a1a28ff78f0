"""The text of workflows as it was written, with its comments; versions from before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("workflow_versions", sa.Column("source", sa.Text(), nullable=False, server_default=""))
