"""The robot's slots: takes offers, starts each attempt once, stops what must stop, and spools how it ended."""

import asyncio
import logging
import platform
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.contract.protocol.jobs import JobAccepted, JobAssignment, JobRefused, RefusalReason
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import JobResult
from orchestrator.contract.workflow import WorkflowDefinition, needed_capabilities
from robot.attempt_run import AttemptRun, Stop, StopCause
from robot.attempts import attempt_of
from robot.clock import Clock
from robot.deliverable import deliverable
from robot.errors import RobotError
from robot.job_folders import JobFolders
from robot.journal import AlreadyStartedError, Journal, JournalState
from robot.ports import WorkflowHost
from robot.progress import ProgressBoards
from robot.shared_writes import SharedWrites
from robot.spool import Spool

OFFER_KEPT_S = 60.0
"""How long an accepted offer holds its slot at least; the orchestrator has withdrawn it long before."""
DISK_RETRY_S = 5.0

logger = logging.getLogger(__name__)


class UnknownOfferError(RobotError):
    """The attempt that was told to start is not one that this robot has accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    assignment: JobAssignment
    until: float
    """Monotonic seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What the robot says it can do."""

    slots: int
    tags: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()

    def missing(self, workflow: WorkflowDefinition) -> str:
        """What the workflow needs and this robot has not got; empty when nothing is."""
        able = set(self.capabilities)
        lacks = [each for each in needed_capabilities(workflow) if each not in able]
        tag = workflow.session_requirements.session_type
        if tag is not None and tag not in self.tags:
            lacks.append(f"tag {tag}")
        return ", ".join(lacks)


class Runner:
    """See the module; its tasks belong to the group that it is given."""

    def __init__(
        self,
        *,
        group: asyncio.TaskGroup,
        host: WorkflowHost,
        abilities: Abilities,
        journal: Journal,
        spool: Spool,
        folders: JobFolders,
        boards: ProgressBoards,
        clock: Clock,
        changed: Callable[[], None],
        waited_s: Callable[[AttemptRef], float] = lambda _: 0.0,
    ) -> None:
        self._group = group
        self._host = host
        self._abilities = abilities
        self._journal = journal
        self._spool = spool
        self._folders = folders
        self._boards = boards
        self._clock = clock
        self._changed = changed
        self._waited_s = waited_s
        self._offers: dict[AttemptRef, _Offer] = {}
        self._journalling: dict[AttemptRef, JobAssignment] = {}
        """Offers on their way into the journal."""
        self._notes: SharedWrites[tuple[AttemptRef, JournalState], None] = SharedWrites(journal.note_all)
        self._runs: dict[AttemptRef, AttemptRun] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._disk_refuses = False
        self._is_over = False
        """True: what is on its way into the journal does not begin any more."""
        self.draining = False
        """True: no offer is taken."""

    @property
    def running(self) -> tuple[AttemptRef, ...]:
        """Attempts that run, or whose result is not yet on disk."""
        return tuple(self._runs)

    @property
    def accepted(self) -> tuple[AttemptRef, ...]:
        """Offers that were accepted and wait for their start."""
        self._forget_old_offers()
        return tuple(self._offers)

    @property
    def slots_busy(self) -> int:
        """Slots that are taken or promised."""
        return len(self._runs) + len(self.accepted) + len(self._journalling)

    async def offer(self, assignment: JobAssignment) -> JobAccepted | JobRefused:
        """Journal an offer and accept it, or say why not. Asked again, it answers the same."""
        return (await self.offer_all([assignment]))[0]

    async def offer_all(self, assignments: Sequence[JobAssignment]) -> list[JobAccepted | JobRefused]:
        """Journal offers with one sync, and answer each; those that say `start` have begun when this returns."""
        answers: dict[AttemptRef, JobAccepted | JobRefused] = {}
        fresh: dict[AttemptRef, JobAssignment] = {}
        for assignment in assignments:
            ref = attempt_of(assignment)
            refusal = None if ref in self._offers or ref in fresh else self._refusal(assignment)
            if refusal is None:
                answers[ref] = JobAccepted(job_id=ref.job_id, attempt=ref.attempt)
                if ref not in self._offers and ref not in self._journalling:
                    fresh[ref] = self._journalling[ref] = assignment
            else:
                answers[ref] = refusal
        answers |= await self._journalled(fresh)
        return [answers[attempt_of(each)] for each in assignments]

    async def _journalled(self, fresh: Mapping[AttemptRef, JobAssignment]) -> dict[AttemptRef, JobRefused]:
        """Take what the journal allows; the refusals of the others."""
        moves = [(ref, JournalState.STARTED if each.start else JournalState.ACCEPTED) for ref, each in fresh.items()]
        try:
            outcomes = await self._notes.put_all(moves)
        finally:
            for ref in fresh:
                del self._journalling[ref]
        refused: dict[AttemptRef, JobRefused] = {}
        for (ref, assignment), outcome in zip(fresh.items(), outcomes, strict=True):
            problem = _journal_refusal(ref, outcome)
            if problem is not None:
                refused[ref] = problem
            elif self._is_over:
                refused[ref] = _refused(ref, RefusalReason.DRAINING, "The robot ends.")
                self._group.create_task(self._note_end(ref))
            elif assignment.start:
                self._begin(assignment, is_journalled=True)
            else:
                kept_s = max(OFFER_KEPT_S, 4 * assignment.lease_s)
                self._offers[ref] = _Offer(assignment=assignment, until=self._clock.monotonic() + kept_s)
        return refused

    def start(self, ref: AttemptRef) -> None:
        """Run an accepted attempt. A second start does nothing; UnknownOfferError when it was never accepted."""
        offer = self._offers.pop(ref, None)
        if offer is None:
            if ref in self._runs or self._journal.state(ref) is not None:
                logger.info("A repeated start was ignored.", extra=_about(ref))
                return
            raise UnknownOfferError(f"Attempt {ref.attempt} of job {ref.job_id} was never accepted by this robot.")
        self._begin(offer.assignment)

    def cancel(self, ref: AttemptRef, *, reason: str, grace_s: float) -> None:
        """Stop an attempt and report it as cancelled; one that has not started is reported at once."""
        run = self._runs.get(ref)
        if run is not None:
            run.stop(Stop(cause=StopCause.CANCEL, reason=reason, grace_s=grace_s))
            return
        offer = self._offers.pop(ref, None)
        if offer is not None:
            self._group.create_task(self._report_unstarted(self._run_of(offer.assignment), reason))

    async def revoke(self, ref: AttemptRef) -> None:
        """Stop an attempt and forget it."""
        if self._offers.pop(ref, None) is not None:
            await self._note_end(ref)
        run = self._runs.get(ref)
        if run is not None:
            run.stop(Stop(cause=StopCause.REVOKE))

    def end_all(self, reason: str) -> None:
        """Stop everything, since the robot ends; what was cut short is reported as lost with it."""
        self._is_over = True
        self._offers.clear()
        for run in self._runs.values():
            run.stop(Stop(cause=StopCause.SHUTDOWN, reason=reason))

    async def wait_idle(self) -> None:
        """Returns when nothing runs."""
        await self._idle.wait()

    def _refusal(self, assignment: JobAssignment) -> JobRefused | None:
        ref = attempt_of(assignment)
        if self.draining:
            return _refused(ref, RefusalReason.DRAINING, "The robot takes no new work.")
        missing = self._abilities.missing(assignment.definition)
        if missing:
            return _refused(ref, RefusalReason.CAPABILITY, f"The robot lacks {missing}.")
        if ref in self._runs:
            return _refused(ref, RefusalReason.ALREADY_SEEN, "The attempt runs here.")
        if self.slots_busy >= self._abilities.slots:
            return _refused(ref, RefusalReason.BUSY, f"All {self._abilities.slots} slots are taken.")
        if self._spool.is_full or self._disk_refuses:
            return _refused(ref, RefusalReason.BUSY, "The robot's disk holds too many undelivered results.")
        return None

    def _run_of(self, assignment: JobAssignment) -> AttemptRun:
        ref = attempt_of(assignment)
        return AttemptRun(
            assignment,
            host=self._host,
            board=self._boards.open(ref),
            folders=self._folders,
            clock=self._clock,
            waited_s=self._waited_s,
        )

    def _begin(self, assignment: JobAssignment, *, is_journalled: bool = False) -> None:
        run = self._run_of(assignment)
        self._runs[run.ref] = run
        self._idle.clear()
        self._group.create_task(self._attend(run, is_journalled=is_journalled), name=f"slot for job {run.ref.job_id}")
        self._changed()

    async def _attend(self, run: AttemptRun, *, is_journalled: bool) -> None:
        """One slot's work, from start to the spooled result."""
        try:
            if is_journalled or await self._is_first_start(run.ref):
                await self._see_through(run)
        finally:
            self._leave(run.ref)

    async def _is_first_start(self, ref: AttemptRef) -> bool:
        """Journal the start, which must be on disk before anything runs; False when the journal forbids it."""
        try:
            await self._insist(
                lambda: self._notes.put((ref, JournalState.STARTED)), "The journal cannot be written", ref
            )
        except AlreadyStartedError as error:
            logger.warning("%s It is not started again.", error, extra=_about(ref))
            return False
        return True

    async def _see_through(self, run: AttemptRun) -> None:
        logger.info("Started %s.", run.assignment.definition.name, extra=_about(run.ref))
        result = await run.run(self._group)
        if result is None:
            logger.info("Revoked; nothing is reported.", extra=_about(run.ref))
            await asyncio.to_thread(self._folders.remove, run.ref)
        else:
            await self._keep(result)
            logger.info("Ended as %s after %.2f s.", result.status, result.execution_time_s, extra=_about(run.ref))
        await self._note_end(run.ref)

    async def _report_unstarted(self, run: AttemptRun, reason: str) -> None:
        await self._keep(run.never_started(reason))
        await self._note_end(run.ref)
        self._boards.close(run.ref)

    def _leave(self, ref: AttemptRef) -> None:
        self._boards.close(ref)
        self._runs.pop(ref, None)
        if not self._runs:
            self._idle.set()
        self._changed()

    async def _keep(self, result: JobResult) -> None:
        """Spool the result; a full disk only delays that, and no new work is taken meanwhile."""
        fit = await asyncio.to_thread(deliverable, result)
        await self._insist(lambda: self._spool.put(fit), "The result cannot be written", attempt_of(result))

    async def _note_end(self, ref: AttemptRef) -> None:
        await self._insist(lambda: self._notes.put((ref, JournalState.ENDED)), "The journal cannot be written", ref)

    async def _insist(self, write: Callable[[], Awaitable[None]], complaint: str, ref: AttemptRef) -> None:
        while True:
            try:
                await write()
            except OSError as error:
                self._disk_refuses = True
                logger.error("%s: %s", complaint, error, extra=_about(ref))  # noqa: TRY400  said again until it works
                await asyncio.sleep(DISK_RETRY_S)
            else:
                self._disk_refuses = False
                return

    def _forget_old_offers(self) -> None:
        now = self._clock.monotonic()
        for ref in [ref for ref, offer in self._offers.items() if offer.until <= now]:
            logger.warning("The offer was accepted and never started; its slot is free again.", extra=_about(ref))
            del self._offers[ref]


def own_capabilities() -> tuple[str, ...]:
    """What the machine itself brings: `os:linux` and the like."""
    return (f"os:{platform.system().lower()}", f"arch:{platform.machine().lower()}")


def _journal_refusal(ref: AttemptRef, outcome: BaseException | None) -> JobRefused | None:
    match outcome:
        case None:
            return None
        case AlreadyStartedError():
            return _refused(ref, RefusalReason.ALREADY_SEEN, str(outcome))
        case OSError():
            logger.error("The journal cannot be written: %s", outcome)
            return _refused(ref, RefusalReason.BUSY, "The robot's disk refuses to write.")
        case _:
            raise outcome


def _refused(ref: AttemptRef, reason: RefusalReason, detail: str) -> JobRefused:
    return JobRefused(job_id=ref.job_id, attempt=ref.attempt, reason=reason, detail=detail)


def _about(ref: AttemptRef) -> dict[str, object]:
    return {"job": ref.job_id, "attempt": ref.attempt}
