"""What operators do every day, wired: deployments, dead letters, failures, bulk actions, drains, restarts, audit."""

from typing import Protocol

from orchestrator.contract.ids import RobotId
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.workflows import DeploymentStatus
from orchestrator.engine.audit_chain import AuditChain
from orchestrator.engine.bulk import BulkDesk, JobCommands
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.dead_letters import DeadLetters
from orchestrator.engine.deployments import Deployments
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.drains import DrainDesk, FleetCommands
from orchestrator.engine.failures import FailureDesk
from orchestrator.engine.inbox import Inbox
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.loops import Loops
from orchestrator.engine.order_desk import OrderDesk
from orchestrator.engine.pauses import PauseDesk
from orchestrator.engine.ports.store import Store
from orchestrator.engine.restarts import RestartDesk
from orchestrator.engine.robot_pool import RobotPool


class EngineParts(JobCommands, FleetCommands, Protocol):
    """What these rooms use of the engine."""

    store: Store
    bus: EventBus
    clock: Clock
    queue: JobQueue
    pool: RobotPool
    workflows: WorkflowDistributor
    order: OrderDesk
    pauses: PauseDesk
    inbox: Inbox

    def send(self, robot_id: RobotId, message: Payload) -> bool: ...


class Operations:
    """The rooms of operators' work; each speaks for itself."""

    def __init__(self, engine: EngineParts) -> None:
        store, records, bus, clock = engine.store, engine.store.operations, engine.bus, engine.clock
        self.deployments = Deployments(
            store=records.deployments,
            workflows=engine.workflows,
            pool=engine.pool,
            say=engine.send,
            bus=bus,
            clock=clock,
        )
        self.dead_letters = DeadLetters(
            records=records.dead_letters, store=store, workflows=engine.workflows, bus=bus, clock=clock
        )
        self.failures = FailureDesk(records=records.failures, audit=store, bus=bus, clock=clock)
        self.bulk = BulkDesk(
            records=records.bulk,
            queue=engine.queue,
            commands=engine,
            prioritise=engine.order.prioritise,
            bus=bus,
            clock=clock,
        )
        self.drains = DrainDesk(
            records=records.robot_plans,
            pool=engine.pool,
            queue=engine.queue,
            commands=engine,
            pauses=engine.pauses,
            bus=bus,
            clock=clock,
        )
        self.restarts = RestartDesk(pool=engine.pool, say=engine.send, audit=store, bus=bus, clock=clock)
        self.audit_chain = AuditChain(records.seals, clock)
        engine.inbox.answer(DeploymentStatus, self.deployments.heard)

    def plans(self) -> dict[RobotId, str]:
        """What is planned with robots, or done with them now, in one sentence each."""
        return self.drains.plans() | self.restarts.plans()

    async def load(self) -> None:
        """Read what is remembered, before robots and people come."""
        await self.deployments.load()
        await self.failures.load()
        await self.bulk.load()
        await self.drains.load()

    def start(self, loops: Loops) -> None:
        """Set the loops going."""
        loops.start("deployments", self.deployments.run)
        loops.start("failures", self.failures.run)
        loops.start("bulk", self.bulk.run)
        loops.start("drains", self.drains.run)
        loops.start("restarts", self.restarts.run)
        loops.start("audit-chain", self.audit_chain.run)
