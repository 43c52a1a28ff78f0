"""How large each file of a job is, whether its bytes are still there, and incidents that somebody wants kept."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("artifacts", sa.Column("size", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("artifacts", sa.Column("is_kept", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index("ix_artifacts_is_kept", "artifacts", ["is_kept", "job_id"], unique=False)
    op.create_table(
        "incident_pins",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("pinned_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_incident_pins")),
    )
    measure()


def measure() -> None:
    """Files that are there already: their size stands in what is known of them."""
    files = sa.table("artifacts", *map(sa.column, ("job_id", "attempt", "name", "artifact", "size")))
    key = (files.c.job_id, files.c.attempt, files.c.name)
    connection = op.get_bind()
    after: tuple[str, int, str] = ("", 0, "")
    while True:
        is_further = sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after))
        query = sa.select(*key, files.c.artifact).where(is_further).order_by(*key).limit(_AT_ONCE)
        page = connection.execute(query).all()
        for *place, document in page:
            is_it = sa.tuple_(*key).in_([tuple(place)])
            connection.execute(sa.update(files).where(is_it).values(size=int(json.loads(document).get("size", 0))))
        if len(page) < _AT_ONCE:
            return
        after = page[-1][0], page[-1][1], page[-1][2]
