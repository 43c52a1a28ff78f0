"""A person's retry from a checkpoint: which one, whether it fits the workflow, what is reused and what runs again."""

from dataclasses import dataclass

from orchestrator.contract.checkpoints import CheckpointKind
from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.checkpoints import Checkpoint, ResumePlan, mismatches, resume_plan
from orchestrator.domain.job import Job
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.checkpoints import CheckpointManager
from orchestrator.engine.clock import Clock
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, retried


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """What a retry from a checkpoint will do."""

    checkpoint: Checkpoint
    plan: ResumePlan
    version: WorkflowVersion


class ResumptionDesk:
    """Retries from checkpoints."""

    def __init__(
        self, queue: JobQueue, checkpoints: CheckpointManager, workflows: WorkflowDistributor, clock: Clock
    ) -> None:
        self._queue = queue
        self._checkpoints = checkpoints
        self._workflows = workflows
        self._clock = clock

    async def plan(self, job_id: JobId, *, checkpoint_id: str | None = None, newest: bool = False) -> Resumption:
        """What would happen; nothing does. `newest`: on the newest version of the workflow.

        NotFoundError for a job or checkpoint that does not exist; ConflictError when the job has no checkpoint, has not
        ended without success, or the steps that are done differ between the versions.
        """
        job = await self._queue.find(job_id)
        if job is None:
            raise NotFoundError("job", job_id)
        _check_state(job)
        checkpoint = await self._chosen(job, checkpoint_id)
        pinned = await self._workflows.version_of(job)
        version = await self._workflows.current(job.workflow_id) if newest else pinned
        if version is None:
            raise ConflictError(f"The workflow version {job.workflow_hash} of job {job_id} is gone.")
        if pinned is not None and pinned.workflow_hash != version.workflow_hash:
            differences = mismatches(pinned.definition, version.definition, checkpoint.facts.done)
            if differences:
                raise ConflictError(f"The checkpoint does not fit the newest version. {' '.join(differences)}")
        return Resumption(
            checkpoint=checkpoint, plan=resume_plan(version.definition, checkpoint.facts), version=version
        )

    async def retry(
        self, job_id: JobId, *, checkpoint_id: str | None = None, newest: bool = False, actor: str = "engine"
    ) -> Job:
        """Queue an ended job again, to go on from its newest or the given checkpoint. Raises what `plan` raises."""
        resumption = await self.plan(job_id, checkpoint_id=checkpoint_id, newest=newest)
        point = self._checkpoints.choose(resumption.checkpoint)

        def decide(job: Job) -> Move:
            _check_state(job)
            wanted = resumption.version.workflow_hash
            return retried(job, actor=actor, at=self._clock.now(), point=point, workflow_hash=wanted)

        after = await self._queue.move(job_id, decide)
        assert after is not None
        return after

    async def _chosen(self, job: Job, checkpoint_id: str | None) -> Checkpoint:
        if checkpoint_id is not None:
            checkpoint = await self._checkpoints.get(checkpoint_id)
            if checkpoint.job_id != job.job_id:
                raise ConflictError(f"Checkpoint {checkpoint_id} belongs to job {checkpoint.job_id}.")
            return checkpoint
        known = await self._checkpoints.list(job_id=job.job_id, limit=None)
        # what was taken after a recovery that failed in the end may hold what went wrong; an error's own does not
        best = next((each for each in known if each.kind is not CheckpointKind.RECOVERY), None)
        if best is None:
            raise ConflictError(f"Job {job.job_id} has no checkpoint; retry it from the start.")
        return best


def _check_state(job: Job) -> None:
    if not job.status.has_ended or job.status is JobStatus.COMPLETED:
        raise ConflictError(f"Job {job.job_id} is {job.status}; only a job that did not succeed can be retried.")
