"""What one would find behind a job or a workflow of the sample fleet: steps, attempts, results, files, log lines."""

from datetime import datetime, timedelta

from sample_fleet import STEPS

from orchestrator.contract.api.jobs import ArtifactView, AttemptView, JobView, StepView
from orchestrator.contract.api.logs import LogLine
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact, JobResult, StopProof, StopRung
from orchestrator.contract.states import JobStatus, StepStatus


def steps_of(job: JobView) -> tuple[StepView, ...]:
    """The steps of a job's newest attempt, as far as it has come."""
    done = round(job.progress * len(STEPS))
    failed_at = job.error.step_id if job.error else None
    views = []
    is_past_failure = False
    for number, (step_id, name, action, needs) in enumerate(STEPS):
        status = StepStatus.COMPLETED if number < done else StepStatus.PENDING
        if number == done and job.status is JobStatus.RUNNING:
            status = StepStatus.RUNNING
        if is_past_failure and job.status.has_ended:
            status = StepStatus.SKIPPED
        if step_id == failed_at:
            status, is_past_failure = StepStatus.FAILED, True
        length = 1.4 + number * 3.7 if status in (StepStatus.COMPLETED, StepStatus.FAILED) else None
        views.append(
            StepView(
                step_id=step_id,
                name=name,
                action=action,
                status=status,
                dependencies=needs,
                attempts=2 if number == 2 and length else 1 if length else 0,
                duration_s=length,
                message=job.error.message if status is StepStatus.FAILED and job.error else "",
            )
        )
    return tuple(views)


def attempts_of(job: JobView) -> tuple[AttemptView, ...]:
    """The attempts that led to where the job is."""
    return tuple(
        AttemptView(
            attempt=number,
            robot_id=job.robot_id,
            robot_name=job.robot_name,
            claimed_at=job.created_at + timedelta(seconds=number),
            started_at=job.started_at,
            ended_at=job.finished_at,
            outcome=job.status.value
            if number == job.attempt and job.status.has_ended
            else "crashed"
            if number < job.attempt
            else None,
            error=job.error.message
            if job.error and number == job.attempt
            else "The robot was lost."
            if number < job.attempt
            else None,
        )
        for number in range(1, job.attempt + 1)
    )


def variables_of(job: JobView) -> dict[str, JsonValue]:
    """What the job was given."""
    return {
        "site": "http://127.0.0.1:8080",
        "product_keywords": ["Salesforce Agentforce", "Agentforce"],
        "max_pages": 10,
        "filters": {"budget_min": 500, "experience": "expert", "remote": True},
    }


def result_of(job: JobView) -> JobResult | None:
    """What the job gave back."""
    if not job.status.has_ended or job.started_at is None or job.finished_at is None:
        return None
    found: JsonValue = [
        {"title": "Agentforce service agent for a clinic group", "score": 94, "budget": 4_500, "url": "/jobs/4821"},
        {"title": "Salesforce AI discovery workshop", "score": 91, "budget": 1_800, "url": "/jobs/4794"},
        {"title": "Einstein bot to Agentforce migration", "score": 88, "budget": 7_200, "url": "/jobs/4713"},
    ]
    return JobResult(
        job_id=job.job_id,
        attempt=max(job.attempt, 1),
        status=job.status if job.status is not JobStatus.DEAD_LETTER else JobStatus.FAILED,
        outputs={"jobs": found, "count": 37, "duplicates_dropped": 12} if job.status is JobStatus.COMPLETED else {},
        error=job.error,
        started_at=job.started_at,
        finished_at=job.finished_at,
        execution_time_s=job.duration_s or 0.0,
        stop=_stop(job),
    )


def _stop(job: JobView) -> StopProof | None:
    """A cancelled run did not listen: its pages were closed, then its browser was killed."""
    if job.status is not JobStatus.CANCELLED or job.finished_at is None:
        return None
    rungs = (("asked", 0.0), ("pages_closed", 10.0), ("browser_killed", 20.1), ("ended", 20.4))
    return StopProof(
        cause="cancel",
        asked_at=job.finished_at,
        rungs=tuple(StopRung(name=name, after_s=after_s) for name, after_s in rungs),
        sessions_left=0,
        processes_left=0,
        verified_after_s=20.6,
    )


def artifacts_of(job: JobView) -> tuple[ArtifactView, ...]:
    """The files of the job."""
    if not job.status.has_ended or not job.attempt:
        return ()
    picture = Artifact(name="result.png", kind="screenshot", media_type="image/png", size=18_204, step_id="picture")
    table = Artifact(name="jobs.csv", kind="download", media_type="text/csv", size=5_410, step_id="rank")
    return tuple(ArtifactView(attempt=job.attempt, artifact=each) for each in (picture, table))


def logs_of(job: JobView | None, robot: str, now: datetime) -> tuple[LogLine, ...]:
    """What a run says."""
    sentences = (
        ("info", "Session pool with 3 sessions is open."),
        ("debug", "goto http://127.0.0.1:8080/jobs?q=Agentforce&page=1"),
        ("info", "Page 1 of 4: 10 jobs."),
        ("info", "Page 2 of 4: 10 jobs."),
        ("warning", "Page 3 answered 503, trying again in 1.2 s."),
        ("info", "Page 3 of 4: 10 jobs."),
        ("info", "Page 4 of 4: 7 jobs."),
        ("info", "37 jobs after dropping 12 duplicates."),
        ("debug", "extract 37 detail pages, 3 at a time"),
    )
    lines = [
        LogLine(at=now - timedelta(seconds=60 - 3 * n), level=level, message=words, robot_id=robot)
        for n, (level, words) in enumerate(sentences * 2)
    ]
    if job is not None and job.error is not None:
        lines.append(LogLine(at=now, level="error", message=job.error.message, robot_id=robot))
    return tuple(lines)


def definition_of(workflow: WorkflowView) -> dict[str, JsonValue]:
    """The content of a workflow."""
    return {
        "name": workflow.name,
        "description": workflow.description,
        "folder": workflow.folder,
        "variables": {
            "site": {"type": "string", "required": True, "description": "Address of the marketplace"},
            "product_keywords": {
                "type": "list",
                "default": ["Salesforce Agentforce", "Agentforce"],
                "description": "What a job calls the product",
            },
            "max_pages": {"type": "integer", "default": 10, "description": "Result pages read for each keyword"},
            "sort": {"type": "string", "default": "score", "choices": ["score", "newest", "budget"]},
            "dry_run": {"type": "boolean", "default": False, "description": "Look, but send nothing"},
        },
        "parallel_execution": True,
        "timeout": 900,
        "steps": [
            {"id": step_id, "name": name, "action": action, "dependencies": list(needs)}
            for step_id, name, action, needs in STEPS
        ],
    }
