"""Queries over what runs leave behind: attempts, results, steps and files."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, JobResult
from orchestrator.engine.ports.jobs import AttemptRecord
from orchestrator.store.schema import artifacts, attempts, results, steps
from orchestrator.store.upsert import upsert


def attempts_of(connection: Connection, job_id: JobId) -> Sequence[AttemptRecord]:
    """The attempts of a job, oldest first."""
    query = select(attempts).where(attempts.c.job_id == job_id).order_by(attempts.c.attempt)
    return [_attempt_of(row) for row in connection.execute(query).mappings()]


def newest_result(connection: Connection, job_id: JobId) -> JobResult | None:
    """The result of the newest attempt that has one."""
    query = select(results.c.result).where(results.c.job_id == job_id).order_by(results.c.attempt.desc()).limit(1)
    text = connection.execute(query).scalar_one_or_none()
    return None if text is None else JobResult.model_validate_json(text)


def merge_steps(connection: Connection, job_id: JobId, attempt: int, changed: Sequence[StepProgress]) -> None:
    """Remember the newest word on each step."""
    newest = {step.step_id: step for step in changed}
    upsert(
        connection,
        steps,
        [
            {"job_id": job_id, "attempt": attempt, "step_id": step.step_id, "progress": step.model_dump(mode="json")}
            for step in newest.values()
        ],
    )


def steps_of(connection: Connection, job_id: JobId, attempt: int) -> Sequence[StepProgress]:
    """What is known of the steps of an attempt, in no particular order."""
    query = select(steps.c.progress).where(steps.c.job_id == job_id, steps.c.attempt == attempt)
    return [StepProgress.model_validate(document) for document in connection.execute(query).scalars()]


def add_artifact(connection: Connection, job_id: JobId, attempt: int, artifact: Artifact) -> None:
    """Remember a file; a file of the same name is replaced."""
    row = {
        "job_id": job_id,
        "attempt": attempt,
        "name": artifact.name,
        "artifact": artifact.model_dump(mode="json"),
        "size": artifact.size,
        "is_kept": artifact.is_kept,
    }
    upsert(connection, artifacts, [row])


def artifacts_of(connection: Connection, job_id: JobId) -> Sequence[tuple[int, Artifact]]:
    """(attempt, file) of a job, by attempt and name."""
    query = select(artifacts).where(artifacts.c.job_id == job_id).order_by(artifacts.c.attempt, artifacts.c.name)
    rows = connection.execute(query).mappings()
    return [(row["attempt"], Artifact.model_validate(row["artifact"])) for row in rows]


def _attempt_of(row: RowMapping) -> AttemptRecord:
    return AttemptRecord(
        job_id=JobId(row["job_id"]),
        attempt=row["attempt"],
        robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
        claimed_at=row["claimed_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        outcome=row["outcome"],
        error=row["error"],
        queued_at=row["queued_at"],
    )
