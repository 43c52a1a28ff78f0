"""The engine: wires the parts, starts and stops them in order, and forwards commands; queries go to the parts."""

import logging
import random
from collections.abc import Sequence
from dataclasses import replace

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.live_settings import LiveValues
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.questions import AskPerson, QuestionDropped
from orchestrator.contract.protocol.work_items import WorkItemAsk
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.metrics import DashboardMetrics
from orchestrator.domain.placement import LoadBalancingStrategy
from orchestrator.domain.robot import Robot
from orchestrator.domain.waiting import Verdict
from orchestrator.engine.artifacts import ArtifactKeeper
from orchestrator.engine.bus import EventBus
from orchestrator.engine.checkpoints import CheckpointManager
from orchestrator.engine.clock import Clock, SystemClock
from orchestrator.engine.clones import CloneWatch
from orchestrator.engine.dispatcher import JobDispatcher
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.due_jobs import DueWatch
from orchestrator.engine.errors import StoppingError
from orchestrator.engine.file_watch import FileWatch
from orchestrator.engine.fleet_history import FleetHistory
from orchestrator.engine.flow_control import FlowControl
from orchestrator.engine.flow_desk import KIND as BREAKER_KIND
from orchestrator.engine.flow_desk import FlowDesk
from orchestrator.engine.forecasts import ForecastDesk
from orchestrator.engine.inbox import Inbox
from orchestrator.engine.intake import JobIntake
from orchestrator.engine.isolation import RobotIsolation
from orchestrator.engine.job_desk import JobDesk
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.lease_watch import LeaseWatch
from orchestrator.engine.live_rooms import LiveRooms
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.loops import Loops
from orchestrator.engine.memory import MemoryDesk
from orchestrator.engine.middleware import SubmissionMiddleware
from orchestrator.engine.monitor import MetricsCollector, RobotWatch
from orchestrator.engine.operations import Operations
from orchestrator.engine.order_desk import OrderDesk
from orchestrator.engine.pauses import PauseDesk
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.ports.machine import MachineProbe
from orchestrator.engine.ports.store import Store
from orchestrator.engine.ports.vault import Vault
from orchestrator.engine.questions import QuestionDesk
from orchestrator.engine.recovery import RecoveryManager
from orchestrator.engine.repair_desk import RepairDesk
from orchestrator.engine.repairs import RepairRoom
from orchestrator.engine.results import ResultDesk
from orchestrator.engine.resumption import ResumptionDesk
from orchestrator.engine.retention import Retention
from orchestrator.engine.robot_desk import RobotDesk
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.run_timer import RunTimer
from orchestrator.engine.schedule_desk import ScheduleDesk
from orchestrator.engine.scheduler import JobScheduler
from orchestrator.engine.sealing import Sealing
from orchestrator.engine.search import SearchDesk
from orchestrator.engine.search_indexer import SearchIndexer
from orchestrator.engine.selectors import SelectorWatch
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.tight_checkpoints import TightCheckpoints
from orchestrator.engine.timeline import TimelineDesk
from orchestrator.engine.trigger_desk import TriggerDesk
from orchestrator.engine.triggers import Triggers
from orchestrator.engine.waiting import WaitingDesk
from orchestrator.engine.watch import Watch
from orchestrator.engine.webhooks import WebhookDesk
from orchestrator.engine.work_item_rooms import work_item_rooms
from orchestrator.engine.workflow_ends import EndWatch

logger = logging.getLogger(__name__)


class OrchestratorEngine:
    """Coordinates queue, dispatcher, scheduler, robots and recovery over a store and a gateway."""

    def __init__(  # noqa: PLR0915  one line for each part
        self,
        store: Store,
        gateway: Gateway,
        *,
        settings: EngineSettings | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
        timer: RunTimer | None = None,
        middleware: Sequence[SubmissionMiddleware] = (),
        probe: MachineProbe | None = None,
        vault: Vault | None = None,
    ) -> None:
        self.settings = settings or EngineSettings()
        self.clock = clock or SystemClock()
        rng = rng or random.Random()  # noqa: S311  spreads load and retries, guards nothing
        self.store = store
        self.bus = EventBus()
        self._gateway = gateway
        sealing = Sealing(vault)
        self.live = LiveSettings(store.live, self.bus, self.clock, self.settings.live_values())
        self.queue = JobQueue(store, self.bus, ageing_s=self.settings.ageing_s)
        self.pool = RobotPool(self.bus, self.clock, rng=rng)
        self.workflows = WorkflowDistributor(store, self.bus, self.clock)
        self.leases = LeaseWatch(self.queue, self.bus, self.clock, self.settings)
        self.dispatcher = JobDispatcher(
            queue=self.queue,
            pool=self.pool,
            gateway=gateway,
            bus=self.bus,
            clock=self.clock,
            settings=self.settings,
            version_of=self.workflows.version_of,
            opened=sealing.opened,
        )
        self.results = ResultDesk(self.queue, store, self.clock, rng)
        self.inbox = Inbox(
            queue=self.queue,
            pool=self.pool,
            store=store,
            gateway=gateway,
            bus=self.bus,
            clock=self.clock,
            settings=self.settings,
            dispatcher=self.dispatcher,
            leases=self.leases,
            results=self.results,
        )
        self.robots = RobotDesk(
            pool=self.pool, inbox=self.inbox, store=store, gateway=gateway, bus=self.bus, clock=self.clock
        )
        self.flow_control = FlowControl(
            self.queue, self.bus, self.clock, terms=self.settings.breaker, ageing_s=self.settings.ageing_s
        )
        self.flow = FlowDesk(self.flow_control, store.flow, self.bus, self.clock, terms=self.settings.breaker)
        self.order = OrderDesk(self.queue, self.clock)
        self.forecasts = ForecastDesk(
            queue=self.queue, pool=self.pool, flow=self.flow_control, store=store, bus=self.bus, clock=self.clock
        )
        self.checkpoints = CheckpointManager(
            store.checkpoints, self.queue, self.bus, self.clock, send=self.send, sealing=sealing
        )
        TightCheckpoints(self.checkpoints, self.queue, self.bus)
        self.pauses = PauseDesk(self.queue, self.clock, send=self.send)
        self.resumption = ResumptionDesk(self.queue, self.checkpoints, self.workflows, self.clock)
        self.operations = Operations(self)
        self.questions = QuestionDesk(store.questions, self.queue, self.bus, self.clock, send=self.send)
        self.live_rooms = LiveRooms(
            queue=self.queue,
            pool=self.pool,
            questions=self.questions,
            inbox=self.inbox,
            store=store,
            bus=self.bus,
            clock=self.clock,
            send=self.send,
        )
        self.memory = MemoryDesk(
            store.memory, self.queue, self.bus, self.clock, sealing=sealing, version_of=self.workflows.version_of
        )
        self.workflows.also_asks = self.memory.problems
        self.recovery = RecoveryManager(store.recoveries, self.queue, self.bus, self.clock)
        self.metrics = MetricsCollector(self.queue, self.pool, store, self.clock, self.settings)
        self.intake = JobIntake(
            queue=self.queue,
            dispatcher=self.dispatcher,
            store=store,
            workflows=self.workflows,
            pool=self.pool,
            clock=self.clock,
            settings=self.settings,
            live=self.live,
            sealing=sealing,
            middleware=middleware,
        )
        self.jobs = JobDesk(self.queue, self.pool, self.inbox, self.clock)
        self.scheduler = JobScheduler(
            store=store,
            queue=self.queue,
            submissions=self.intake.submissions,
            pipeline=self.intake.pipeline,
            bus=self.bus,
            clock=self.clock,
            live=self.live,
            timer=timer,
        )
        self.triggers = Triggers(
            store=store.triggers,
            queue=self.queue,
            workflows=self.workflows,
            submissions=self.intake.submissions,
            pipeline=self.intake.pipeline,
            bus=self.bus,
            clock=self.clock,
            live=self.live,
        )
        self.retention = Retention(store.retention, self.triggers, self.live, self.clock)
        self.artifacts = ArtifactKeeper(store.files, audit=store, live=self.live, bus=self.bus, clock=self.clock)
        self.work_items, self.item_runs, self._item_watch, self.item_decisions = work_item_rooms(
            store.work_items,
            queue=self.queue,
            triggers=self.triggers,
            bus=self.bus,
            clock=self.clock,
            sealing=sealing,
            send=self.send,
        )
        self.trigger_desk = TriggerDesk(
            self.workflows, store, self.pool, self.clock, sealing=sealing, items=self.work_items
        )
        self.webhooks = WebhookDesk(self.triggers, self.live, self.clock)
        self._file_watch = FileWatch(self.triggers, store.triggers, self.clock)
        self._end_watch = EndWatch(
            triggers=self.triggers,
            jobs=store,
            store=store.triggers,
            workflows=self.workflows,
            bus=self.bus,
            clock=self.clock,
        )
        self.schedule_desk = ScheduleDesk(self.workflows, self.pool, self.clock, sealing=sealing)
        self.search = SearchDesk(
            store.search,
            pool=self.pool,
            workflows=store,
            scheduler=self.scheduler,
            bus=self.bus,
            clock=self.clock,
        )
        self.indexer = SearchIndexer(store.search, self.bus, self.clock)
        self.waiting = WaitingDesk(
            queue=self.queue,
            pool=self.pool,
            flow=self.flow_control,
            dispatcher=self.dispatcher,
            clock=self.clock,
            held_by=self.scheduler.held_by,
            trouble=lambda: store.trouble,
        )
        self.history = FleetHistory(
            store.timeline,
            queue=self.queue,
            pool=self.pool,
            plan_of=self.operations.drains.plan_of,
            live=self.live,
            bus=self.bus,
            clock=self.clock,
        )
        self.timeline = TimelineDesk(
            store.timeline, queue=self.queue, pool=self.pool, waiting=self.waiting, clock=self.clock
        )
        self._due = DueWatch(self.queue, self.bus, self.clock, is_held=self.scheduler.is_held)
        self._robot_watch = RobotWatch(self.pool, self.clock, self.settings)
        self.live.listen(self._tune)
        self._loops = Loops(self.clock)
        self.watch = Watch(
            self,
            queue=self.queue,
            pool=self.pool,
            inbox=self.inbox,
            scheduler=self.scheduler,
            loops=self._loops,
            store=store,
            bus=self.bus,
            clock=self.clock,
            settings=self.settings,
            probe=probe,
        )
        self.selectors = SelectorWatch(
            self.watch.alerts, workflows=self.workflows, store=store, bus=self.bus, clock=self.clock
        )
        self.repair_room = RepairRoom(store.repairs, self.queue, self.workflows, self.bus, self.clock)
        self.repairs = RepairDesk(
            self.repair_room, store, self.queue, self.workflows, self.clock, schedules=self.scheduler.schedules
        )
        self.isolation = RobotIsolation(
            drain=self.drain_robot,
            resume=lambda robot_id, actor: self.resume_robot(robot_id, actor=actor),
            notices=self.watch.notices,
            bus=self.bus,
        )
        self._clones = CloneWatch(
            self.watch.alerts,
            self.clock,
            lambda robot_id: self.isolation.isolate(robot_id, "Two processes work under its identity."),
        )
        self.is_running = False
        self._wire()

    # --- life -----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Read what the store remembers, then set the loops going; jobs that were live are not touched."""
        await self.live.load()
        for robot in await self.store.robots():
            self.pool.add_robot(replace(robot, session_id=None))
        await self.queue.load()
        for job in self.queue.open_jobs():
            if job.status.is_live and job.robot_id is not None:
                self.pool.hold(job.robot_id, job)
        await self.flow.load()
        await self.forecasts.load()
        self.flow_control.adopt(self.queue.open_jobs())
        self.leases.adopt(self.queue.open_jobs())
        await self.scheduler.load()
        await self.operations.load()
        await self.history.load()
        await self.triggers.load()
        await self.work_items.load()
        await self.item_runs.load()
        await self._item_watch.load()
        await self.watch.load()
        await self.checkpoints.load()
        await self.questions.load()
        self.recovery.load()
        await self.repair_room.load()
        self._loops.start("leases", self.leases.run)
        self._loops.start("checkpoints", self.checkpoints.run)
        self._loops.start("questions", self.questions.run)
        self.live_rooms.start(self._loops)
        self._loops.start("recovery", self.recovery.run)
        self._loops.start("due-jobs", self._due.run)
        self._loops.start("dispatcher", self.dispatcher.run)
        self._loops.start("flow", self.flow.run)
        self._loops.start("metrics", self.metrics.run)
        self._loops.start("robots", self._robot_watch.run)
        self._loops.start("clones", self._clones.run)
        self._loops.start("scheduler", self.scheduler.run)
        self._loops.start("job-ends", self._end_watch.run)
        self._loops.start("files", self._file_watch.run)
        self._loops.start("retention", self.retention.run)
        self._loops.start("selectors", self.selectors.run)
        self._loops.start("repairs", self.repair_room.run)
        self._loops.start("artifacts", self.artifacts.run)
        self._loops.start("search", self.indexer.run)
        self._loops.start("work-items", self.item_runs.run)
        self._loops.start("work-queues", self._item_watch.run)
        self.watch.start()
        self.operations.start(self._loops)
        self._loops.start("history", self.history.run)
        self.is_running = True
        self.dispatcher.wake()

    async def stop(self) -> None:
        """Stop taking and giving work, and say goodbye to the robots; what they run goes on, and is stored as it is."""
        self.is_running = False
        self.live_rooms.view.closing.set()
        await self._loops.stop()
        await self.watch.flush()
        await self.history.stop()
        self.inbox.close()
        for robot in self.pool.robots():
            if robot.session_id is not None:
                self._gateway.close(robot.robot_id, robot.session_id, "The orchestrator stops.")

    # --- jobs -----------------------------------------------------------------------------------------------------

    async def submit_job(
        self,
        request: SubmitRequest,
        *,
        idempotency_key: str | None = None,
        actor: str = "engine",
        traceparent: str = "",
    ) -> Job:
        """Accept a job; when this returns it is durable. A known idempotency key gives the first job again.

        Raises NotFoundError (workflow), WorkflowError (definition, variables), InvalidRequestError (the rest),
        ConflictError (queue full), TooManyRequestsError, StoppingError, StorageError.
        """
        self._check_running()
        return await self.intake.submit(request, idempotency_key=idempotency_key, actor=actor, traceparent=traceparent)

    async def submit_jobs(self, wishes: Sequence[tuple[SubmitRequest, str | None, str]]) -> list[Job | BotswainError]:
        """`submit_job` for many (request, idempotency key, actor), which share their commits; an outcome for each."""
        self._check_running()
        return await self.intake.submit_all(wishes)

    async def cancel_job(self, job_id: JobId, *, reason: str = "", actor: str = "engine") -> Job:
        """Cancel a job: at once when no robot can run it, otherwise by asking the robot; asking twice does no harm.

        Raises NotFoundError, ConflictError when it has ended.
        """
        return await self.jobs.cancel(job_id, reason=reason, actor=actor)

    async def retry_job(self, job_id: JobId, *, actor: str = "engine") -> Job:
        """Queue an ended job again, as a new attempt. Raises NotFoundError, ConflictError."""
        return await self.jobs.retry(job_id, actor=actor)

    async def get_job_status(self, job_id: JobId) -> JobStatus:
        """Where a job stands. Raises NotFoundError."""
        return (await self.jobs.get(job_id)).status

    async def job(self, job_id: JobId) -> Job:
        """A job, ended or not. Raises NotFoundError."""
        return await self.jobs.get(job_id)

    async def why_waiting(self, job_id: JobId) -> tuple[Verdict, ...]:
        """Why a job does not run: never empty. Raises NotFoundError."""
        return self.waiting.why(await self.jobs.get(job_id))

    # --- robots ---------------------------------------------------------------------------------------------------

    async def register_robot(self, robot: Robot, *, actor: str = "engine") -> None:
        """Know a robot before it has ever connected."""
        await self.robots.register(robot, actor=actor)

    async def unregister_robot(self, robot_id: RobotId, *, actor: str = "engine") -> None:
        """Forget a robot that is not connected and holds nothing. Raises NotFoundError, ConflictError."""
        await self.robots.unregister(robot_id, actor=actor)
        self._clones.forget(robot_id)

    async def drain_robot(self, robot_id: RobotId, *, actor: str = "engine") -> Robot:
        """Let the robot finish what it runs and give it nothing new. Raises NotFoundError."""
        return await self.robots.drain(robot_id, draining=True, actor=actor)

    async def resume_robot(self, robot_id: RobotId, *, actor: str = "engine") -> Robot:
        """Give a drained robot work again. Raises NotFoundError."""
        return await self.robots.drain(robot_id, draining=False, actor=actor)

    async def robot_died(self, robot_id: RobotId) -> None:
        """The robot's process is known to be dead: its jobs are recovered at once, without waiting."""
        self.robots.known(robot_id)
        await self.inbox.robot_died(robot_id)

    def send(self, robot_id: RobotId, message: Payload) -> bool:
        """Say something to a robot; False when it is not connected."""
        session_id = self.pool.session_of(robot_id)
        return session_id is not None and self._gateway.send(robot_id, session_id, message)

    def broadcast(self, message: Payload) -> int:
        """Say something to every connected robot; how many it reached."""
        return sum(self.send(robot.robot_id, message) for robot in self.pool.robots())

    # --- figures --------------------------------------------------------------------------------------------------

    async def get_dashboard_metrics(self) -> DashboardMetrics:
        """The dashboard's figures."""
        return await self.metrics.dashboard()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _tune(self, values: LiveValues) -> None:
        self.dispatcher.load_balancing = LoadBalancingStrategy(values.load_balancing)
        self.dispatcher.most_at_once = values.max_concurrent_workflows
        self.dispatcher.wake()

    def _wire(self) -> None:
        self.flow_control.wake = self.dispatcher.wake
        self.waiting.plans = self.operations.plans
        self.watch.notices.undo_with(BREAKER_KIND, self.flow.undo)
        self.leases.resume_point = self.checkpoints.point_of
        self.leases.begins_at_once = self.pool.may_run
        self.results.resume_point = self.checkpoints.point_of
        self.results.recovered = self.recovery.reported
        self.results.sighted = self.repair_room.sighted
        self.selectors.falls_back = self.repair_room.falls_back
        self.repair_room.is_falling_back = self.selectors.is_falling_back
        self.results.usual_s = self.forecasts.usual_s
        self.inbox.introduced = self._clones.introduced
        self.inbox.heartbeats.pause_wishes = self.pauses.wishes
        self.questions.cancel_job = self._cancel_unanswered
        self.inbox.answer(AskPerson, self.questions.asked)
        self.inbox.answer(QuestionDropped, self.questions.dropped)
        self.inbox.answer(WorkItemAsk, self.item_runs.asked)
        self._item_watch.alerts = self.watch.alerts
        self.retention.forget_items = self._item_watch.forget_old
        self.retention.forget_history = self.history.forget
        self.leases.stop_run = self.inbox.stop_run
        self.leases.recall_offer = self.jobs.recall
        self.leases.silent_robots = self.robots.silent
        self.leases.drop_robot = self.robots.drop

    async def _cancel_unanswered(self, job_id: JobId, reason: str) -> None:
        await self.cancel_job(job_id, reason=reason)

    def _check_running(self) -> None:
        if not self.is_running:
            raise StoppingError
