"""Deployments, failure groups, discards, bulk actions, robots' plans, seals of the audit; versions that return."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _versions()
    _failures()
    _bulk()
    op.create_table(
        "deployments",
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("robot_id", sa.String(), nullable=False),
        sa.Column("workflow_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", "robot_id", name=op.f("pk_deployments")),
    )
    op.create_index("ix_deployments_robot_id", "deployments", ["robot_id"], unique=False)
    op.create_table(
        "robot_plans",
        sa.Column("robot_id", sa.String(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("robot_id", name=op.f("pk_robot_plans")),
    )
    op.create_table(
        "audit_seals",
        sa.Column("last", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("last", name=op.f("pk_audit_seals")),
    )


def _versions() -> None:
    """A version is its number from now on, so that an old content can come back as a new version."""
    with op.batch_alter_table("workflow_versions") as batch:
        batch.add_column(sa.Column("saved_by", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch.drop_constraint("uq_workflow_versions_workflow_id", type_="unique")
        batch.drop_constraint("pk_workflow_versions", type_="primary")
        batch.create_primary_key("pk_workflow_versions", ["workflow_id", "number"])
    op.create_index("ix_workflow_versions_hash", "workflow_versions", ["workflow_id", "workflow_hash"], unique=False)
    op.add_column("workflows", sa.Column("newest_number", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE workflows SET newest_number = (SELECT number FROM workflow_versions AS v"
        " WHERE v.workflow_id = workflows.workflow_id AND v.workflow_hash = workflows.newest_hash)"
    )


def _failures() -> None:
    op.add_column("jobs", sa.Column("fingerprint", sa.String(), nullable=True))
    has_one = sa.text("fingerprint IS NOT NULL")
    op.create_index(
        "ix_jobs_fingerprint",
        "jobs",
        ["fingerprint", "created_at"],
        unique=False,
        sqlite_where=has_one,
        postgresql_where=has_one,
    )
    op.create_table(
        "failure_groups",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_failure_groups")),
    )
    op.create_index("ix_failure_groups_last_seen_at", "failure_groups", ["state", "last_seen_at"], unique=False)
    op.create_table(
        "failure_places",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("workflow_hash", sa.String(), nullable=False),
        sa.Column("robot_id", sa.String(), nullable=False),
        sa.Column("workflow_name", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "fingerprint", "workflow_id", "workflow_hash", "robot_id", name=op.f("pk_failure_places")
        ),
    )
    op.create_table(
        "discards",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "attempt", name=op.f("pk_discards")),
    )


def _bulk() -> None:
    op.create_table(
        "bulk_operations",
        sa.Column("operation_id", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_bulk_operations")),
    )
    op.create_index("ix_bulk_operations_started_at", "bulk_operations", ["started_at"], unique=False)
    op.create_table(
        "bulk_items",
        sa.Column("operation_id", sa.String(), nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", "job_id", name=op.f("pk_bulk_items")),
    )
