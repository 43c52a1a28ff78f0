"""One running attempt: lets it run, ends it on a ladder of ever harder means, and tells what really happened."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.terms import CANCEL_GRACE_S
from orchestrator.contract.results import JobResult, StepResult, StopProof, StopRung
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.trace import trace_id, traceparent_of
from robot.attempts import attempt_of
from robot.clock import Clock
from robot.job_folders import JobFolders
from robot.logs import current_attempt, current_trace
from robot.ports import Remains, WorkflowHost
from robot.progress import ProgressBoard

COOPERATIVE_S = 3.0
"""How long a run may take to stop by itself; a hung page must be closed within 5 s of a cancel."""
PAGES_S = 5.0
KILL_S = 5.0
TICK_S = 0.001
"""Less than this is no time left: sums of times are not exact, and a wait of nothing would only ask again."""
TIMEOUT_SLACK_S = 3.0
"""The executor keeps the limit itself, knows more, and needs a moment to gather what is left to look at; this one is
the second line."""

logger = logging.getLogger(__name__)


class StopCause(StrEnum):
    """Why an attempt is stopped before its end."""

    CANCEL = "cancel"
    TIMEOUT = "timeout"
    SHUTDOWN = "shutdown"
    REVOKE = "revoke"
    """Nobody wants its result any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An order to stop."""

    cause: StopCause
    reason: str = ""
    grace_s: float = CANCEL_GRACE_S
    """Most time for stopping without force."""


_PROOF_WORDS = {"cooperative": "asked", "page_closed": "pages_closed", "killed": "browser_killed"}


class _StopLog:
    """Writes down what was done to stop a run, and when."""

    def __init__(self, *, cause: StopCause, clock: Clock) -> None:
        self._cause = cause
        self._clock = clock
        self._asked_at = clock.now()
        self._began = clock.monotonic()
        self._rungs: list[StopRung] = []

    @property
    def passed_s(self) -> float:
        """Since the order."""
        return max(0.0, self._clock.monotonic() - self._began)

    def note(self, name: str) -> float:
        """Something was done, or seen; after how many seconds."""
        rung = StopRung(name=name, after_s=self.passed_s)
        self._rungs.append(rung)
        return rung.after_s

    def proof(self, left: Remains) -> StopProof:
        """All of it, with what is left of the run."""
        return StopProof(
            cause=self._cause.value,
            asked_at=self._asked_at,
            rungs=tuple(self._rungs),
            sessions_left=left.sessions,
            processes_left=left.processes,
            verified_after_s=self.passed_s,
        )


class AttemptRun:
    """See the module. `run` is its body, awaited by one task that nobody else cancels."""

    def __init__(
        self,
        assignment: JobAssignment,
        *,
        host: WorkflowHost,
        board: ProgressBoard,
        folders: JobFolders,
        clock: Clock,
        waited_s: Callable[[AttemptRef], float] = lambda _: 0.0,
    ) -> None:
        """`waited_s`: how long an attempt has waited for people, which does not count against its limit."""
        self.assignment = assignment
        self.ref = attempt_of(assignment)
        self._trace_id = trace_id(traceparent_of(assignment.job_id, assignment.traceparent))
        self._host = host
        self._board = board
        self._folders = folders
        self._clock = clock
        self._waited_s = waited_s
        self._wake = asyncio.Event()
        self._order: Stop | None = None
        self._proof: StopProof | None = None
        self._began_at = clock.now()
        self._began = clock.monotonic()

    @property
    def is_stopping(self) -> bool:
        """True once it was told to stop."""
        return self._order is not None

    @property
    def is_revoked(self) -> bool:
        """True when no result is wanted."""
        return self._order is not None and self._order.cause is StopCause.REVOKE

    def stop(self, order: Stop) -> None:
        """Stop the run; the first order counts, except that a revoke overrides any other."""
        if self._order is None or order.cause is StopCause.REVOKE:
            self._order = order
        self._wake.set()

    def never_started(self, reason: str) -> JobResult:
        """The result of an attempt that was cancelled between its acceptance and its start."""
        self._order = Stop(cause=StopCause.CANCEL, reason=reason)
        return self._judged(None, "not started")

    async def run(self, group: asyncio.TaskGroup) -> JobResult | None:
        """Run to the end; None when the attempt was revoked. `group` owns the work, also work that will not stop."""
        work = group.create_task(self._guarded(), name=f"job {self.ref.job_id} attempt {self.ref.attempt}")
        work.add_done_callback(lambda _: self._folders.ended(self.ref))
        work.add_done_callback(lambda _: self._wake.set())
        stopped_by = None
        await self._until_something_happens()
        if not work.done():
            if self._order is None:
                self._order = Stop(cause=StopCause.TIMEOUT)
            stopped_by = await self._bring_down(work)
        if self.is_revoked:
            return None
        return self._judged(_value(work), stopped_by)

    async def _guarded(self) -> JobResult:
        """The run; what it raises becomes a result, so that one broken job never ends the robot."""
        current_attempt.set(self.ref)
        current_trace.set(self._trace_id)
        try:
            folder = await asyncio.to_thread(self._folders.make, self.ref)
            result = await self._host.run(self.assignment, listener=self._board, folder=folder)
            return result.model_copy(update={"trace_id": self._trace_id})
        except Exception as error:
            # The border between the robot and arbitrary workflows: whatever escapes is that job's failure.
            logger.exception("The run broke.")
            message = f"The robot failed while it ran this job: {type(error).__name__}: {error}"
            return self._result(JobStatus.FAILED, ErrorInfo(kind=ErrorKind.INTERNAL, message=message[:16_384]))

    async def _until_something_happens(self) -> None:
        """Returns when the work has ended, it is to stop, or its time is up; waiting for a person takes no time."""
        began = self._clock.monotonic()
        left_s = self.assignment.timeout_s + TIMEOUT_SLACK_S
        while left_s > TICK_S and not await self._woken(left_s):
            spent_s = self._clock.monotonic() - began - self._waited_s(self.ref)
            left_s = self.assignment.timeout_s + TIMEOUT_SLACK_S - spent_s

    async def _woken(self, limit_s: float) -> bool:
        try:
            async with asyncio.timeout(limit_s):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _bring_down(self, work: asyncio.Task[JobResult]) -> str:
        """Stop the work, harder and harder; says which rung did it and after how long."""
        log = _StopLog(cause=(self._order or Stop(cause=StopCause.TIMEOUT)).cause, clock=self._clock)
        look = self._host.stopping(self.ref)
        stopped_by = await self._climb(work, log)
        self._proof = log.proof(look())
        return stopped_by

    async def _climb(self, work: asyncio.Task[JobResult], log: "_StopLog") -> str:
        for rung, act, limit_s in self._ladder(work):
            log.note(_PROOF_WORDS[rung])
            await act()
            await self._ended(work, limit_s)
            if work.done():
                return f"{rung} after {log.note('ended'):.2f} s"
        logger.error("The run did not stop, not even by force; it is left behind.")
        return f"nothing within {log.passed_s:.2f} s"

    def _ladder(self, work: asyncio.Task[JobResult]) -> tuple[tuple[str, Callable[[], Awaitable[None]], float], ...]:
        order = self._order or Stop(cause=StopCause.TIMEOUT)
        gentle_s = min(COOPERATIVE_S, order.grace_s)

        async def ask() -> None:
            work.cancel()

        return (
            ("cooperative", ask, gentle_s),
            ("page_closed", lambda: self._host.close_pages(self.ref), min(PAGES_S, order.grace_s - gentle_s)),
            ("killed", lambda: self._host.kill(self.ref), KILL_S),
        )

    async def _ended(self, work: asyncio.Task[JobResult], limit_s: float) -> None:
        await asyncio.wait({work}, timeout=max(0.0, limit_s))

    def _judged(self, result: JobResult | None, stopped_by: str | None) -> JobResult:
        """What really happened wins: work that was complete stays complete, whoever wanted it stopped."""
        if result is not None and (stopped_by is None or result.status is JobStatus.COMPLETED):
            return result
        status, error = self._verdict()
        known = result or self._result(status, error)
        proof = {"stopped_by": stopped_by, "stop": self._proof}
        return known.model_copy(update={"status": status, "error": error, **proof})

    def _verdict(self) -> tuple[JobStatus, ErrorInfo]:
        order = self._order or Stop(cause=StopCause.CANCEL)
        because = f": {order.reason}" if order.reason else "."
        match order.cause:
            case StopCause.TIMEOUT:
                message = f"The job did not end within {self.assignment.timeout_s:g} s."
                hint = "Give the workflow a longer `timeout`, or its slow steps a shorter one."
                return JobStatus.TIMEOUT, ErrorInfo(kind=ErrorKind.TIMEOUT, message=message, hint=hint)
            case StopCause.SHUTDOWN:
                message = f"The robot was stopped while it ran this job{because}"
                return JobStatus.FAILED, ErrorInfo(kind=ErrorKind.ROBOT_LOST, message=message)
            case StopCause.CANCEL | StopCause.REVOKE:
                return JobStatus.CANCELLED, ErrorInfo(
                    kind=ErrorKind.CANCELLED, message=f"The job was cancelled{because}"[:16_384]
                )

    def _result(self, status: JobStatus, error: ErrorInfo) -> JobResult:
        return JobResult(
            job_id=self.ref.job_id,
            attempt=self.ref.attempt,
            trace_id=self._trace_id,
            status=status,
            step_results=tuple(
                StepResult(
                    step_id=step.step_id,
                    name=step.name,
                    status=step.status if step.status.has_ended else StepStatus.FAILED,
                    duration_s=step.duration_s or 0.0,
                    attempts=step.attempt,
                    note=None if step.status.has_ended else "It was running when the job ended.",
                )
                for step in self._board.steps
            ),
            error=error,
            started_at=self._began_at,
            finished_at=self._clock.now(),
            execution_time_s=max(0.0, self._clock.monotonic() - self._began),
        )


def _value(work: asyncio.Task[JobResult]) -> JobResult | None:
    """What the work gave; None when it was cancelled, or will not end."""
    return work.result() if work.done() and not work.cancelled() else None
