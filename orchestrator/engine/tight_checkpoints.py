"""Asks for checkpoints when a machine gets tight, before whatever may happen to what runs on it."""

import logging

from orchestrator.contract.checkpoints import CheckpointKind
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import ResourcesTight
from orchestrator.domain.job import Job
from orchestrator.engine.bus import EventBus
from orchestrator.engine.checkpoints import CheckpointManager
from orchestrator.engine.job_queue import JobQueue

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Checkpoints asked for at one crossing: what is to help must not be the last straw."""


class TightCheckpoints:
    """A robot's machine: its jobs. The orchestrator's machine: the jobs that have run longest, wherever they are."""

    def __init__(self, checkpoints: CheckpointManager, queue: JobQueue, bus: EventBus) -> None:
        self._checkpoints = checkpoints
        self._queue = queue
        bus.subscribe(ResourcesTight, self._on_tight)

    def _on_tight(self, event: ResourcesTight) -> None:
        jobs = [job for job in self._queue.get_by_status(JobStatus.RUNNING) if event.robot_id in {None, job.robot_id}]
        note = f"{event.resource} at {event.share:.0%} ({event.level})"
        asked = [self._ask(job, note) for job in jobs[:MOST_AT_ONCE]]
        if any(asked):
            logger.info("%d checkpoints were asked for: %s.", sum(asked), note)

    def _ask(self, job: Job, note: str) -> bool:
        return self._checkpoints.request(job.job_id, CheckpointKind.AUTOMATIC, note=note) is not None
