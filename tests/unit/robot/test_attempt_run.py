"""When the time of a run is up."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.attempt_run import TIMEOUT_SLACK_S, AttemptRun
from robot.clock import SystemClock
from robot.job_folders import JobFolders
from robot.ports import AttemptListener, Captured, HostFigures, Remains
from robot.progress import ProgressBoards

LIMIT_S = 10.0


class EndlessHost:
    """Runs until it is cancelled."""

    browser = "none"
    capabilities = ()

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def stopping(self, ref: AttemptRef) -> Callable[[], Remains]:
        return lambda: Remains(sessions=0, processes=0)

    async def close_pages(self, ref: AttemptRef) -> None: ...

    async def kill(self, ref: AttemptRef) -> None: ...

    def figures(self) -> HostFigures:
        return HostFigures()

    async def capture(self, ref: AttemptRef, what: CaptureKind, *, trace_s: float, folder: Path) -> Captured:
        return Captured()

    async def run(self, assignment: JobAssignment, *, listener: AttemptListener, folder: Path) -> JobResult:
        return await asyncio.Future[JobResult]()


class StuckClock(SystemClock):
    """Stands a hair before the end of the run, as a sum of times does."""

    def __init__(self, end_s: float) -> None:
        self._readings = [0.0, 0.0]
        self._almost_s = end_s - 1e-12

    def monotonic(self) -> float:
        return self._readings.pop() if self._readings else self._almost_s


async def test_a_remainder_of_time_that_is_no_time_ends_the_run(tmp_path: Path) -> None:
    assignment = an_assignment(timeout_s=0.001)
    ref = AttemptRef(job_id=assignment.job_id, attempt=assignment.attempt)
    run = AttemptRun(
        assignment,
        host=EndlessHost(),
        board=ProgressBoards().open(ref),
        folders=JobFolders(tmp_path),
        clock=StuckClock(assignment.timeout_s + TIMEOUT_SLACK_S),
    )
    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as group:
        result = await run.run(group)
    assert result is not None
    assert result.status is JobStatus.TIMEOUT


def an_assignment(*, timeout_s: float) -> JobAssignment:
    steps = [{"id": "look", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}]
    return JobAssignment(
        job_id="job-1",
        attempt=1,
        workflow=WorkflowDefinition.model_validate({"name": "Look", "steps": steps}),
        workflow_hash="",
        timeout_s=timeout_s,
        lease_s=15.0,
        start=True,
    )
