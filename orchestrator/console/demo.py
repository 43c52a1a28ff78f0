"""The demo inside the window: a marketplace, two robots and two workflows that work on it, until it is ended."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ClientError, RefusedError
from orchestrator.console.demo_notes import DemoNotes, keep_notes, read_notes, unchanged
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.local_robots import LocalRobots, LocalSpec
from orchestrator.console.store import ConnectionState, ConsoleStore
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.words import counted, tr
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.fleet.kept_robot import KeptState

if TYPE_CHECKING:
    from orchestrator.fleet.demo_site import DemoSite

_RUN, _TIDY = "demo.run", "demo.tidy"
_FILE = "demo.json"
_ROBOTS = 2
_READY_S, _WORK_S = 120.0, 900.0
_LOOK_AGAIN_S = 10.0
"""The safety net: news come by the event stream."""


class DemoState(StrEnum):
    """How the demo stands."""

    OFF = "off"
    RUNNING = "running"
    SHOWN = "shown"
    """It has done what it does; site and robots are still there to play with."""
    FAILED = "failed"
    ENDING = "ending"


class StepState(StrEnum):
    """How one of its steps stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStep:
    """One line of what the demo tells."""

    key: str
    title: str
    state: StepState = StepState.WAITING
    note: str = ""
    job_id: str = ""


class DemoError(BotswainError):
    """The demo did not do what it should."""


class Demo(QObject):
    """`changed` when a step or the whole stands otherwise."""

    changed = Signal()

    def __init__(
        self,
        local: LocalRobots,
        *,
        store: ConsoleStore,
        link: EngineLink,
        tasks: TaskOwner,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._local, self._store, self._link, self._tasks = local, store, link, tasks
        self._left = DemoNotes()
        self.state = DemoState.OFF
        self.words = ""
        """What came of it, in one sentence."""
        self.steps: tuple[DemoStep, ...] = _steps()
        store.connection_changed.connect(self._connection_changed)

    @property
    def is_on(self) -> bool:
        """Whether anything of it is there."""
        return self.state is not DemoState.OFF

    @property
    def site_url(self) -> str:
        """Where the marketplace is; empty while there is none."""
        return next(step.note for step in self.steps if step.key == "site") if self.is_on else ""

    def start(self) -> None:
        """Begin; returns at once."""
        if self.state in (DemoState.OFF, DemoState.FAILED):
            self.steps, self.words = _steps(), ""
            self._become(DemoState.RUNNING)
            self._tasks.start(self._run(), key=_RUN, on_error=self._failed)

    def end(self) -> None:
        """Take everything away that it brought; returns at once."""
        if self.state not in (DemoState.OFF, DemoState.ENDING):
            self._become(DemoState.ENDING)
            self._tasks.cancel(_RUN)  # the site goes with it
            self._tasks.start(self._end(), key=_TIDY, on_error=lambda _: self._become(DemoState.OFF))

    # --- its course -------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        # Starting processes and the site's own data are needed by nobody who does not want the demo.
        from orchestrator.fleet.demo_site import demo_site  # noqa: PLC0415

        if self._left.robots:  # of a run that failed
            await self._clear()
            await self._tidy(self._link.client)
        self._begin("site")
        async with demo_site(self._local.folder / "demo") as site:
            self._done("site", site.url)
            try:
                await self._show(site)
            except BotswainError as error:
                self._failed(error)
            await asyncio.Event().wait()  # until `end` cancels it

    async def _show(self, site: "DemoSite") -> None:
        from orchestrator.fleet import demo_orders as orders  # noqa: PLC0415  it brings the site's own data along

        client = self._link.client
        self._left = DemoNotes(tag=f"demo-{secrets.token_hex(3)}", stays=self._left.stays)
        await self._start_robots(client)
        names = await self._bring_workflows(client, site, (orders.DISCOVERY, orders.SUBMISSION))
        variables = orders.discovery_variables(site.url)
        discovered = await self._work(client, "discovery", names[orders.DISCOVERY], variables)
        found = _number(discovered.get("count"))
        self._done("discovery", counted("%n job found", "%n jobs found", found))
        variables = orders.submission_variables(site.url, discovered)
        submitted = await self._work(client, "proposals", names[orders.SUBMISSION], variables)
        sent = _number(submitted.get("verified"))
        self._done("proposals", counted("%n proposal sent", "%n proposals sent", sent))
        self._begin("verdict")
        mistakes = await orders.demo_mistakes(site.url, discovered, submitted)
        if mistakes:
            raise DemoError(mistakes[0])
        self._done("verdict", tr("exactly what the marketplace's own data says"))
        self.words = tr("It works: {found} jobs found, {sent} proposals sent and seen.", found=found, sent=sent)
        self._become(DemoState.SHOWN)

    async def _start_robots(self, client: OrchestratorClient) -> None:
        self._begin("robots")
        names = self._robot_names()
        for name in names:
            self._left.robots.append(name)
            self._keep_notes()
            spec = LocalSpec(name=name, slots=1, tags=(self._left.tag,), with_window=False, is_passing=True)
            await self._local.start(client, spec)
        await self._until(lambda: self._are_there(names), tr("The robots did not connect in time."), _READY_S)
        self._done("robots", ", ".join(names))

    def _robot_names(self) -> list[str]:
        taken = {each.name for each in self._store.robots.values() if each.status.is_connected}
        plain = [f"demo-{number}" for number in range(1, _ROBOTS + 1)]
        return [f"{name}-{self._left.tag[-4:]}" for name in plain] if taken & set(plain) else plain

    def _are_there(self, names: list[str]) -> bool:
        """DemoError when one of them cannot work here, with what it said."""
        for name in names:
            robot = self._local.one(name)
            if robot is not None and robot.state is KeptState.ENDED:
                raise DemoError(robot.words)
        views = [self._local.view_of(name) for name in names]
        return all(view is not None and view.status.is_connected for view in views)

    async def _bring_workflows(
        self, client: OrchestratorClient, site: "DemoSite", samples: tuple[str, ...]
    ) -> dict[str, str]:
        """Ids by the samples' names; a workflow of a person is never touched."""
        self._begin("workflows")
        brought = {}
        for name in samples:
            view = await client.save_workflow(self._on_site(name, site.url))
            self._left.brought(view)
            self._keep_notes()
            brought[name] = view.workflow_id
        self._done("workflows", counted("%n workflow", "%n workflows", len(brought)))
        return brought

    def _on_site(self, sample: str, site_url: str) -> JsonValue:
        """The sample as a document that knows where the site is, under a name that nobody else's workflow has."""
        from orchestrator.fleet import demo_orders as orders  # noqa: PLC0415  it brings the site's own data along

        name = orders.sample(sample).definition.name
        return orders.on_site(sample, site_url, called=self._left.name_for(name, self._store.workflows.values()))

    async def _work(
        self, client: OrchestratorClient, step: str, workflow: str, variables: dict[str, JsonValue]
    ) -> dict[str, JsonValue]:
        """Run a workflow on the demo's own robots; its outputs. DemoError when it does not complete."""
        self._begin(step)
        request = SubmitRequest(workflow=workflow, variables=variables, tags=(self._left.tag,), submitted_by="demo")
        job = await client.submit(request)
        self._left.jobs.append(job.job_id)
        self._keep_notes()
        self._store.put_job(job)
        self._set(step, job_id=job.job_id)
        detail = await self._ended(client, job.job_id)
        if detail.job.status is not JobStatus.COMPLETED:
            why = f": {detail.job.error.message}" if detail.job.error else ""
            raise DemoError(f"{detail.job.workflow_name} ended as {detail.job.status.value}{why}")
        return detail.result.outputs if detail.result else {}

    async def _ended(self, client: OrchestratorClient, job_id: str) -> JobDetail:
        """The stream tells when; what it gave is asked for."""

        def has_ended() -> bool:
            job = self._store.jobs.get(job_id)
            return job is None or job.status.has_ended

        while True:
            await self._until(has_ended, tr("The work did not end in time."), _WORK_S)
            detail = await client.job(job_id)
            if detail.job.status.has_ended:
                return detail
            self._store.put_job(detail.job)

    async def _until(self, condition: Callable[[], bool], too_late: str, limit_s: float) -> None:
        """Wait for news until it holds. DemoError when it does not within the limit."""
        news = asyncio.Event()

        def ring(*_: object) -> None:
            news.set()

        self._store.changed.connect(ring)
        self._local.changed.connect(ring)
        try:
            async with asyncio.timeout(limit_s):
                while not condition():
                    news.clear()
                    with suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), _LOOK_AGAIN_S)
        except TimeoutError:
            raise DemoError(too_late) from None
        finally:
            self._store.changed.disconnect(ring)
            self._local.changed.disconnect(ring)

    # --- its end ----------------------------------------------------------------------------------------------------

    async def _end(self) -> None:
        await self._clear()
        await self._tidy(self._link.client)
        self._become(DemoState.OFF)

    async def _clear(self) -> None:
        """Its jobs end, and then its robots; without an engine these end all the same."""
        with suppress(ClientError):
            await self._cancel_jobs(self._link.client)
        robots = [name for name in self._left.robots if self._local.one(name) is not None]
        await asyncio.gather(*(self._local.stop(name) for name in robots))
        for name in robots:
            self._local.forget(name)

    async def _cancel_jobs(self, client: OrchestratorClient) -> None:
        for job_id in self._left.jobs:
            with suppress(RefusedError):  # it has ended
                await client.cancel(job_id, reason=tr("the demo was ended"))

    async def _tidy(self, client: OrchestratorClient) -> None:
        """Robots and workflows leave the lists; what a schedule uses, or somebody has changed, stays."""
        for name in self._left.robots:
            await self._remove_robot(client, name)
        used = {each.workflow_id for each in self._store.schedules.values()}
        own = unchanged(self._left.workflows, self._store.workflows)
        for workflow_id in own.keys() - used:
            with suppress(RefusedError):
                await client.remove_workflow(workflow_id)
        stays = unchanged(self._left.stays, self._store.workflows)
        self._left = DemoNotes(stays=stays | {each: own[each] for each in own.keys() & used})
        self._keep_notes()

    async def _remove_robot(self, client: OrchestratorClient, name: str) -> None:
        view = self._local.view_of(name)
        if view is None:
            return
        with suppress(BotswainError):  # it is seen as connected a moment longer: then it stays in the list
            await self._until(lambda: not self._is_connected(name), "", _LOOK_AGAIN_S)
            await client.remove_robot(view.robot_id)

    def _is_connected(self, name: str) -> bool:
        view = self._local.view_of(name)
        return view is not None and view.status.is_connected

    def _connection_changed(self) -> None:
        """What a window that was killed has left in the orchestrator is taken away by the next one."""
        if self._store.state is ConnectionState.CONNECTED and not self.is_on and self._notes.is_file():
            self._left = read_notes(self._notes)
            if not self._left.is_tidied:
                self._tasks.start(self._tidy_former(), key=_TIDY, on_error=lambda _: None)

    async def _tidy_former(self) -> None:
        client = self._link.client
        await self._cancel_jobs(client)
        await self._tidy(client)

    # --- notes ------------------------------------------------------------------------------------------------------

    @property
    def _notes(self) -> Path:
        return self._local.folder / _FILE

    def _keep_notes(self) -> None:
        keep_notes(self._notes, self._left)

    def _begin(self, key: str) -> None:
        self._set(key, state=StepState.RUNNING)

    def _done(self, key: str, note: str) -> None:
        self._set(key, state=StepState.DONE, note=note)

    def _set(self, key: str, **changes: object) -> None:
        self.steps = tuple([replace(step, **changes) if step.key == key else step for step in self.steps])  # type: ignore[arg-type]
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, ClientError) and not self._store.is_connected:
            self.words = tr("The engine stopped during the demo. End it, then start it again.")
        else:
            self.words = str(error)
        running = [step for step in self.steps if step.state is StepState.RUNNING]
        for step in running:
            self._set(step.key, state=StepState.FAILED)
        self._become(DemoState.FAILED)

    def _become(self, state: DemoState) -> None:
        self.state = state
        self.changed.emit()


def _steps() -> tuple[DemoStep, ...]:
    titles = (
        ("site", tr("A marketplace")),
        ("robots", tr("Two robots with browsers")),
        ("workflows", tr("Workflows for them")),
        ("discovery", tr("Search it for jobs")),
        ("proposals", tr("Send proposals")),
        ("verdict", tr("Compare with the site")),
    )
    return tuple([DemoStep(key=key, title=title) for key, title in titles])


def _number(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
