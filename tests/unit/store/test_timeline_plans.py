"""No question about the fleet's past reads all jobs or all attempts, however many there are."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event

import orchestrator.store.services  # noqa: F401  the tables of every aggregate are known once it is loaded
from orchestrator.contract.ids import JobId, RobotId
from orchestrator.domain.timeline import Run
from orchestrator.store import timeline_runs, timeline_waits
from orchestrator.store.schema import metadata

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RUN = Run(job_id=JobId("j"), attempt=1, workflow_name="", robot_id=RobotId("r"), started_at=NOW, ended_at=NOW + HOUR)

QUESTIONS: dict[str, tuple[Callable[[Connection], object], set[str]]] = {
    "a window": (
        lambda connection: timeline_runs.between(connection, NOW - HOUR, NOW, 100, 60),
        {"ix_attempts_ended_at", "ix_attempts_long"},
    ),
    "a window in which too much ran": (
        lambda connection: timeline_runs.between(connection, NOW - HOUR, NOW, -1, 60),
        {"ix_attempts_ended_at", "ix_attempts_long"},
    ),
    "what ran at a moment": (
        lambda connection: timeline_runs.running_at(connection, NOW, 100),
        {"ix_attempts_ended_at", "ix_attempts_long"},
    ),
    "what waited at a moment": (
        lambda connection: timeline_waits.waiting_at(connection, NOW, 50),
        {"ix_attempts_waited", "ix_jobs_status"},
    ),
    "what had failed": (
        lambda connection: timeline_runs.failed_between(connection, NOW - HOUR, NOW, 20),
        {"ix_attempts_ended_at"},
    ),
    "the steps of runs": (lambda connection: timeline_runs.steps_at(connection, [RUN], NOW), set()),
}


@pytest.mark.feature("X24")
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_about_the_past_goes_by_index(name: str) -> None:
    ask, wanted = QUESTIONS[name]
    asked: list[tuple[str, Any]] = []
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        ask(connection)
        questions = tuple(asked)
        plans = [
            str(row[3])
            for statement, values in questions
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    engine.dispose()
    assert questions
    assert [plan for plan in plans if plan.startswith(("SCAN attempts", "SCAN jobs", "SCAN results"))] == []
    assert {index for index in wanted if any(index in plan for plan in plans)} == wanted
