"""Groups of failures: looked at, solved, retried as one; a solved group that comes back says so."""

from collections import deque
from collections.abc import Sequence

from orchestrator.contract.states import FAILED_STATES
from orchestrator.domain.events import JobChanged
from orchestrator.domain.failures import FailureGroup, GroupState
from orchestrator.domain.job import Job
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.moves import about
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.failures import FailureStore
from orchestrator.engine.ports.figures import MetricsStore

TICK_S = 60.0
MOST_NEWS = 1_000
RECENT = frozenset({GroupState.OPEN, GroupState.REOPENED})


class FailureDesk:
    """What failed, as groups; counting them is the store's, in the transaction of each end."""

    def __init__(self, *, records: FailureStore, audit: MetricsStore, bus: EventBus, clock: Clock) -> None:
        self._records = records
        self._audit = audit
        self._bus = bus
        self._clock = clock
        self._solved: set[str] = set()
        self._came_back: deque[Job] = deque(maxlen=MOST_NEWS)
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job, states=FAILED_STATES)

    async def load(self) -> None:
        """Know which groups are solved."""
        self._solved = set(await self._records.solved())

    async def groups(
        self, *, states: frozenset[GroupState] = RECENT, limit: int = 100, offset: int = 0
    ) -> tuple[Sequence[FailureGroup], int]:
        """A page of groups, those seen last first, and how many there are."""
        return await self._records.groups(states=states, limit=limit, offset=offset)

    async def group(self, fingerprint: str) -> FailureGroup:
        """One group with its places. NotFoundError."""
        found = await self._records.group(fingerprint)
        if found is None:
            raise NotFoundError("failure group", fingerprint)
        return found

    async def solve(self, fingerprint: str, *, note: str, actor: str) -> FailureGroup:
        """Say that a group's cause is gone; the next failure of it reopens it. NotFoundError, ConflictError."""
        group = await self.group(fingerprint)
        if group.state is GroupState.SOLVED:
            raise ConflictError(f"Failure group {fingerprint} is solved already.")
        words = (
            f"Failures {group.kind} in {group.step_id or 'no step'} were marked solved{f': {note}' if note else ''}."
        )
        await self._mark(fingerprint, GroupState.SOLVED, "failures.solved", words, note=note, actor=actor)
        self._solved.add(fingerprint)
        return await self.group(fingerprint)

    async def reopen(self, fingerprint: str, *, actor: str) -> FailureGroup:
        """Take the word back. NotFoundError, ConflictError when the group is not solved."""
        group = await self.group(fingerprint)
        if group.state is not GroupState.SOLVED:
            raise ConflictError(f"Failure group {fingerprint} is {group.state}, not solved.")
        words = f"Failures {group.kind} in {group.step_id or 'no step'} were reopened."
        await self._mark(fingerprint, GroupState.OPEN, "failures.reopened", words, note="", actor=actor)
        self._solved.discard(fingerprint)
        return await self.group(fingerprint)

    async def run(self) -> None:
        """Say which solved groups have come back; until cancelled."""
        while True:
            while self._came_back:
                await self._tell(self._came_back.popleft())
            await self._wakeup.wait(TICK_S)

    def _on_job(self, event: JobChanged) -> None:
        found = event.job.fingerprint
        if found is not None and found in self._solved:
            self._solved.discard(found)
            self._came_back.append(event.job)
            self._wakeup.ring()

    async def _tell(self, job: Job) -> None:
        message = job.error.message[:300] if job.error else ""
        words = f"A failure that was marked solved came back with {job.workflow_name}: {message}"
        entry = about(job, "failures.came_back", words, self._clock.now())
        await self._audit.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))

    async def _mark(self, fingerprint: str, state: GroupState, kind: str, words: str, *, note: str, actor: str) -> None:
        now = self._clock.now()
        entry = AuditEntry(at=now, kind=kind, message=words, actor=actor, details={"fingerprint": fingerprint})
        await self._records.mark(fingerprint, state, at=now, actor=actor, note=note, audit=entry)
        self._bus.publish(AuditAdded(entry=entry))
