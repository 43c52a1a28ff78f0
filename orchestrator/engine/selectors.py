"""Watches which locators runs use, and warns early when pages have begun to outgrow the first ones."""

from collections import OrderedDict, deque
from collections.abc import Callable

from orchestrator.contract.ids import JobId, WorkflowHash, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.domain.resources import Level
from orchestrator.domain.selectors import Selector, choices_of, used_locators
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import OrchestratorError
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.engine.ports.store import Store

TICK_S = 60.0
READ_AT_START = 300
"""Newest ended jobs that are looked at after a start."""
MOST_WAITING = 1_000
"""Ended jobs that wait to be looked at; older ones are left out."""
MOST_SELECTORS = 5_000
MOST_PLAIN = 5_000
_ENDED = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})

Key = tuple[WorkflowId, str]


class SelectorWatch:
    """Reads results a moment after they were recorded, and only of workflows whose targets have several locators."""

    def __init__(
        self, alerts: AlertDesk, *, workflows: WorkflowDistributor, store: Store, bus: EventBus, clock: Clock
    ) -> None:
        self._alerts = alerts
        self._workflows = workflows
        self._store = store
        self._selectors: OrderedDict[Key, Selector] = OrderedDict()
        self._plain: OrderedDict[tuple[WorkflowId, WorkflowHash], None] = OrderedDict()
        """Versions whose targets have one locator each."""
        self.falls_back: Callable[[WorkflowId, str], None] = lambda _workflow, _step: None
        """Hears of each run after which a target is falling back."""
        self._waiting: deque[Job] = deque(maxlen=MOST_WAITING)
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job, states=_ENDED)

    def listing(self) -> tuple[Selector, ...]:
        """All that were used lately, those that fall back first."""
        found = (each for each in self._selectors.values() if each.uses)
        return tuple(
            sorted(
                found, key=lambda each: (not each.is_falling_back, -each.fallbacks, each.workflow_name, each.step_id)
            )
        )

    def is_falling_back(self, workflow_id: WorkflowId, step_id: str) -> bool:
        """True while a warning about the step's target stands."""
        known = self._selectors.get((workflow_id, step_id))
        return known is not None and known.is_falling_back

    async def run(self) -> None:
        """Look at ended jobs until cancelled."""
        newest, _ = await self._store.list_jobs(JobQuery(statuses=_ENDED, limit=READ_AT_START))
        self._waiting.extendleft(newest)
        while True:
            while self._waiting:
                await self._look_at(self._waiting.popleft())
            await self._wakeup.wait(TICK_S)

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if (job.workflow_id, job.workflow_hash) not in self._plain:
            self._waiting.append(job)
            self._wakeup.ring()

    async def _look_at(self, job: Job) -> None:
        if (job.workflow_id, job.workflow_hash) in self._plain:
            return
        try:
            version = await self._workflows.version_of(job)
            choices = choices_of(version.definition) if version is not None else {}
            if not choices:
                self._note_plain(job)
                return
            result = await self._store.result(JobId(job.job_id))
        except OrchestratorError:
            return  # the store is away: one run less to judge by
        if result is None:
            return
        for step_id, locator in used_locators(result.step_results, choices).items():
            self._note(job, step_id, choices[step_id], locator)

    def _note(self, job: Job, step_id: str, locators: tuple[str, ...], locator: str) -> None:
        key = (job.workflow_id, step_id)
        known = self._selectors.get(key)
        if known is not None and known.locators != locators:  # a repaired target begins anew
            self._alerts.resolve(AlertKind.SELECTOR_FALLBACK, f"{known.workflow_id}/{known.step_id}")
            known = None
        known = known or Selector(
            workflow_id=job.workflow_id, workflow_name=job.workflow_name, step_id=step_id, locators=locators
        )
        now = known.used(locator, at=job.finished_at or job.changed_at)
        self._selectors[key] = now
        self._selectors.move_to_end(key)
        while len(self._selectors) > MOST_SELECTORS:
            self._selectors.popitem(last=False)
        level = Level.WARNING if now.is_falling_back else Level.NORMAL
        message = (
            f"{now.workflow_name}, step {now.step_id}: {now.locators[0]} finds nothing any more; "
            f"{now.newest} works. Put that one first."
        )
        details = {"workflow": now.workflow_name, "step": now.step_id, "first": now.locators[0], "works": now.newest}
        self._alerts.observe(
            AlertKind.SELECTOR_FALLBACK, f"{now.workflow_id}/{now.step_id}", level, message, details={**details}
        )
        if now.is_falling_back:
            self.falls_back(now.workflow_id, now.step_id)

    def _note_plain(self, job: Job) -> None:
        self._plain[job.workflow_id, job.workflow_hash] = None
        while len(self._plain) > MOST_PLAIN:
            self._plain.popitem(last=False)
