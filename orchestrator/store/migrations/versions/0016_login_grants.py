"""Which workflows may use a kept login; those that were kept before may be used by any, as they could."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("memories", sa.Column("allowed", sa.String(), nullable=True))
