"""Everything that the orchestrator remembers, in one."""

from typing import Protocol

from orchestrator.engine.ports.figures import MetricsStore
from orchestrator.engine.ports.jobs import JobStore
from orchestrator.engine.ports.robots import RobotStore
from orchestrator.engine.ports.schedules import ScheduleStore
from orchestrator.engine.ports.workflows import WorkflowStore


class Store(JobStore, WorkflowStore, RobotStore, ScheduleStore, MetricsStore, Protocol):
    """Everything that the orchestrator remembers. `OrchestratorService` is the one that ships."""
