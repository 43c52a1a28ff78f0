"""Log lines of jobs and robots, and of the orchestrator itself."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import View
from orchestrator.contract.ids import JsonValue


class LogLine(View):
    """A log line with its place."""

    at: datetime
    level: str
    message: str
    robot_id: str = ""
    job_id: str | None = None
    attempt: int | None = None
    step_id: str | None = None
    logger: str = ""
    """Which part of the orchestrator wrote it; empty in the logs of jobs and robots."""
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class LogPage(View):
    """`GET /jobs/{id}/logs`, `GET /robots/{id}/logs` and `GET /logs`: lines in order; `cursor` goes on behind them."""

    lines: tuple[LogLine, ...]
    cursor: int
