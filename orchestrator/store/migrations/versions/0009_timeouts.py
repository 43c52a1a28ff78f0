"""A time limit of 1800 s was also what was written down for none: from now on it is one that somebody wants."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NO_LIMIT_S = 1_800.0


def upgrade() -> None:
    versions = sa.table(
        "workflow_versions",
        sa.column("workflow_id", sa.String),
        sa.column("number", sa.Integer),
        sa.column("definition", sa.Text),
    )
    connection = op.get_bind()
    keys = connection.execute(sa.select(versions.c.workflow_id, versions.c.number)).all()
    for workflow_id, number in keys:
        is_it = (versions.c.workflow_id == workflow_id) & (versions.c.number == number)
        text = connection.execute(sa.select(versions.c.definition).where(is_it)).scalar_one()
        definition = json.loads(text)
        if isinstance(definition, dict) and definition.get("timeout_s") == _NO_LIMIT_S:
            del definition["timeout_s"]
            kept = json.dumps(definition, ensure_ascii=False, separators=(",", ":"))
            connection.execute(sa.update(versions).where(is_it).values(definition=kept))
