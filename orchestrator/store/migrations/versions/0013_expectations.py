"""Why a job that completed is suspect, beside its status."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("suspicion", sa.Text(), nullable=True))
