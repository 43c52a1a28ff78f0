"""Everything that the orchestrator remembers, in one."""

from typing import Protocol

from orchestrator.engine.ports.artifacts import ArtifactStore
from orchestrator.engine.ports.figures import MetricsStore
from orchestrator.engine.ports.flow import FlowStore
from orchestrator.engine.ports.jobs import JobStore
from orchestrator.engine.ports.memory import MemoryStore
from orchestrator.engine.ports.operations import OperationStore
from orchestrator.engine.ports.recovery import CheckpointStore, QuestionStore, RecoveryStore
from orchestrator.engine.ports.repairs import RepairStore
from orchestrator.engine.ports.retention import RetentionStore
from orchestrator.engine.ports.robots import RobotStore
from orchestrator.engine.ports.schedules import ScheduleStore
from orchestrator.engine.ports.search import SearchStore
from orchestrator.engine.ports.settings import SettingStore
from orchestrator.engine.ports.timeline import TimelineStore
from orchestrator.engine.ports.triggers import TriggerStore
from orchestrator.engine.ports.watch import WatchStore
from orchestrator.engine.ports.work_items import WorkItemStore
from orchestrator.engine.ports.workflows import WorkflowStore


class Store(JobStore, WorkflowStore, RobotStore, ScheduleStore, MetricsStore, Protocol):
    """Everything that the orchestrator remembers. `OrchestratorService` is the one that ships."""

    @property
    def trouble(self) -> str | None:
        """Why the newest change could not be kept; None while all is well."""
        ...

    @property
    def checkpoints(self) -> CheckpointStore:
        """Checkpoints with their content."""
        ...

    @property
    def recoveries(self) -> RecoveryStore:
        """What was tried to recover."""
        ...

    @property
    def questions(self) -> QuestionStore:
        """Questions to people."""
        ...

    @property
    def watch(self) -> WatchStore:
        """Alerts, notices and reports about absences."""
        ...

    @property
    def flow(self) -> FlowStore:
        """Limits, open breakers and past durations."""
        ...

    @property
    def triggers(self) -> TriggerStore:
        """Triggers and what they did."""
        ...

    @property
    def operations(self) -> OperationStore:
        """What operators did: deployments, failure groups, dead letters, bulk actions, plans, seals."""
        ...

    @property
    def live(self) -> SettingStore:
        """Settings that were changed while the orchestrator ran."""
        ...

    @property
    def memory(self) -> MemoryStore:
        """What runs remember for later runs."""
        ...

    @property
    def retention(self) -> RetentionStore:
        """Forgets what is old."""
        ...

    @property
    def search(self) -> SearchStore:
        """Finds log lines, jobs and errors by their words."""
        ...

    @property
    def work_items(self) -> WorkItemStore:
        """Queues of work items, the items, and their tries."""
        ...

    @property
    def files(self) -> ArtifactStore:
        """What files of jobs take, and which stay."""
        ...

    @property
    def timeline(self) -> TimelineStore:
        """The fleet's past."""
        ...

    @property
    def repairs(self) -> RepairStore:
        """What elements looked like, and repairs of targets."""
        ...
