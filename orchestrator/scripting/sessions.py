"""Sessions: one run each, side by side, with a browser of its own; all of them are given back, whatever happens."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ClientError, RefusedError
from orchestrator.client.following import follow_jobs
from orchestrator.client.tasks import SessionCreationError, TaskCreationError, TaskExecutionError, result_of
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.jobs import JobDetail, JobView, StepView
from orchestrator.contract.api.submissions import SubmitItem, SubmitOutcome
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.scripting.place import Place

log = logging.getLogger(__name__)

RELEASE_LIMIT_S = 45.0
"""A cancel's 30 s of grace, the kill behind it, and a margin."""
_NOT_STARTED = frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.DISPATCHED})


class SessionOutcome(StrEnum):
    """How a session ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_CREATED = "not_created"
    """It could not be had; nothing ran in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResult:
    """What one session gave."""

    session: int
    """Its number, from 1."""
    outcome: SessionOutcome
    session_id: str | None = None
    """None when the orchestrator took no order for it."""
    outputs: Mapping[str, JsonValue] = field(default_factory=dict)
    error: ErrorInfo | None = None
    robot: str = ""
    duration_s: float | None = None

    @property
    def succeeded(self) -> bool:
        """True when the workflow completed in it."""
        return self.outcome is SessionOutcome.COMPLETED


class SessionState(StrEnum):
    """Where a session stands."""

    REQUESTED = "requested"
    """Waits for a place on a robot."""
    ACTIVE = "active"
    PAUSED = "paused"
    """At a checkpoint, without a browser."""
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """One session as it is now."""

    session_id: str
    state: SessionState
    workflow: str
    site: str
    robot: str
    current_step: str
    context: Mapping[str, JsonValue]
    """Whose session it is: the variables that it began with; secret ones are masked."""
    created_at: datetime
    started_at: datetime | None
    expires_at: datetime | None
    """When its time is over, and it is ended; None while it has not begun."""
    ended_at: datetime | None

    @property
    def is_active(self) -> bool:
        """True until it is released."""
        return self.state is not SessionState.RELEASED

    @classmethod
    def of(cls, detail: JobDetail) -> "SessionInfo":
        """A job, seen as a session."""
        job, context = detail.job, detail.variables
        started = job.started_at
        return cls(
            session_id=job.job_id,
            state=_state(job.status),
            workflow=job.workflow_name,
            site=str(context.get("site") or ""),
            robot=job.robot_name,
            current_step=job.current_step,
            context=context,
            created_at=job.created_at,
            started_at=started,
            expires_at=started + timedelta(seconds=detail.timeout_s) if started is not None else None,
            ended_at=job.finished_at,
        )


def _state(status: JobStatus) -> SessionState:
    if status.has_ended:
        return SessionState.RELEASED
    if status in _NOT_STARTED:
        return SessionState.REQUESTED
    return SessionState.PAUSED if status is JobStatus.PAUSED else SessionState.ACTIVE


class SessionDesk:
    """Opens, watches and ends the sessions of one script. All of it happens on one event loop."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open: dict[str, None] = {}

    @property
    def _client(self) -> OrchestratorClient:
        return self._place.client

    async def open(self, orders: Sequence[SubmitItem]) -> tuple[SubmitOutcome, ...]:
        """Ask for sessions; one outcome for each. What was taken counts as open until it is known to have ended."""
        outcomes = await self._client.submissions.submit_many(orders)
        self._open |= dict.fromkeys(each.job_id for each in outcomes if each.job_id)
        return outcomes

    async def open_one(self, order: SubmitItem) -> str:
        """Ask for one session; its id. TaskCreationError when it is refused."""
        outcomes = await self.open([order])
        return outcomes[0].job_id or _refuse(outcomes)

    async def info(self, session_id: str) -> SessionInfo:
        """One session, open or ended; RefusedError when there is none of this id."""
        return SessionInfo.of(await self._client.job(session_id))

    async def active(self) -> list[SessionInfo]:
        """The sessions that this script has opened and that have not ended, oldest first."""
        infos = [await self.info(each) for each in tuple(self._open)]
        for info in infos:
            if not info.is_active:
                self._open.pop(info.session_id, None)
        return [info for info in infos if info.is_active]

    async def end(self, *session_ids: str, reason: str = "The script ended the session.") -> None:
        """End sessions and return when their robots have given them back; those that have ended already are fine."""
        waiting = [each for each in session_ids if await self._cancelled(each, reason)]
        if waiting:
            async with asyncio.timeout(RELEASE_LIMIT_S):
                await follow_jobs(self._client, waiting, Unheard())
        self._forget(session_ids)

    async def release(self, session_ids: Iterable[str] | None = None) -> None:
        """End what is open (of these, or all); troubles are logged and never hide what went wrong before."""
        wanted = self._open if session_ids is None else session_ids
        open_ones = [each for each in wanted if each in self._open]
        if not open_ones:
            return
        try:
            await self.end(*open_ones, reason="The script is done.")
        except (ClientError, TimeoutError) as error:
            log.warning("Sessions could not be ended: %s; the orchestrator ends them after their time.", error)

    async def run(self, orders: Sequence[SubmitItem], *, patience_s: float) -> list[SessionResult]:
        """Run sessions to their ends; one result each, in order.

        A session that finds no place within `patience_s` is given up, and its result says so. Raises TaskCreationError
        when no order was taken, SessionCreationError when no session at all could be had.
        """
        outcomes = await self.open(orders)
        ids = [each.job_id for each in outcomes if each.job_id]
        if not ids:
            _refuse(outcomes)
        try:
            await self._follow(ids, patience_s)
            results = [await self._result(number, each) for number, each in enumerate(outcomes, start=1)]
            self._forget(ids)
        finally:
            await self.release(ids)
        await self._complain(results)
        return results

    async def _follow(self, ids: Sequence[str], patience_s: float) -> None:
        starts = _Starts(ids)
        try:
            async with asyncio.TaskGroup() as group:
                giving_up = group.create_task(self._give_up(starts, patience_s))
                await follow_jobs(self._client, ids, starts)
                giving_up.cancel()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _give_up(self, starts: "_Starts", patience_s: float) -> None:
        try:
            async with asyncio.timeout(patience_s):
                await starts.all_started.wait()
        except TimeoutError:
            for session_id in tuple(starts.missing):
                await self._cancelled(session_id, f"No session was free within {patience_s:g} s.")

    async def _cancelled(self, session_id: str, reason: str) -> bool:
        """Ask for its end; False when it has ended already."""
        try:
            await self._client.cancel(session_id, reason=reason)
        except RefusedError as refusal:
            if refusal.status != 409:
                raise
            return False
        return True

    async def _result(self, number: int, outcome: SubmitOutcome) -> SessionResult:
        if outcome.job_id is None:
            error = ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=_body(outcome).message)
            return SessionResult(session=number, outcome=SessionOutcome.NOT_CREATED, error=error)
        return result_of_session(number, await self._client.job(outcome.job_id))

    async def _complain(self, results: Sequence[SessionResult]) -> None:
        """Say what is missing; SessionCreationError when that is everything."""
        missing = [each for each in results if each.outcome is SessionOutcome.NOT_CREATED]
        if not missing:
            return
        why = missing[0].error.message if missing[0].error is not None else ""
        if len(missing) == len(results) and missing[0].session_id is not None:
            detail = await self._client.job(missing[0].session_id)
            message = f"None of the {len(results)} sessions could be had: {why}"
            raise SessionCreationError(detail, ErrorInfo(kind=ErrorKind.PROVIDER_CAPACITY, message=message))
        log.warning("Only %d of %d sessions could be had: %s", len(results) - len(missing), len(results), why)

    def _forget(self, session_ids: Iterable[str]) -> None:
        for each in session_ids:
            self._open.pop(each, None)


def result_of_session(number: int, detail: JobDetail) -> SessionResult:
    """What a session that has ended gave."""
    job = detail.job
    outcome, error = SessionOutcome.COMPLETED, job.error
    try:
        outputs = result_of(detail).outputs
    except SessionCreationError as failure:
        outcome, error, outputs = SessionOutcome.NOT_CREATED, failure.error, {}
    except TaskExecutionError as failure:
        outputs = detail.result.outputs if detail.result is not None else {}
        outcome, error = _failed_outcome(job), failure.error
    if outcome is SessionOutcome.NOT_CREATED and error is None:
        error = ErrorInfo(kind=ErrorKind.PROVIDER_CAPACITY, message=job.waiting or "No session was free in time.")
    return SessionResult(
        session=number,
        session_id=job.job_id,
        outcome=outcome,
        outputs=outputs,
        error=error,
        robot=job.robot_name,
        duration_s=job.duration_s,
    )


def _failed_outcome(job: JobView) -> SessionOutcome:
    if job.status is not JobStatus.CANCELLED:
        return SessionOutcome.FAILED
    return SessionOutcome.CANCELLED if job.started_at is not None else SessionOutcome.NOT_CREATED


def _body(outcome: SubmitOutcome) -> ErrorBody:
    return outcome.error or ErrorBody(code="internal", message="The orchestrator took no order, and did not say why.")


def _refuse(outcomes: Sequence[SubmitOutcome]) -> NoReturn:
    raise TaskCreationError(RefusedError(422, _body(outcomes[0])))


class Unheard:
    """Nobody listens to how the jobs move."""

    def job_changed(self, job: JobView) -> None:
        """A job as it is now."""

    def steps_changed(self, job_id: str, steps: tuple[StepView, ...]) -> None:
        """Steps of a job."""

    def note(self, text: str) -> None:
        """Something that a person should know."""
        log.info("%s", text)


class _Starts(Unheard):
    """Which sessions have not begun yet."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.missing = dict.fromkeys(ids)
        self.all_started = asyncio.Event()

    def job_changed(self, job: JobView) -> None:
        """A session that runs or has ended is not missing any more."""
        if job.status not in _NOT_STARTED:
            self.missing.pop(job.job_id, None)
        if not self.missing:
            self.all_started.set()
