"""Turns what runs saw of targets into proposals: one for each step and locator, however many runs saw it."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.contract.actions.candidates import plain
from orchestrator.contract.ids import JobId, RobotId, WorkflowId, new_id
from orchestrator.contract.results import JobResult
from orchestrator.contract.sightings import (
    MAX_LOOK_ID,
    MAX_LOOK_LOCATOR,
    RunLookAnswer,
    RunLookRequest,
    Sighting,
)
from orchestrator.domain.events import WorkflowChanged, WorkflowRemoved
from orchestrator.domain.job import Job
from orchestrator.domain.repair_events import RepairChanged
from orchestrator.domain.repairs import Repair, RepairCause, RepairState, Seen, confirmed, place_of, proposed, repaired
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import ConflictError, NotFoundError, OrchestratorError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.repairs import RepairStore

TICK_S = 60.0
MOST_WAITING = 500
"""Results with sightings that wait to be looked at; older ones are left out."""
MOST_LOOKS = 20_000
MOST_REPAIRS = 1_000
"""That are kept after a decision."""
MOST_GATHERED = 2_000
"""Targets that have fallen back, and not often enough yet for a proposal."""

Key = tuple[str, str, str]
"""Workflow, step, first locator."""
IsFallingBack = Callable[[WorkflowId, str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """A result with sightings, in short."""

    job_id: JobId
    at: datetime
    sightings: tuple[Sighting, ...]
    pictures: Mapping[str, str]
    """Of failed steps."""


class RepairRoom:
    """The open proposals in memory, and the loop that makes them; deciding about them is `RepairDesk`'s."""

    def __init__(
        self, store: RepairStore, queue: JobQueue, workflows: WorkflowDistributor, bus: EventBus, clock: Clock
    ) -> None:
        self._store = store
        self._queue = queue
        self._workflows = workflows
        self._bus = bus
        self._clock = clock
        self._open: dict[Key, Repair] = {}
        self._gathered: OrderedDict[Key, Repair] = OrderedDict()
        self._unwanted: dict[Key, tuple[str, ...]] = {}
        self._reports: deque[_Report] = deque(maxlen=MOST_WAITING)
        self._falling: OrderedDict[tuple[WorkflowId, str], None] = OrderedDict()
        self._changed: OrderedDict[WorkflowId, None] = OrderedDict()
        self._wakeup = Wakeup(clock)
        self.deciding = asyncio.Lock()
        """Held while repairs change: a person's decision and the next run's news do not overtake each other."""
        self.is_falling_back: IsFallingBack = lambda _workflow, _step: False
        bus.subscribe(WorkflowChanged, lambda event: self._on_workflow(event.version.workflow_id))
        bus.subscribe(WorkflowRemoved, lambda event: self._on_workflow(event.workflow_id))

    async def load(self) -> None:
        """Read the open proposals, and what people did not want."""
        for each in await self._store.repairs(frozenset({RepairState.OPEN})):
            self._open[each.key] = each
            self._unwanted[each.key] = each.rejected
        for each in reversed(await self._store.repairs(frozenset({RepairState.REJECTED}))):
            self._unwanted[each.key] = each.rejected

    # --- hearing --------------------------------------------------------------------------------------------------

    def sighted(self, result: JobResult) -> None:
        """A result with sightings has just been recorded."""
        pictures = {
            step.step_id: artifact.name
            for step in result.step_results
            for artifact in step.artifacts
            if artifact.kind == "screenshot" and artifact.is_kept
        }
        self._reports.append(
            _Report(job_id=JobId(result.job_id), at=self._clock.now(), sightings=result.sightings, pictures=pictures)
        )
        self._wakeup.ring()

    def falls_back(self, workflow_id: WorkflowId, step_id: str) -> None:
        """The newest runs of a step needed later locators: what was gathered about it is proposed now."""
        self._falling[workflow_id, step_id] = None
        self._wakeup.ring()

    async def last_look(self, asked: RunLookRequest) -> RunLookAnswer:
        """What a run asks for that cannot find an element. ConflictError when it is not live on this robot."""
        job = self._queue.get(JobId(asked.job_id))
        is_live = job is not None and job.status.is_live and job.concerns(asked.attempt)
        if job is None or not is_live or job.robot_id != asked.robot_id:
            raise ConflictError(f"Attempt {asked.attempt} of job {asked.job_id} is not this robot's any more.")
        return RunLookAnswer(look=await self._store.look(job.workflow_id, asked.step_id, asked.locator))

    # --- asking ---------------------------------------------------------------------------------------------------

    def open(self) -> tuple[Repair, ...]:
        """The proposals that wait for a person, seen last first."""
        return tuple(sorted(self._open.values(), key=lambda each: (each.last_seen_at, each.repair_id), reverse=True))

    async def get(self, repair_id: str) -> Repair:
        """One, open or decided. NotFoundError."""
        found = next((each for each in self._open.values() if each.repair_id == repair_id), None)
        found = found or await self._store.repair(repair_id)
        if found is None:
            raise NotFoundError("repair", repair_id)
        return found

    # --- changing -------------------------------------------------------------------------------------------------

    async def keep(self, repair: Repair, audit: AuditEntry | None = None) -> None:
        """Store a proposal as it now is, and tell of it. StorageError."""
        await self._store.save(repair, most=MOST_REPAIRS, audit=audit)
        if repair.state is RepairState.OPEN:
            self._open[repair.key] = repair
        else:
            self._open.pop(repair.key, None)
            self._gathered.pop(repair.key, None)
        self._unwanted[repair.key] = repair.rejected
        self._bus.publish(RepairChanged(repair=repair))
        if audit is not None:
            self._bus.publish(AuditAdded(entry=audit))

    async def run(self) -> None:
        """Look at what runs saw, until cancelled."""
        while True:
            try:
                await self._work()
            except OrchestratorError:
                pass  # the store is away; what was in hand is lost, and the next run says it again
            else:
                await self._wakeup.wait(TICK_S)

    async def _work(self) -> None:
        while self._reports:
            async with self.deciding:
                await self._take(self._reports.popleft())
        while self._falling:
            place, _ = self._falling.popitem(last=False)
            async with self.deciding:
                for repair in [each for each in self._gathered.values() if each.key[:2] == place]:
                    await self._open_up(repair)
        while self._changed:
            workflow_id, _ = self._changed.popitem(last=False)
            async with self.deciding:
                await self._check(workflow_id)

    async def _take(self, report: _Report) -> None:
        job = await self._queue.find(report.job_id)
        version = await self._workflows.version_of(job) if job is not None else None
        if job is None or version is None:
            return
        for sighting in report.sightings:
            seen = _seen(job, version, sighting, report)
            if seen is None:
                continue
            if sighting.used is not None and sighting.look is not None:
                place = (job.workflow_id, sighting.step_id[:MAX_LOOK_ID], sighting.tried[0][:MAX_LOOK_LOCATOR])
                await self._store.keep_look(*place, sighting.look, at=report.at, most=MOST_LOOKS)
            if sighting.is_trouble:
                await self._note(seen)

    async def _note(self, seen: Seen) -> None:
        known = self._open.get(seen.key)
        if known is not None:
            await self.keep(confirmed(known, seen))
            return
        gathered = self._gathered.get(seen.key)
        unwanted = self._unwanted.get(seen.key, ())
        repair = confirmed(gathered, seen) if gathered else proposed(new_id(), seen, unwanted=unwanted)
        if repair is None or not await self._is_current(repair):
            return
        self._gathered[seen.key] = repair
        while len(self._gathered) > MOST_GATHERED:
            self._gathered.popitem(last=False)
        if repair.cause is RepairCause.NOT_FOUND or self.is_falling_back(repair.workflow_id, repair.step_id):
            await self._open_up(repair)

    async def _open_up(self, repair: Repair) -> None:
        self._gathered.pop(repair.key, None)
        words = f"{repair.workflow_name}, step {repair.step_id}: a repair of its target is proposed."
        entry = AuditEntry(
            at=self._clock.now(),
            kind="repair.proposed",
            message=words,
            job_id=repair.job_id,
            details={"repair": repair.repair_id},
        )
        await self.keep(repair, entry)

    def _on_workflow(self, workflow_id: WorkflowId) -> None:
        if any(key[0] == workflow_id for key in (*self._open, *self._gathered)):
            self._changed[workflow_id] = None
            self._wakeup.ring()

    async def _check(self, workflow_id: WorkflowId) -> None:
        """What was proposed for a step that is another one now, nobody needs to decide about."""
        for repair in [each for each in self._open.values() if each.workflow_id == workflow_id]:
            if not await self._is_current(repair):
                await self.keep(replace(repair, state=RepairState.OUTDATED, decided_at=self._clock.now()))
        for repair in [each for each in self._gathered.values() if each.workflow_id == workflow_id]:
            if not await self._is_current(repair):
                self._gathered.pop(repair.key, None)

    async def _is_current(self, repair: Repair) -> bool:
        try:
            newest = await self._workflows.newest(repair.workflow_id)
        except NotFoundError:
            return False
        return repaired(newest.definition, repair) is not None


def _seen(job: Job, version: WorkflowVersion, sighting: Sighting, report: _Report) -> Seen | None:
    """What a run saw, when it can be said where in the definition that is."""
    place = place_of(version.definition, sighting.step_id, sighting.tried) if sighting.tried else None
    if place is None:
        return None
    parameter, target = place
    return Seen(
        workflow_id=job.workflow_id,
        workflow_name=job.workflow_name,
        workflow_hash=job.workflow_hash,
        number=version.number,
        parameter=parameter,
        before=tuple(plain(each) for each in target.locators),
        sighting=sighting,
        job_id=job.job_id,
        robot_id=RobotId(job.robot_id) if job.robot_id else None,
        at=report.at,
        picture=report.pictures.get(sighting.step_id, ""),
    )
