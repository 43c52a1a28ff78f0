"""Robots of this computer that the window starts, keeps alive and stops; they end with it, whichever way it ends."""

import asyncio
import platform
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from PySide6.QtCore import QObject, Signal

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.store import ConnectionState, ConsoleStore, Kind
from orchestrator.console.tasks import TaskOwner
from orchestrator.contract.api.robots import EnrolmentView, RobotView
from orchestrator.contract.errors import UserError
from orchestrator.fleet.kept_robot import KeptRobot, KeptState, RobotOrder

MOST_SLOTS = 64
_FILE = "local-robots.json"
_AT_THE_END_S = 1.0
"""What a robot gets to end by itself when the window closes."""


class LocalSpec(BaseModel):
    """What was chosen for a robot of this computer."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1, max_length=200)
    slots: int = Field(default=1, ge=1, le=MOST_SLOTS)
    tags: tuple[str, ...] = Field(default=(), max_length=100)
    with_window: bool = True
    """It is started together with the window."""
    is_passing: bool = Field(default=False, exclude=True)
    """It belongs to something that passes, such as the demo, and is not remembered."""


_SPECS = TypeAdapter(list[LocalSpec])


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRobot:
    """A robot of this computer, as it stands."""

    spec: LocalSpec
    state: KeptState
    words: str = ""
    pid: int = 0
    is_finishing: bool = False
    """It ends as soon as it has nothing to run."""
    log_file: Path | None = None


class LocalRobots(QObject):
    """By name. `changed` when one stands otherwise; `troubled(name, words)` when one crashed or ended by itself."""

    changed = Signal()
    troubled = Signal(str, str)

    def __init__(
        self, folder: Path, *, store: ConsoleStore, link: EngineLink, tasks: TaskOwner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._folder, self._store, self._link, self._tasks = folder, store, link, tasks
        self._specs = {each.name: each for each in _remembered(folder / _FILE)}
        self._kept: dict[str, KeptRobot] = {}
        self._finishing: set[str] = set()
        self._has_begun = False
        store.connection_changed.connect(self._connection_changed)
        store.changed.connect(self._store_changed)

    @property
    def folder(self) -> Path:
        """Where their state and logs lie."""
        return self._folder

    def all(self) -> tuple[LocalRobot, ...]:
        """Each with how it stands, by name."""
        return tuple(self._standing(spec) for _, spec in sorted(self._specs.items()))

    def one(self, name: str) -> LocalRobot | None:
        """The robot of this name, if it is one of this computer."""
        spec = self._specs.get(name)
        return self._standing(spec) if spec is not None else None

    def view_of(self, name: str) -> RobotView | None:
        """The same robot as the engine knows it."""
        return next((each for each in self._store.robots.values() if each.name == name), None)

    def free_name(self) -> str:
        """A name that no robot has: this computer's, with a number."""
        taken = {*self._specs, *(each.name for each in self._store.robots.values())}
        host = platform.node().partition(".")[0] or "robot"
        numbers = iter(range(1, 1_000))
        return next(name for name in (f"{host}-{number}" for number in numbers) if name not in taken)

    def running_jobs(self) -> int:
        """How many jobs robots of this computer run now."""
        views = (self.view_of(name) for name, kept in self._kept.items() if kept.state is KeptState.RUNNING)
        return sum(view.slots_busy for view in views if view is not None)

    # --- what people do with them -----------------------------------------------------------------------------------

    async def start(self, client: OrchestratorClient, spec: LocalSpec) -> LocalSpec:
        """Start a robot, a new one or one that was stopped. UserError for a name that is taken by another robot."""
        known, view = self._specs.get(spec.name), self.view_of(spec.name)
        if known is None and view is not None and view.status.is_connected:
            raise UserError(f"Name: another robot is connected as {spec.name!r}; choose another name.", field="name")
        if known is not None and self._standing(known).state in (KeptState.RUNNING, KeptState.PAUSING):
            raise UserError(f"Name: {spec.name} runs already.", field="name")
        self._specs[spec.name] = spec
        self._remember()
        self._keep(spec, await client.enrolment())
        if view is not None and view.draining:
            await client.resume_robot(view.robot_id)
        return spec

    async def stop(self, name: str) -> None:
        """End its process now; what it runs is cut off."""
        self._finishing.discard(name)
        kept = self._kept.get(name)
        if kept is not None:
            self._tasks.cancel(_key(name))
            await kept.stop()

    async def restart(self, client: OrchestratorClient, name: str) -> LocalSpec:
        """End its process and start another one."""
        await self.stop(name)
        return await self.start(client, self._specs[name])

    async def finish(self, client: OrchestratorClient, name: str) -> None:
        """Give it nothing new, and end its process when it has nothing to run any more."""
        view = self.view_of(name)
        if view is None or not view.slots_busy:
            await self.stop(name)
            return
        await client.drain_robot(view.robot_id)
        self._finishing.add(name)
        self.changed.emit()
        self._end_finished()

    async def go_on(self, client: OrchestratorClient, name: str) -> None:
        """Take `finish` back."""
        self._finishing.discard(name)
        view = self.view_of(name)
        if view is not None:
            await client.resume_robot(view.robot_id)
        self.changed.emit()

    def forget(self, name: str) -> None:
        """Remember it no longer; only one that does not run can be forgotten."""
        if self._standing(self._specs[name]).state in (KeptState.STOPPED, KeptState.ENDED):
            self._specs.pop(name)
            self._kept.pop(name, None)
            self._remember()
            self.changed.emit()

    # --- the end of the window --------------------------------------------------------------------------------------

    def let_go(self) -> None:
        """The window closes: ask every robot to end, without waiting."""
        for name, kept in self._kept.items():
            self._tasks.cancel(_key(name))
            kept.ask_to_end()

    async def close(self) -> None:
        """Make it certain; takes a second at most while robots end by themselves."""
        await asyncio.gather(*(each.stop(_AT_THE_END_S) for each in self._kept.values()), return_exceptions=True)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _standing(self, spec: LocalSpec) -> LocalRobot:
        kept = self._kept.get(spec.name)
        if kept is None:
            return LocalRobot(spec=spec, state=KeptState.STOPPED)
        return LocalRobot(
            spec=spec,
            state=kept.state,
            words=kept.words,
            pid=kept.pid,
            is_finishing=spec.name in self._finishing,
            log_file=kept.order.log_file,
        )

    def _keep(self, spec: LocalSpec, enrolment: EnrolmentView) -> None:
        order = RobotOrder(
            name=spec.name,
            slots=spec.slots,
            tags=spec.tags,
            robots_url=enrolment.connect,
            token=enrolment.token,
            folder=self._folder,
        )
        kept = KeptRobot(order, partial(self._told, spec.name))
        self._kept[spec.name] = kept
        self._tasks.start(kept.keep(), key=_key(spec.name), on_error=partial(self._not_started, spec.name))

    def _told(self, name: str) -> None:
        kept = self._kept[name]
        if kept.state in (KeptState.PAUSING, KeptState.ENDED):
            self.troubled.emit(name, kept.words)
            self._tasks.start(self._tell_of_death(name), on_error=lambda _: None)
        self.changed.emit()

    async def _tell_of_death(self, name: str) -> None:
        """So that its jobs are recovered at once."""
        if self.view_of(name) is not None:
            await self._link.client.robot_died(name)

    def _not_started(self, name: str, error: Exception) -> None:
        self._kept[name].state, self._kept[name].words = KeptState.ENDED, str(error)
        self.troubled.emit(name, str(error))
        self.changed.emit()

    def _connection_changed(self) -> None:
        if self._store.state is ConnectionState.CONNECTED and (self._specs or not self._has_begun):
            self._tasks.start(self._follow_engine(), key="local.follow", on_error=lambda _: None)

    async def _follow_engine(self) -> None:
        """Start what belongs to the window; move robots to another address when the engine has got one."""
        is_first, self._has_begun = not self._has_begun, True
        if not self._specs:
            return
        enrolment = await self._link.client.enrolment()
        for spec in list(self._specs.values()):
            kept = self._kept.get(spec.name)
            if kept is None:
                if is_first and spec.with_window:
                    self._keep(spec, enrolment)
            elif kept.state in (KeptState.RUNNING, KeptState.PAUSING) and _has_moved(kept.order, enrolment):
                await self.stop(spec.name)
                self._keep(spec, enrolment)

    def _store_changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind is Kind.ROBOTS and self._finishing:
            self._end_finished()

    def _end_finished(self) -> None:
        for name in tuple(self._finishing):
            view = self.view_of(name)
            if view is None or not view.slots_busy:
                self._tasks.start(self.stop(name), key=f"local.finish.{name}", on_error=lambda _: None)

    def _remember(self) -> None:
        kept = [spec for spec in self._specs.values() if not spec.is_passing]
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / _FILE
        partial_file = path.with_name(f"{_FILE}.new")
        try:
            partial_file.write_bytes(_SPECS.dump_json(kept, indent=2))
            partial_file.replace(path)
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror or error}.") from None


def _remembered(path: Path) -> list[LocalSpec]:
    """A file that is not there, or that nobody can read, holds no robot."""
    try:
        return _SPECS.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return []


def _has_moved(order: RobotOrder, enrolment: EnrolmentView) -> bool:
    return (order.robots_url, order.token) != (enrolment.connect, enrolment.token)


def _key(name: str) -> str:
    return f"local.keep.{name}"
