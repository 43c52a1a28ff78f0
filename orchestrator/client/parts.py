"""The client's parts by subject; each is loaded with the first question that it is asked.

A command asks one part one question, and loading them all takes longer than the answer.
"""
# ruff: noqa: PLC0415  loading late is what this file is for

from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from orchestrator.client.flow import FlowCalls
    from orchestrator.client.heartbeats import HeartbeatCalls
    from orchestrator.client.incidents import IncidentCalls
    from orchestrator.client.live import LiveCalls
    from orchestrator.client.logs import LogCalls
    from orchestrator.client.memory import MemoryCalls
    from orchestrator.client.operations import OperationsClient
    from orchestrator.client.recovery import CheckpointClient, QuestionClient, RecoveryClient
    from orchestrator.client.repairs import RepairCalls
    from orchestrator.client.search import SearchCalls
    from orchestrator.client.selectors import SelectorCalls
    from orchestrator.client.sessions import SessionCalls
    from orchestrator.client.settings import SettingCalls
    from orchestrator.client.submissions import Submissions
    from orchestrator.client.timeline import TimelineCalls
    from orchestrator.client.transport import Transport
    from orchestrator.client.triggers import TriggerCalls
    from orchestrator.client.watch import Alerts, Away, Notices, Resources, Stalls
    from orchestrator.client.work_items import WorkItemCalls, WorkQueueCalls


class ClientParts:
    """What `client.flow`, `client.alerts` and the like are; each speaks over the client's own transport."""

    _transport: "Transport"

    async def _place(self, kind: Literal["workflow", "robot", "schedule"], wanted: str) -> str:
        """Where one of them is found, by id or name."""
        raise NotImplementedError

    @cached_property
    def submissions(self) -> "Submissions":
        """Many jobs at once."""
        from orchestrator.client.submissions import Submissions

        return Submissions(self._transport)

    @cached_property
    def checkpoints(self) -> "CheckpointClient":
        """How far runs are."""
        from orchestrator.client.recovery import CheckpointClient

        return CheckpointClient(self._transport)

    @cached_property
    def questions(self) -> "QuestionClient":
        """What runs ask people."""
        from orchestrator.client.recovery import QuestionClient

        return QuestionClient(self._transport)

    @cached_property
    def recovery(self) -> "RecoveryClient":
        """What was tried after errors."""
        from orchestrator.client.recovery import RecoveryClient

        return RecoveryClient(self._transport)

    @cached_property
    def selectors(self) -> "SelectorCalls":
        """Which locators runs use."""
        from orchestrator.client.selectors import SelectorCalls

        return SelectorCalls(self._transport)

    @cached_property
    def repairs(self) -> "RepairCalls":
        """Repairs of targets that runs propose."""
        from orchestrator.client.repairs import RepairCalls

        return RepairCalls(self._transport)

    @cached_property
    def heartbeats(self) -> "HeartbeatCalls":
        """The addresses that schedules call after good runs."""
        from orchestrator.client.heartbeats import HeartbeatCalls

        return HeartbeatCalls(self._transport)

    @cached_property
    def memory(self) -> "MemoryCalls":
        """What runs remember for later runs."""
        from orchestrator.client.memory import MemoryCalls

        return MemoryCalls(self._transport)

    @cached_property
    def live(self) -> "LiveCalls":
        """What runs' browsers show, and acting in them."""
        from orchestrator.client.live import LiveCalls

        return LiveCalls(self._transport)

    @cached_property
    def search(self) -> "SearchCalls":
        """Jobs, robots, workflows, errors and log lines by their words."""
        from orchestrator.client.search import SearchCalls

        return SearchCalls(self._transport)

    @cached_property
    def log(self) -> "LogCalls":
        """The newest lines of the orchestrator's own log."""
        from orchestrator.client.logs import LogCalls

        return LogCalls(self._transport)

    @cached_property
    def flow(self) -> "FlowCalls":
        """Limits, breakers, forecasts."""
        from orchestrator.client.flow import FlowCalls

        return FlowCalls(self._transport)

    @cached_property
    def triggers(self) -> "TriggerCalls":
        """What starts jobs besides schedules."""
        from orchestrator.client.triggers import TriggerCalls

        return TriggerCalls(self._transport)

    @cached_property
    def queues(self) -> "WorkQueueCalls":
        """Queues of work items."""
        from orchestrator.client.work_items import WorkQueueCalls

        return WorkQueueCalls(self._transport)

    @cached_property
    def items(self) -> "WorkItemCalls":
        """Work items."""
        from orchestrator.client.work_items import WorkItemCalls

        return WorkItemCalls(self._transport)

    @cached_property
    def incidents(self) -> "IncidentCalls":
        """Files about failures, and what files take."""
        from orchestrator.client.incidents import IncidentCalls

        return IncidentCalls(self._transport)

    @cached_property
    def settings(self) -> "SettingCalls":
        """What may change while the orchestrator runs."""
        from orchestrator.client.settings import SettingCalls

        return SettingCalls(self._transport)

    @cached_property
    def sessions(self) -> "SessionCalls":
        """How browser sessions spread."""
        from orchestrator.client.sessions import SessionCalls

        return SessionCalls(self._transport)

    @cached_property
    def alerts(self) -> "Alerts":
        """What is wrong."""
        from orchestrator.client.watch import Alerts

        return Alerts(self._transport)

    @cached_property
    def notices(self) -> "Notices":
        """What the engine switched off by itself."""
        from orchestrator.client.watch import Notices

        return Notices(self._transport)

    @cached_property
    def resources(self) -> "Resources":
        """How loaded the machines are."""
        from orchestrator.client.watch import Resources

        return Resources(self._transport)

    @cached_property
    def stalls(self) -> "Stalls":
        """Runs that stand still."""
        from orchestrator.client.watch import Stalls

        return Stalls(self._transport)

    @cached_property
    def away(self) -> "Away":
        """What happened while nobody was there."""
        from orchestrator.client.watch import Away

        return Away(self._transport)

    @cached_property
    def operations(self) -> "OperationsClient":
        """Bulk changes, failures, dead letters, drains, versions."""
        from orchestrator.client.operations import OperationsClient

        return OperationsClient(self._transport, self._place)

    @cached_property
    def timeline(self) -> "TimelineCalls":
        """The fleet's past."""
        from orchestrator.client.timeline import TimelineCalls

        return TimelineCalls(self._transport)
