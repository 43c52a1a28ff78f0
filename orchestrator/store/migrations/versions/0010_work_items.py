"""Queues of work items, their items, and what became of each try."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pass
