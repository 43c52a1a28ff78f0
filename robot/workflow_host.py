"""Runs attempts with the real executor, the real actions and the real browsers of this process."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orchestrator.contract.actions.catalogue import known_actions
from orchestrator.contract.errors import ErrorInfo, ErrorKind, WorkflowError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import Artifact, JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.contract.variables import check_variables
from robot.actions.artifacts import ArtifactFolder
from robot.actions.captures import capture_sessions
from robot.actions.flight import FlightRecorder, cleaned_result
from robot.actions.job_actions import JobActions
from robot.actions.last_look import LastLook
from robot.actions.registry import implementations
from robot.actions.sightings import KnownLooks, RunSightings
from robot.actions.work import ActionSettings
from robot.ai.run import RobotAi, RunAi
from robot.attempts import attempt_of
from robot.browser.pool_facts import SessionPoolSettings
from robot.browser.pools import SessionPools, single_pool
from robot.browser.processes import is_alive, tree
from robot.clock import Clock
from robot.errors import ActionError
from robot.live_pages import LivePages
from robot.masking import Mask, MaskedListener, has_secrets
from robot.memory import OrchestratorMemory
from robot.ports import AttemptListener, Captured, HostFigures, Remains
from robot.run_desk import RunDesk
from robot.run_strings import RunStrings
from robot.workflow import executor
from robot.workflow.strategies import installed_names

FLUSH_S = 10.0
"""How long the end of a run waits for its checkpoints to arrive before its result does."""
_OWN_ENDS = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})
"""Runs that end so leave their pages to a person who has them at that moment."""
_SITE_VARIABLES = ("base_url", "site")

logger = logging.getLogger(__name__)


class BrowserHost:
    """Implements `robot.ports.WorkflowHost`."""

    def __init__(
        self,
        settings: SessionPoolSettings | SessionPools,
        *,
        base_url: str | None,
        clock: Clock,
        rng: random.Random,
        desk: RunDesk | None = None,
        live: LivePages | None = None,
        memory: OrchestratorMemory | None = None,
        input_folders: tuple[Path, ...] = (),
        allow_scripts: bool = False,
        ai: RobotAi | None = None,
    ) -> None:
        """`settings`: of a pool of this machine's browsers, or all pools. `ai`: the model of AI steps. `desk`: where
        runs are paused, asked for checkpoints, and ask people; without it they are just run."""
        self._pools = settings if isinstance(settings, SessionPools) else single_pool(settings, clock.monotonic)
        self._ai = ai
        self._base_url = base_url
        self._input_folders = input_folders
        self._allow_scripts = allow_scripts
        self._clock = clock
        self._rng = rng
        self._desk = desk
        self._memory = memory
        self._live = live or LivePages()
        self._looks = KnownLooks(clock.monotonic)
        self._actions: dict[AttemptRef, JobActions] = {}
        self._browser = ""

    @property
    def browser(self) -> str:
        """The browser that was found; empty before the start."""
        return self._browser

    @property
    def capabilities(self) -> tuple[str, ...]:
        """The browser, every action that there is, and installed strategies."""
        actions = (f"action:{name}" for name in sorted(implementations()))
        providers = (f"provider:{name}" for name in self._pools.names_and_kinds)
        ai = ("ai",) if self._ai is not None else ()
        return (
            f"browser:{self._pools.engine}",
            *providers,
            *ai,
            *(("scripts",) if self._allow_scripts else ()),
            *actions,
            *(f"strategy:{name}" for name in installed_names()),
        )

    async def start(self) -> None:
        """Find the browser and end what a dead robot left of its own."""
        self._browser = await self._pools.start()

    async def run(self, assignment: JobAssignment, *, listener: AttemptListener, folder: Path) -> JobResult:
        """Run one attempt from its first session to its last."""
        ref = attempt_of(assignment)
        begun_at, begun_s = self._clock.now(), self._clock.monotonic()
        try:
            variables = check_variables(assignment.definition, assignment.variables)
        except WorkflowError as error:
            return _unstarted(ref, ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=error.message[:16_384]), begun_at)
        mask = Mask.of(assignment.definition, variables)
        listener = MaskedListener(listener, mask) if has_secrets(assignment.definition) else listener
        strings = RunStrings(assignment, variables, mask, desk=self._desk, clock=self._clock)
        actions = JobActions(
            self._pools.for_run(assignment.definition.session_requirements.provider),
            folder,
            replace(self._settings(variables), ai=self._ai_of(assignment, variables, mask)),
            listener.log,
            owner=_owner(ref),
            ask_person=strings.ask if self._desk is not None else None,
            variables=variables,
        )
        actions.mask = mask
        recorder = FlightRecorder(
            ArtifactFolder(folder), mask, assignment.definition.evidence, attempt=assignment.attempt
        )
        actions.record(recorder)
        last_look = LastLook(lambda: self._look(ref, folder), lambda: self._left_s(assignment, begun_s))
        last_look.begin()
        actions.ask_items = strings.ask_items if self._desk is not None else None
        memory = self._memory.of(ref) if self._memory is not None else None
        actions.memory = memory
        actions.sightings = sightings = RunSightings(
            self._looks, workflow_hash=assignment.workflow_hash, ask=memory.look if memory is not None else None
        )
        self._actions[ref] = actions
        control = strings.control(actions)
        actions.limited_by, actions.waited_s = control.limited_by, lambda: control.waited_s
        live = self._live.open(
            ref,
            lambda: self._pools.sessions_of(_owner(ref)),
            mask,
            control.hold,
            allow_private_networks=self._settings(variables).allow_private_networks,
            ask=strings.ask if self._desk is not None else None,
        )
        actions.curtain_over = live.curtain_over
        try:
            resume = await strings.resume(actions)
            if resume is None:
                await _prepare(actions, assignment)
            outcome = await executor.run(
                assignment.definition,
                variables,
                actions=actions,
                listener=listener,
                clock=self._clock,
                rng=self._rng,
                catalogue=known_actions(),
                timeout_s=assignment.timeout_s,
                control=control,
                resume=resume,
                recovery=strings.recovery(actions, self._rng),
            )
            if outcome.status in _OWN_ENDS:
                await control.hold.passed("the end of the run")
            await control.flush(FLUSH_S)
            recorded = await _gathered(recorder, listener, failed=outcome.status is not JobStatus.COMPLETED)
            if outcome.status is JobStatus.TIMEOUT:
                recorded += last_look.seen
        except asyncio.CancelledError:
            recorder.stop()
            raise
        except ActionError as error:  # before the first step: no session or no checkpoint could be had
            return mask.result(_unstarted(ref, error.info, begun_at))
        finally:
            await last_look.end()
            self._live.close(ref)
            strings.close()
            await self._close(ref)
        result = outcome.as_job_result(job_id=ref.job_id, attempt=ref.attempt)
        result = result.model_copy(update={"sightings": sightings.all()})
        return mask.result(await cleaned_result(result, recorded, folder, mask))

    def stopping(self, ref: AttemptRef) -> Callable[[], Remains]:
        """Note the browsers of the attempt; those that are dead afterwards must have left no process."""
        sessions = self._pools.sessions_of(_owner(ref))
        pids = {each.slot.running.pid for each in sessions}
        trees = [tree(pid) for pid in pids if pid is not None]

        def look() -> Remains:
            dead = [processes for processes in trees if processes and not is_alive(processes[0].pid)]
            alive = [each for processes in dead for each in processes if each.is_running() and is_alive(each.pid)]
            return Remains(sessions=len(self._pools.sessions_of(_owner(ref))), processes=len(alive))

        return look

    async def close_pages(self, ref: AttemptRef) -> None:
        """Give the attempt's sessions back under it."""
        actions = self._actions.get(ref)
        if actions is not None:
            await actions.close()

    async def kill(self, ref: AttemptRef) -> None:
        """Kill the browsers that the attempt's sessions live in."""
        await self._pools.kill_browsers_of(_owner(ref))

    async def capture(self, ref: AttemptRef, what: CaptureKind, *, trace_s: float, folder: Path) -> Captured:
        """Pictures or traces of the attempt's sessions."""
        mask = self._actions[ref].mask if ref in self._actions else Mask(())
        return await capture_sessions(self._pools.sessions_of(_owner(ref)), folder, what, trace_s=trace_s, mask=mask)

    async def _look(self, ref: AttemptRef, folder: Path) -> tuple[Artifact, ...]:
        return (await self.capture(ref, CaptureKind.SCREENSHOT, trace_s=0, folder=folder)).artifacts

    def _left_s(self, assignment: JobAssignment, begun_s: float) -> float:
        """Of the run's time; waiting for people takes none."""
        limit_s = min(assignment.timeout_s, assignment.definition.timeout_s or assignment.timeout_s)
        waited_s = self._desk.waited_s(attempt_of(assignment)) if self._desk is not None else 0.0
        return limit_s - (self._clock.monotonic() - begun_s - waited_s)

    def figures(self) -> HostFigures:
        """The pools' figures, and how long each run has stood still."""
        pools = self._pools.figures()
        idle_s = {ref: self._idle_s(ref, actions) for ref, actions in self._actions.items()}
        return HostFigures(
            browsers=sum(each.browsers for each in pools),
            sessions=sum(each.lent for each in pools),
            leaked=self._pools.leaked,
            idle_s=idle_s,
            pools=pools,
        )

    async def close(self) -> None:
        """End every browser."""
        left = await self._pools.close()
        if left:
            logger.error("%d browser processes would not end.", left)

    def _settings(self, variables: dict[str, JsonValue]) -> ActionSettings:
        named = (variables.get(name) for name in _SITE_VARIABLES)
        site = next((value for value in named if isinstance(value, str) and value), None)
        return ActionSettings(
            base_url=site or self._base_url,
            input_folders=self._input_folders,
            allow_scripts=self._allow_scripts,
        )

    def _ai_of(self, assignment: JobAssignment, variables: dict[str, JsonValue], mask: Mask) -> RunAi | None:
        if self._ai is None:
            return None
        named = assignment.definition.variables.items()
        secrets = [variables.get(name) for name, variable in named if variable.secret]
        return self._ai.for_run(assignment.workflow_hash, mask.text, secrets)

    def _idle_s(self, ref: AttemptRef, actions: JobActions) -> float:
        pages = [session.life.idle_s for session in self._pools.sessions_of(_owner(ref))]
        return min([actions.life.idle_s, *pages])

    async def _close(self, ref: AttemptRef) -> None:
        """Give everything back; a cancel that comes this late must not hide how the run ended."""
        actions = self._actions[ref]
        try:
            await actions.close()
        except asyncio.CancelledError:
            await self._pools.kill_browsers_of(_owner(ref))
            task = asyncio.current_task()
            while task is not None and task.cancelling():
                task.uncancel()
        finally:
            self._actions.pop(ref, None)


def _owner(ref: AttemptRef) -> str:
    return f"{ref.job_id}/{ref.attempt}"


async def _gathered(recorder: FlightRecorder, listener: AttemptListener, *, failed: bool) -> tuple[Artifact, ...]:
    """What was recorded; with a failure this takes a moment, in which no step runs."""
    if failed:
        listener.wrapping_up("gathering evidence")
    return await recorder.finish(failed=failed)


async def _prepare(actions: JobActions, assignment: JobAssignment) -> None:
    """Workflows that need several sessions get them before their first step; one is leased when it is needed."""
    sessions = assignment.definition.session_requirements.min_sessions
    if sessions > 1:
        await actions.prepare(sessions)


def _unstarted(ref: AttemptRef, error: ErrorInfo, begun_at: datetime) -> JobResult:
    return JobResult(
        job_id=ref.job_id,
        attempt=ref.attempt,
        status=JobStatus.FAILED,
        error=error,
        started_at=begun_at,
        finished_at=begun_at,
        execution_time_s=0.0,
    )
