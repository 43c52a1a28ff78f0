"""How one run is: what older systems call a workflow's status."""

from orchestrator.contract.api.jobs import RunCondition
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.job import Job
from orchestrator.engine.engine import OrchestratorEngine

_USAGE = ("cpu_percent", "memory_percent", "disk_percent", "process_memory_bytes")


async def run_condition(engine: OrchestratorEngine, job: Job, definition: WorkflowDefinition | None) -> RunCondition:
    """State, context, resource usage, alerts, checkpoints and recoveries of a job."""
    checkpoints = await engine.checkpoints.list(job_id=job.job_id, limit=None)
    newest = checkpoints[0].facts if checkpoints else None
    robot = engine.pool.get(job.robot_id) if job.robot_id is not None else None
    questions = await engine.questions.listing(job_id=job.job_id) if job.status is JobStatus.WAITING_FOR_HUMAN else ()
    is_pausing = job.status is JobStatus.RUNNING and job.pause_reason is not None
    return RunCondition(
        state="pausing" if is_pausing else job.status.value,
        iteration=newest.iteration if newest is not None else 1,
        iterations=definition.iterations if definition is not None else 1,
        current_stage=job.current_step,
        resource_usage={name: robot.metrics[name] for name in _USAGE if name in robot.metrics} if robot else {},
        active_alerts=tuple(
            each.message for each in engine.watch.alerts.open() if each.concerns(job.job_id, job.robot_id)
        ),
        checkpoint_count=len(checkpoints),
        recovery_attempts=await engine.recovery.attempts_of(job.job_id),
        resume_from=job.resume_from,
        pause_reason=job.pause_reason,
        error_owner=job.error.kind.owner if job.error is not None else None,
        open_questions=len(questions),
    )
