"""The client's methods about what went wrong: alerts, notices, resources, stalls and absences."""

from datetime import datetime
from typing import Literal

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.alerts import AlertRulesRequest, AlertRulesView, AlertView
from orchestrator.contract.api.away import AwayReportView
from orchestrator.contract.api.common import API
from orchestrator.contract.api.notices import FailureLimitRequest, FailureLimitView, NoticeView
from orchestrator.contract.api.resources import (
    MachineHistoryView,
    MonitorSettingsRequest,
    MonitorSettingsView,
    ResourcesView,
)
from orchestrator.contract.api.stalls import CaptureRequest, StalledJobView, StallPolicyRequest, StallPolicyView


class Alerts:
    """`client.alerts`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(
        self, *, over: bool = False, limit: int = 100, before: datetime | None = None
    ) -> tuple[AlertView, ...]:
        """What is wrong now, the worst first; with `over` also what was, newest first."""
        query: dict[str, object] = {"over": over, "limit": limit}
        if before is not None:
            query["before"] = before.isoformat()
        return await self._transport.read(tuple[AlertView, ...], "GET", "/alerts", query=query)

    async def acknowledge(self, alert_id: str) -> AlertView:
        """Say that somebody has seen it."""
        return await self._transport.read(AlertView, "POST", f"/alerts/{part_of_path(alert_id)}/acknowledge")

    async def rules(self) -> AlertRulesView:
        """By which rules alerts are raised."""
        return await self._transport.read(AlertRulesView, "GET", "/alerts/rules")

    async def change_rules(self, changes: AlertRulesRequest) -> AlertRulesView:
        """Raise alerts by other rules from now on."""
        return await self._transport.read(AlertRulesView, "PATCH", "/alerts/rules", body=changes)


class Notices:
    """`client.notices`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, *, over: bool = False, limit: int = 100) -> tuple[NoticeView, ...]:
        """What the engine has switched off; with `over` also what is on again, newest first."""
        return await self._transport.read(
            tuple[NoticeView, ...], "GET", "/notices", query={"over": over, "limit": limit}
        )

    async def undo(self, notice_id: str) -> NoticeView:
        """Switch it on again."""
        return await self._transport.read(NoticeView, "POST", f"/notices/{part_of_path(notice_id)}/undo")

    async def dismiss(self, notice_id: str) -> NoticeView:
        """Take the notice down and leave things as they are."""
        return await self._transport.read(NoticeView, "POST", f"/notices/{part_of_path(notice_id)}/dismiss")

    async def failure_limits(self) -> tuple[FailureLimitView, ...]:
        """After how many failures in a row each schedule is paused."""
        return await self._transport.read(tuple[FailureLimitView, ...], "GET", "/failure-limits")

    async def set_failure_limit(self, schedule: str, failures: int | None) -> FailureLimitView:
        """Pause a schedule (id or name) after so many failures in a row; None: never."""
        body = FailureLimitRequest(failures=failures)
        return await self._transport.read(
            FailureLimitView, "PUT", f"/failure-limits/{part_of_path(schedule)}", body=body
        )


class Resources:
    """`client.resources`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def current(self) -> ResourcesView:
        """How loaded each machine is now."""
        return await self._transport.read(ResourcesView, "GET", "/resources")

    async def history(self, machine: str = "host", *, hours: float = 1.0) -> MachineHistoryView:
        """The looks at a machine (`host`, or a robot by id or name) of the last hours, and figures over them."""
        return await self._transport.read(
            MachineHistoryView, "GET", f"/resources/{part_of_path(machine)}/history", query={"hours": hours}
        )

    async def change_settings(self, changes: MonitorSettingsRequest) -> MonitorSettingsView:
        """Watch by other thresholds or at another interval from now on."""
        return await self._transport.read(MonitorSettingsView, "PATCH", "/resources/settings", body=changes)

    async def start(self) -> MonitorSettingsView:
        """Watch the machines."""
        return await self._transport.read(MonitorSettingsView, "POST", "/resources/start")

    async def stop(self) -> MonitorSettingsView:
        """Watch the machines no more."""
        return await self._transport.read(MonitorSettingsView, "POST", "/resources/stop")


class Stalls:
    """`client.stalls`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> tuple[StalledJobView, ...]:
        """Runs that stand still now."""
        return await self._transport.read(tuple[StalledJobView, ...], "GET", "/stalls")

    async def policies(self) -> tuple[StallPolicyView, ...]:
        """How runs are watched: all workflows (`*`), then those with a policy of their own."""
        return await self._transport.read(tuple[StallPolicyView, ...], "GET", "/stalls/policies")

    async def set_policy(self, workflow: str, policy: StallPolicyRequest) -> StallPolicyView:
        """Watch the runs of a workflow (id or name), or of all (`*`), by another policy."""
        return await self._transport.read(
            StallPolicyView, "PUT", f"/stalls/policies/{part_of_path(workflow)}", body=policy
        )

    async def remove_policy(self, workflow: str) -> StallPolicyView:
        """Watch the runs of a workflow as those of all others."""
        return await self._transport.read(StallPolicyView, "DELETE", f"/stalls/policies/{part_of_path(workflow)}")

    async def capture(
        self, job_id: str, what: Literal["screenshot", "trace"] = "screenshot", *, trace_s: float = 5.0
    ) -> None:
        """Let the robot show what a running job sees; the artifact appears with the job a moment later."""
        body = CaptureRequest(what=what, trace_s=trace_s)
        await self._transport.send("POST", f"{API}/jobs/{part_of_path(job_id)}/capture", body=body)


class Away:
    """`client.away`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> tuple[AwayReportView, ...]:
        """What happened while nobody was there, newest first, until it is dismissed."""
        return await self._transport.read(tuple[AwayReportView, ...], "GET", "/away")

    async def dismiss(self, report_id: str) -> AwayReportView:
        """It was read."""
        return await self._transport.read(AwayReportView, "POST", f"/away/{part_of_path(report_id)}/dismiss")
