"""What those who look at runs are shown of them, beside the picture."""

from orchestrator.contract.api.live import LeaseView, LookView
from orchestrator.contract.states import JobStatus
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.live_frames import RunLook
from orchestrator.engine.take_overs import Lease


def look_view(engine: OrchestratorEngine, look: RunLook) -> LookView:
    """How a run stands."""
    job = engine.queue.get(look.job_id)
    robot = engine.pool.get(job.robot_id) if job is not None and job.robot_id is not None else None
    return LookView(
        job_id=look.job_id,
        workflow=job.workflow_name if job is not None else "",
        robot=robot.name if robot is not None else "",
        slots=robot.slots if robot is not None else 1,
        status=look.status,
        step=job.current_step if job is not None else "",
        problem=look.problem,
        parked=look.parked,
        running=look.running,
        holder=look.holder,
        until=look.until,
        has_ended=JobStatus(look.status).has_ended,
    )


def lease_view(lease: Lease) -> LeaseView:
    """A lease, for its holder."""
    return LeaseView(
        job_id=lease.job_id,
        holder=lease.holder,
        token=lease.token,
        since=lease.since,
        until=lease.until,
        is_held=lease.is_held,
    )
