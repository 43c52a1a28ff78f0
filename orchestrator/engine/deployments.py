"""Brings workflows to robots ahead of their jobs, and remembers where each one stands; robots answer for themselves."""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from orchestrator.contract.ids import RobotId, SessionId, WorkflowHash, WorkflowId
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.terms import KEEP_WORKFLOWS
from orchestrator.contract.protocol.workflows import (
    DeploymentOutcome,
    DeploymentStatus,
    DeployWorkflow,
    UndeployWorkflow,
)
from orchestrator.domain.deployment import Deployment, DeploymentState
from orchestrator.domain.events import ROBOT, RobotChanged, RobotRemoved
from orchestrator.domain.robot import Robot
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import InvalidRequestError, NotFoundError, StorageError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.deployments import DeploymentStore
from orchestrator.engine.robot_pool import RobotPool

MOST_ON_A_ROBOT = 200
"""Below what a robot keeps, so that a deployed workflow stays where it was brought."""
TICK_S = 30.0

logger = logging.getLogger(__name__)

Say = Callable[[RobotId, Payload], bool]
Key = tuple[WorkflowId, RobotId]


class Deployments:
    """Which workflows robots are to keep."""

    def __init__(
        self,
        *,
        store: DeploymentStore,
        workflows: WorkflowDistributor,
        pool: RobotPool,
        say: Say,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._store = store
        self._workflows = workflows
        self._pool = pool
        self._say = say
        self._bus = bus
        self._clock = clock
        self._all: dict[Key, Deployment] = {}
        self._greeted: dict[RobotId, SessionId] = {}
        self._to_greet: set[RobotId] = set()
        self._gone: set[RobotId] = set()
        self._wakeup = Wakeup(clock)
        bus.subscribe(RobotChanged, self._on_robot, states={ROBOT})
        bus.subscribe(RobotRemoved, self._on_removed)

    async def load(self) -> None:
        """Read what is remembered."""
        self._all = {(each.workflow_id, each.robot_id): each for each in await self._store.every()}

    async def deploy(self, version: WorkflowVersion, robots: Iterable[Robot], *, actor: str) -> Sequence[Deployment]:
        """Bring a version to robots, now or when they connect. InvalidRequestError when one keeps too many."""
        wanted = [self._wanted(version, robot, actor) for robot in robots]
        for each in wanted:
            self._check_room(each)
        name = version.definition.name
        words = f"{name} (version {version.number}) is brought to {_count(len(wanted))}."
        await self._save(wanted, self._entry("workflow.deployed", words, actor))
        for each in wanted:
            await self._bring(each, version)
        return [self._all.get((each.workflow_id, each.robot_id), each) for each in wanted]

    async def undeploy(
        self, workflow_id: WorkflowId, name: str, robots: Collection[RobotId], *, actor: str
    ) -> Sequence[Deployment]:
        """Let robots forget a workflow; NotFoundError when none of them has it."""
        found = [each for each in self.of(workflow_id) if each.robot_id in robots]
        if not found:
            raise NotFoundError("deployment of workflow", name)
        now = self._clock.now()
        leaving = [replace(each, state=DeploymentState.REMOVING, actor=actor, changed_at=now) for each in found]
        words = f"{name} is taken from {_count(len(leaving))}."
        await self._save(leaving, self._entry("workflow.undeployed", words, actor))
        for each in leaving:
            self._pool.forget_workflow(each.robot_id, each.workflow_hash)
            self._say(each.robot_id, UndeployWorkflow(workflow_hash=each.workflow_hash))
        return leaving

    def of(self, workflow_id: WorkflowId | None = None, robot_id: RobotId | None = None) -> Sequence[Deployment]:
        """Deployments of a workflow, on a robot, or all."""
        return [
            each
            for _, each in sorted(self._all.items())
            if workflow_id in {None, each.workflow_id} and robot_id in {None, each.robot_id}
        ]

    async def heard(self, robot: Robot, _: SessionId, said: DeploymentStatus) -> None:
        """A robot says what became of a workflow."""
        if said.outcome is DeploymentOutcome.DEPLOYED:
            self._pool.note_workflow(robot.robot_id, said.workflow_hash)
        for each in self.of(robot_id=robot.robot_id):
            if each.workflow_hash == said.workflow_hash:
                await self._settle(robot, each, said)

    async def run(self) -> None:
        """Tell robots that connect what they are to keep; until cancelled."""
        while True:
            await self._wakeup.wait(TICK_S)
            while self._gone:
                await self._forget(self._gone.pop())
            while self._to_greet:
                await self._greet(self._to_greet.pop())

    # --- inside ---------------------------------------------------------------------------------------------------

    def _wanted(self, version: WorkflowVersion, robot: Robot, actor: str) -> Deployment:
        return Deployment(
            workflow_id=version.workflow_id,
            robot_id=robot.robot_id,
            workflow_hash=version.workflow_hash,
            state=DeploymentState.PENDING,
            actor=actor,
            changed_at=self._clock.now(),
        )

    def _check_room(self, wanted: Deployment) -> None:
        on_it = {each.workflow_id for each in self.of(robot_id=wanted.robot_id)} | {wanted.workflow_id}
        if len(on_it) > MOST_ON_A_ROBOT:
            raise InvalidRequestError(
                f"A robot keeps at most {MOST_ON_A_ROBOT} deployed workflows; undeploy some first.", field="robots"
            )

    async def _bring(self, wanted: Deployment, version: WorkflowVersion) -> None:
        """Send it, when the robot is there and knows what to do with it."""
        berth = self._pool.berth(wanted.robot_id)
        if berth is None or berth.session_id is None:
            return
        if KEEP_WORKFLOWS not in berth.features:
            said = DeploymentStatus(
                workflow_hash=version.workflow_hash,
                outcome=DeploymentOutcome.FAILED,
                detail=f"{berth.robot.name} is of an older version, which keeps no workflows: update it.",
            )
            await self._settle(berth.robot, wanted, said)
            return
        self._say(wanted.robot_id, DeployWorkflow(workflow_hash=version.workflow_hash, workflow=version.definition))

    async def _settle(self, robot: Robot, known: Deployment, said: DeploymentStatus) -> None:
        match said.outcome:
            case DeploymentOutcome.REMOVED:
                if known.state is DeploymentState.REMOVING:
                    await self._drop(known)
            case DeploymentOutcome.DEPLOYED | DeploymentOutcome.FAILED if known.state is not DeploymentState.REMOVING:
                state = DeploymentState(said.outcome.value)
                if (known.state, known.detail) == (state, said.detail):
                    return
                settled = replace(known, state=state, detail=said.detail, changed_at=self._clock.now())
                await self._save([settled], self._failure(robot, settled))
            case _:
                pass  # it is to leave: what a robot says of its arrival comes too late

    def _failure(self, robot: Robot, settled: Deployment) -> AuditEntry | None:
        if settled.state is not DeploymentState.FAILED:
            return None
        words = f"Workflow {settled.workflow_hash} could not be brought to {robot.name}: {settled.detail}"
        return self._entry("workflow.deployment_failed", words, "engine", robot_id=robot.robot_id)

    async def _drop(self, gone: Deployment) -> None:
        await self._store.remove(gone.workflow_id, gone.robot_id)
        self._all.pop((gone.workflow_id, gone.robot_id), None)

    async def _save(self, deployments: Sequence[Deployment], entry: AuditEntry | None) -> None:
        await self._store.save(deployments, entry)
        self._all |= {(each.workflow_id, each.robot_id): each for each in deployments}
        if entry is not None:
            self._bus.publish(AuditAdded(entry=entry))

    def _on_robot(self, event: RobotChanged) -> None:
        robot_id, session_id = event.robot.robot_id, event.robot.session_id
        if session_id is None or self._greeted.get(robot_id) == session_id:
            return
        berth = self._pool.berth(robot_id)
        if berth is not None and berth.is_welcomed:
            self._greeted[robot_id] = session_id
            self._to_greet.add(robot_id)
            self._wakeup.ring()

    def _on_removed(self, event: RobotRemoved) -> None:
        self._greeted.pop(event.robot_id, None)
        self._gone.add(event.robot_id)
        self._wakeup.ring()

    async def _greet(self, robot_id: RobotId) -> None:
        """What was to be done while the robot was away, and what it has lost meanwhile."""
        berth = self._pool.berth(robot_id)
        kept = berth.workflows if berth is not None else {}
        for each in self.of(robot_id=robot_id):
            if each.state is DeploymentState.REMOVING:
                self._say(robot_id, UndeployWorkflow(workflow_hash=each.workflow_hash))
            elif each.state is not DeploymentState.DEPLOYED or each.workflow_hash not in kept:
                version = await self._workflows.version(each.workflow_id, each.workflow_hash)
                if version is not None:
                    await self._bring(each, version)

    async def _forget(self, robot_id: RobotId) -> None:
        for each in self.of(robot_id=robot_id):
            try:
                await self._drop(each)
            except StorageError as error:
                logger.info("A deployment on a removed robot stays for now: %s", error)

    def _entry(self, kind: str, words: str, actor: str, *, robot_id: RobotId | None = None) -> AuditEntry:
        return AuditEntry(at=self._clock.now(), kind=kind, message=words, actor=actor, robot_id=robot_id)


def newest_of(versions: Iterable[WorkflowVersion]) -> dict[WorkflowId, WorkflowHash]:
    """The newest content of each workflow, to tell which deployments are outdated."""
    return {version.workflow_id: version.workflow_hash for version in versions}


def _count(robots: int) -> str:
    return "1 robot" if robots == 1 else f"{robots} robots"
