"""The typed client of an orchestrator: one method for each thing that a person or a script can do."""

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Literal, Self

from orchestrator.client.errors import ConnectionBrokenError, RefusedError
from orchestrator.client.parts import ClientParts
from orchestrator.client.paths import part_of_path
from orchestrator.contract.api.common import API, ErrorBody, Page
from orchestrator.contract.api.figures import ActivityItem, DashboardView, MetricsView
from orchestrator.contract.api.jobs import CancelRequest, JobDetail, JobView, SubmitRequest, WaitReason
from orchestrator.contract.api.logs import LogPage
from orchestrator.contract.api.orchestrator import HealthView, InfoView
from orchestrator.contract.api.recordings import ImportRecordingRequest, ImportReport
from orchestrator.contract.api.robots import EnrolmentView, RobotView
from orchestrator.contract.api.schedules import (
    InstantView,
    PreviewRequest,
    PreviewView,
    ScheduleRequest,
    ScheduleView,
)
from orchestrator.contract.api.workflows import SaveWorkflowRequest, ValidationReport, WorkflowDetail, WorkflowView
from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.contract.states import JobStatus


class OrchestratorClient(ClientParts):
    """Speaks to one orchestrator over HTTP. Every method may raise `ClientError`; none waits longer than `timeout_s`.

    Use it as an asynchronous context manager, or close it.
    """

    def __init__(self, base_url: str, key: str, *, timeout_s: float = 30.0, actor: str = "") -> None:
        """`actor`: in whose name it acts, for the activity; printable ASCII, such as `console`."""
        from orchestrator.client.transport import Transport  # noqa: PLC0415  httpx is only needed to ask something

        self._transport = Transport(base_url, key, timeout_s=timeout_s, actor=actor)

    @property
    def base_url(self) -> str:
        """Where the orchestrator is."""
        return self._transport.base_url

    @property
    def key(self) -> str:
        """What it is shown."""
        return self._transport.key

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connections go."""
        await self._transport.close()

    # the orchestrator

    async def health(self) -> HealthView:
        """How the orchestrator feels; needs no key."""
        return await self._transport.read(HealthView, "GET", "/health", absolute=True)

    async def info(self) -> InfoView:
        """What this orchestrator is."""
        return await self._transport.read(InfoView, "GET", "/info")

    async def enrolment(self) -> EnrolmentView:
        """What a new robot needs to connect."""
        return await self._transport.read(EnrolmentView, "GET", "/enrolment")

    # jobs

    async def submit(self, request: SubmitRequest, *, idempotency_key: str | None = None) -> JobView:
        """Ask for a job. A repeat with the same key gives the first job.

        When the connection breaks before the answer is there, the question is repeated once; the key (a fresh one
        when none is given) makes sure that this does not make a second job.
        """
        headers = {"Idempotency-Key": idempotency_key or new_id()}
        try:
            return await self._transport.read(JobView, "POST", "/jobs", body=request, headers=headers)
        except ConnectionBrokenError:
            return await self._transport.read(JobView, "POST", "/jobs", body=request, headers=headers)

    async def jobs(
        self,
        *,
        statuses: Sequence[JobStatus] = (),
        robot: str | None = None,
        workflow: str | None = None,
        schedule: str | None = None,
        text: str = "",
        sort: str = "-created_at",
        offset: int = 0,
        limit: int = 100,
    ) -> Page[JobView]:
        """A page of jobs."""
        query: dict[str, str | int | list[str]] = {"sort": sort, "offset": offset, "limit": limit}
        given = {"robot": robot, "workflow": workflow, "schedule": schedule, "q": text}
        query |= {name: value for name, value in given.items() if value}
        if statuses:
            query["status"] = [status.value for status in statuses]
        return await self._transport.read(Page[JobView], "GET", "/jobs", query=query)

    async def job_counts(self) -> dict[JobStatus, int]:
        """How many jobs stand in each status."""
        return await self._transport.read(dict[JobStatus, int], "GET", "/jobs/counts")

    async def job(self, job_id: str) -> JobDetail:
        """Everything about a job but its log."""
        return await self._transport.read(JobDetail, "GET", f"/jobs/{part_of_path(job_id)}")

    async def job_logs(self, job_id: str, *, after: int = 0, limit: int = 500) -> LogPage:
        """Log lines of a job: the newest, or those behind a cursor."""
        return await self._transport.read(
            LogPage, "GET", f"/jobs/{part_of_path(job_id)}/logs", query={"after": after, "limit": limit}
        )

    async def why_waiting(self, job_id: str) -> list[WaitReason]:
        """Why the job does not run, robot by robot."""
        return await self._transport.read(list[WaitReason], "GET", f"/jobs/{part_of_path(job_id)}/waiting")

    async def cancel(self, job_id: str, *, reason: str = "") -> JobView:
        """Stop a job, wherever it is."""
        return await self._transport.read(
            JobView, "POST", f"/jobs/{part_of_path(job_id)}/cancel", body=CancelRequest(reason=reason)
        )

    async def retry(self, job_id: str) -> JobView:
        """Run an ended job again: a new attempt of the same job."""
        return await self._transport.read(JobView, "POST", f"/jobs/{part_of_path(job_id)}/retry")

    async def artifact(self, job_id: str, attempt: int, name: str) -> bytes:
        """The bytes of a file that a job made."""
        path = f"{API}/artifacts/{part_of_path(job_id)}/{attempt}/{part_of_path(name)}"
        return (await self._transport.send("GET", path)).content

    # workflows

    async def validate(self, definition: JsonValue) -> ValidationReport:
        """What is wrong with a definition; nothing is stored."""
        body = SaveWorkflowRequest(definition=definition)
        return await self._transport.read(ValidationReport, "POST", "/workflows/validate", body=body)

    async def import_recording(self, request: ImportRecordingRequest) -> ImportReport:
        """A recording of another tool as a definition, with what could not be carried over; nothing is stored."""
        return await self._transport.read(ImportReport, "POST", "/workflows/import", body=request)

    async def save_workflow(
        self, definition: JsonValue, *, workflow_id: str | None = None, note: str = ""
    ) -> WorkflowView:
        """Store a definition as the newest version of its workflow; `note` says why there is this version."""
        body = SaveWorkflowRequest(definition=definition, workflow_id=workflow_id, note=note)
        return await self._transport.read(WorkflowView, "POST", "/workflows", body=body)

    async def workflows(self) -> list[WorkflowView]:
        """The newest version of each workflow, by name."""
        return await self._transport.read(list[WorkflowView], "GET", "/workflows")

    async def workflow(
        self, workflow: str, *, version: int | str | None = None, workflow_hash: str | None = None
    ) -> WorkflowDetail:
        """A workflow by id or name, with the content of its newest or the given version (a number or a hash)."""
        wanted = version if version is not None else workflow_hash
        query = {"version": wanted} if wanted is not None else {}
        return await self._transport.read(WorkflowDetail, "GET", await self._place("workflow", workflow), query=query)

    async def workflow_versions(self, workflow: str) -> list[WorkflowView]:
        """All versions of a workflow, newest first."""
        return await self._transport.read(
            list[WorkflowView], "GET", f"{await self._place('workflow', workflow)}/versions"
        )

    async def remove_workflow(self, workflow: str) -> None:
        """Take a workflow out of the lists."""
        await self._transport.send("DELETE", f"{API}{await self._place('workflow', workflow)}")

    # robots

    async def robots(self) -> list[RobotView]:
        """All robots that are remembered, connected ones first."""
        return await self._transport.read(list[RobotView], "GET", "/robots")

    async def robot(self, robot: str) -> RobotView:
        """A robot by id or name."""
        return await self._transport.read(RobotView, "GET", await self._place("robot", robot))

    async def robot_logs(self, robot: str, *, after: int = 0, limit: int = 500) -> LogPage:
        """Log lines of a robot: the newest, or those behind a cursor."""
        path = f"{await self._place('robot', robot)}/logs"
        return await self._transport.read(LogPage, "GET", path, query={"after": after, "limit": limit})

    async def drain_robot(self, robot: str) -> RobotView:
        """Let a robot finish what it runs and take nothing new."""
        return await self._transport.read(RobotView, "POST", f"{await self._place('robot', robot)}/drain")

    async def resume_robot(self, robot: str) -> RobotView:
        """Let a drained robot take work again."""
        return await self._transport.read(RobotView, "POST", f"{await self._place('robot', robot)}/resume")

    async def robot_died(self, robot: str) -> None:
        """Say that a robot's process is known to be dead: its jobs are recovered at once."""
        await self._transport.send("POST", f"{API}{await self._place('robot', robot)}/died")

    async def remove_robot(self, robot: str) -> None:
        """Forget a robot that is not connected."""
        await self._transport.send("DELETE", f"{API}{await self._place('robot', robot)}")

    # schedules

    async def schedules(self) -> list[ScheduleView]:
        """All schedules, by name."""
        return await self._transport.read(list[ScheduleView], "GET", "/schedules")

    async def schedule(self, schedule: str) -> ScheduleView:
        """A schedule by id or name."""
        return await self._transport.read(ScheduleView, "GET", await self._place("schedule", schedule))

    async def add_schedule(self, request: ScheduleRequest) -> ScheduleView:
        """Add a schedule."""
        return await self._transport.read(ScheduleView, "POST", "/schedules", body=request)

    async def update_schedule(self, schedule: str, request: ScheduleRequest) -> ScheduleView:
        """Replace a schedule's rule and settings."""
        return await self._transport.read(ScheduleView, "PUT", await self._place("schedule", schedule), body=request)

    async def remove_schedule(self, schedule: str) -> None:
        """Remove a schedule; its jobs stay."""
        await self._transport.send("DELETE", f"{API}{await self._place('schedule', schedule)}")

    async def pause_schedule(self, schedule: str) -> ScheduleView:
        """Let a schedule rest."""
        return await self._transport.read(ScheduleView, "POST", f"{await self._place('schedule', schedule)}/pause")

    async def resume_schedule(self, schedule: str) -> ScheduleView:
        """Let a schedule fire again, from now on."""
        return await self._transport.read(ScheduleView, "POST", f"{await self._place('schedule', schedule)}/resume")

    async def run_schedule(self, schedule: str) -> JobView:
        """Run a schedule's job now, besides its rule."""
        return await self._transport.read(JobView, "POST", f"{await self._place('schedule', schedule)}/run")

    async def schedule_history(
        self, schedule: str, *, before: datetime | None = None, limit: int = 100
    ) -> list[InstantView]:
        """What happened to each instant of a schedule, newest first."""
        path = f"{await self._place('schedule', schedule)}/history"
        query = {"limit": limit, **({"before": before.isoformat()} if before is not None else {})}
        return await self._transport.read(list[InstantView], "GET", path, query=query)

    async def preview(self, request: PreviewRequest) -> PreviewView:
        """The next fire times of a rule, and what may surprise."""
        return await self._transport.read(PreviewView, "POST", "/schedules/preview", body=request)

    # figures

    async def dashboard(self) -> DashboardView:
        """The fleet in ten numbers."""
        return await self._transport.read(DashboardView, "GET", "/metrics/dashboard")

    async def metrics(self, *, window_s: float) -> MetricsView:
        """Figures over the last `window_s` seconds."""
        return await self._transport.read(MetricsView, "GET", "/metrics/series", query={"window_s": window_s})

    async def activity(
        self,
        *,
        limit: int = 50,
        kind: str | None = None,
        job: str | None = None,
        robot: str | None = None,
        actor: str | None = None,
    ) -> list[ActivityItem]:
        """What happened lately, newest first; a kind may end with a star, such as `job.*`."""
        given = {"kind": kind, "job": job, "robot": robot, "actor": actor}
        query = {"limit": limit, **{name: value for name, value in given.items() if value is not None}}
        return await self._transport.read(list[ActivityItem], "GET", "/activity", query=query)

    # transport

    async def _place(self, kind: Literal["workflow", "robot", "schedule"], wanted: str) -> str:
        """Where one of them is found, by id or name; RefusedError when it is looked up and is not there.

        A server reads `%2F` as a slash before it looks for the route (ASGI's `path` is decoded), so that a name with
        a slash fits into no address: its id is taken from the list.
        """
        if "/" not in wanted:
            return f"/{kind}s/{part_of_path(wanted)}"
        match kind:
            case "workflow":
                known = [(view.name, view.workflow_id) for view in await self.workflows()]
            case "robot":
                known = [(view.name, view.robot_id) for view in await self.robots()]
            case "schedule":
                known = [(view.name, view.schedule_id) for view in await self.schedules()]
        found = next((found_id for name, found_id in known if name == wanted), None)
        if found is None:
            raise RefusedError(404, ErrorBody(code="not_found", message=f"There is no {kind} {wanted!r}."))
        return f"/{kind}s/{part_of_path(found)}"
