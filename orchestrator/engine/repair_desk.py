"""What a person decides about a proposed repair: once, for the whole fleet, and with a way back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from orchestrator.contract.ids import WorkflowHash
from orchestrator.contract.states import JobStatus
from orchestrator.contract.sub_workflows import calls_of
from orchestrator.domain.changed import changed
from orchestrator.domain.job import Job
from orchestrator.domain.repairs import Repair, RepairState, repaired, words
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.clock import Clock
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import ConflictError, InvalidRequestError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Decide, Move, about
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.engine.repairs import RepairRoom

AT_ONCE = 500
"""Jobs that are moved in one transaction."""
MOST_LISTED = 500
_WAITS = frozenset({JobStatus.PENDING, JobStatus.QUEUED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What a repair reaches, and what it does not."""

    waiting: int = 0
    """Jobs that wait to run the version before; they may be taken along."""
    pinned: tuple[str, ...] = ()
    """Schedules and workflows that are fixed to a version; they are not changed."""


class RepairDesk:
    """Lists, approves, rejects, and takes both back."""

    def __init__(
        self,
        room: RepairRoom,
        store: Store,
        queue: JobQueue,
        workflows: WorkflowDistributor,
        clock: Clock,
        *,
        schedules: Callable[[], Iterable[Schedule]],
    ) -> None:
        self._room = room
        self._store = store
        self._queue = queue
        self._workflows = workflows
        self._clock = clock
        self._schedules = schedules

    async def list(self, states: frozenset[RepairState] = frozenset({RepairState.OPEN})) -> Sequence[Repair]:
        """Those in these states, or all of them when none are given, seen last first."""
        if states == {RepairState.OPEN}:
            return self._room.open()
        return await self._store.repairs.repairs(states, limit=MOST_LISTED)

    async def get(self, repair_id: str) -> tuple[Repair, Consequences]:
        """One, and what its approval would reach, or leaves. NotFoundError."""
        repair = await self._room.get(repair_id)
        return repair, await self._consequences(repair)

    async def approve(
        self, repair_id: str, *, choice: int = 0, take_waiting: bool = False, note: str = "", actor: str
    ) -> tuple[Repair, Consequences]:
        """Make the new version of the workflow, and with `take_waiting` let jobs that wait run it.

        An approved one may be approved again, to take jobs along that wait. NotFoundError; ConflictError when it is
        decided otherwise, or the step has changed since; InvalidRequestError for a choice that there is not.
        """
        async with self._room.deciding:
            repair = await self._room.get(repair_id)
            if repair.state is not RepairState.APPROVED:
                repair = await self._approve(_open(repair), choice, note, actor)
            if take_waiting and repair.made_hash is not None:
                moved = await self._move(repair, repair.workflow_hash, repair.made_hash, actor)
                repair = replace(repair, carried=repair.carried + moved)
                await self._room.keep(repair)
        return repair, await self._consequences(repair)

    async def reject(self, repair_id: str, *, note: str = "", actor: str) -> Repair:
        """Do not propose these locators for this target again. NotFoundError, ConflictError."""
        async with self._room.deciding:
            repair = _open(await self._room.get(repair_id))
            unwanted = tuple(dict.fromkeys((*repair.rejected, *map(words, repair.candidates))))
            decided = self._decided(repair, RepairState.REJECTED, note, actor)
            rejected = replace(decided, rejected=unwanted)
            await self._keep(rejected, "rejected", actor)
        return rejected

    async def undo(self, repair_id: str, *, actor: str) -> Repair:
        """Take a decision back: a version that was made gives way to the one before it, and the repair waits for a
        decision again. NotFoundError, ConflictError."""
        async with self._room.deciding:
            return await self._undo(await self._room.get(repair_id), actor)

    async def _undo(self, repair: Repair, actor: str) -> Repair:
        if any(each.key == repair.key and each.repair_id != repair.repair_id for each in self._room.open()):
            raise ConflictError("Another repair of this target waits for a decision; decide about that one first.")
        match repair.state:
            case RepairState.APPROVED:
                await self._roll_back(repair, actor)
            case RepairState.REJECTED:
                mine = frozenset(map(words, repair.candidates))
                repair = replace(repair, rejected=tuple(each for each in repair.rejected if each not in mine))
            case _:
                raise ConflictError(f"Nobody has decided about this repair: it is {repair.state}.")
        again = replace(
            repair, state=RepairState.OPEN, decided_at=None, decided_by="", note="", made=None, made_hash=None,
            chosen=None, carried=0,
        )  # fmt: skip
        await self._keep(again, "taken back", actor)
        return again

    async def _approve(self, repair: Repair, choice: int, note: str, actor: str) -> Repair:
        if not 0 <= choice < len(repair.candidates):
            raise InvalidRequestError(
                f"choice: there are {len(repair.candidates)} locators to choose from, counted from 0.", field="choice"
            )
        newest = await self._workflows.newest(repair.workflow_id)
        wanted = replace(repair, chosen=repair.candidates[choice])
        definition = repaired(newest.definition, wanted)
        if definition is None:
            raise ConflictError(f"Step {repair.step_id!r} of {repair.workflow_name!r} has changed since it was seen.")
        said = f"Repaired step {repair.step_id!r}: {words(wanted.best)} stands before {repair.locator} now."
        version = await self._workflows.save(
            definition, workflow_id=repair.workflow_id, actor=actor, note=f"{said} {note}".rstrip()
        )
        decided = self._decided(wanted, RepairState.APPROVED, note, actor)
        made = replace(
            decided,
            workflow_hash=newest.workflow_hash,
            number=newest.number,
            made=version.number,
            made_hash=version.workflow_hash,
        )
        await self._keep(made, "approved", actor)
        return made

    async def _roll_back(self, repair: Repair, actor: str) -> None:
        newest = await self._workflows.newest(repair.workflow_id)
        if newest.number != repair.made:
            raise ConflictError(
                f"Version {newest.number} of {repair.workflow_name!r} has come after the repair: roll it back by hand."
            )
        await self._workflows.roll_back(repair.workflow_id, repair.number, actor=actor, note="the repair was undone.")
        if repair.carried and repair.made_hash is not None:
            await self._move(repair, repair.made_hash, repair.workflow_hash, actor)

    def _decided(self, repair: Repair, state: RepairState, note: str, actor: str) -> Repair:
        return replace(repair, state=state, decided_at=self._clock.now(), decided_by=actor, note=note)

    async def _keep(self, repair: Repair, word: str, actor: str) -> None:
        message = f"The repair of {repair.workflow_name!r}, step {repair.step_id!r}, was {word}: {words(repair.best)}."
        kind = f"repair.{word.replace(' ', '_')}"
        details = {"repair": repair.repair_id, "version": repair.made}
        entry = AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor, details={**details})
        await self._room.keep(repair, entry)

    # --- whom it reaches ------------------------------------------------------------------------------------------

    async def _consequences(self, repair: Repair) -> Consequences:
        return Consequences(waiting=len(self._waiting(repair, repair.workflow_hash)), pinned=await self._pinned(repair))

    def _waiting(self, repair: Repair, version: WorkflowHash) -> Sequence[Job]:
        """Those that go on from a checkpoint keep the version that it was taken in."""
        return [
            job
            for job in self._queue.open_jobs()
            if job.workflow_id == repair.workflow_id and job.workflow_hash == version and _may_move(job)
        ]

    async def _pinned(self, repair: Repair) -> tuple[str, ...]:
        schedules = (
            f"schedule {each.name!r} (version {each.version})"
            for each in self._schedules()
            if each.workflow_id == repair.workflow_id and each.version is not None
        )
        callers = [name for each in await self._store.workflows() for name in _fixed_calls(each, repair.workflow_id)]
        return (*sorted(schedules), *sorted(callers))

    async def _move(self, repair: Repair, old: WorkflowHash, new: WorkflowHash, actor: str) -> int:
        jobs, moved = self._waiting(repair, old), 0
        for start in range(0, len(jobs), AT_ONCE):
            part = jobs[start : start + AT_ONCE]
            outcomes = await self._queue.move_all([(job.job_id, self._moving(old, new, actor)) for job in part])
            moved += sum(isinstance(each, Job) for each in outcomes)
        return moved

    def _moving(self, old: WorkflowHash, new: WorkflowHash, actor: str) -> Decide:
        def decide(job: Job) -> Move | None:
            if job.workflow_hash != old or not _may_move(job):
                return None
            words = f"{job.workflow_name} goes on with another version of its workflow."
            entry = about(job, "job.version_changed", words, self._clock.now(), actor)
            return Move(after=changed(job, workflow_hash=new), audit=entry)

        return decide


def _open(repair: Repair) -> Repair:
    if repair.state is not RepairState.OPEN:
        raise ConflictError(f"This repair is {repair.state} already.")
    return repair


def _may_move(job: Job) -> bool:
    return job.status in _WAITS and job.resume_from is None


def _fixed_calls(version: WorkflowVersion, workflow_id: str) -> Iterable[str]:
    definition = version.definition
    for _, step, call in calls_of(definition):
        link = definition.linked.get(call.reference)
        if call.version is not None and link is not None and link.workflow_id == workflow_id:
            yield f"workflow {definition.name!r}, step {step.id!r} (version {link.number})"
