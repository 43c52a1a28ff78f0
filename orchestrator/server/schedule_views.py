"""What happened to a schedule's instants, as the API shows it."""

from orchestrator.contract.api.schedules import InstantView
from orchestrator.domain.job import Job
from orchestrator.engine.ports.schedules import FireRecord


def instant_view(record: FireRecord, job: Job | None) -> InstantView:
    """One line of a schedule's history."""
    return InstantView(
        fire_at=record.fire_at,
        since_at=record.since_at,
        instants=record.instants,
        considered_at=record.considered_at,
        outcome=record.outcome.value,
        note=record.note,
        job_id=record.job_id,
        job_status=job.status if job is not None else None,
    )
