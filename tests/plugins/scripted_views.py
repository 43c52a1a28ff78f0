"""The scripted engine's answers about robots, workflows and figures."""

import re
from datetime import timedelta
from typing import Annotated, Any

import sample_details as details
import sample_figures as figures
from fastapi import APIRouter, Query
from scripted_desk import Desk, RefusalError, absent, clock

from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.figures import ActivityItem, DashboardView, MetricsView
from orchestrator.contract.api.logs import LogPage
from orchestrator.contract.api.operations import (
    DeploymentView,
    DeployRequest,
    DrainRequest,
    DrainView,
    MaintenanceRequest,
    RollBackRequest,
    VersionDiffView,
)
from orchestrator.contract.api.orchestrator import InfoView
from orchestrator.contract.api.recordings import Gap, ImportRecordingRequest, ImportReport, RecordingKind
from orchestrator.contract.api.robots import EnrolmentView, RobotView
from orchestrator.contract.api.workflows import SaveWorkflowRequest, ValidationReport, WorkflowDetail, WorkflowView
from orchestrator.contract.errors import Problem
from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.contract.states import RobotStatus


def robot_routes(router: APIRouter, desk: Desk) -> None:  # noqa: C901 - one small function for each route
    """Answer what the API asks about robots."""
    fleet = desk.fleet

    def robot_of(robot: str) -> RobotView:
        found = next((r for r in fleet.robots.values() if robot in (r.robot_id, r.name)), None)
        if found is None:
            raise absent(f"robot {robot}")
        return found

    def change(robot: str, **changes: Any) -> RobotView:
        after = robot_of(robot).model_copy(update=changes)
        fleet.robots[after.robot_id] = after
        desk.tell(robots=(after,))
        return after

    @router.get("/robots")
    async def robots() -> list[RobotView]:
        return list(fleet.robots.values())

    @router.get("/robots/{robot}")
    async def one(robot: str) -> RobotView:
        return robot_of(robot)

    @router.get("/robots/{robot}/logs")
    async def logs(robot: str, after: int = 0, limit: int = 500) -> LogPage:
        lines = details.logs_of(None, robot_of(robot).robot_id, clock())
        return LogPage(lines=lines[after:], cursor=len(lines))

    @router.post("/robots/{robot}/drain")
    async def drain(robot: str) -> RobotView:
        return change(robot, status=RobotStatus.DRAINING, draining=True)

    @router.post("/robots/{robot}/resume")
    async def resume(robot: str) -> RobotView:
        return change(robot, status=RobotStatus.ONLINE, draining=False)

    def drained(robot: RobotView, words: str) -> DrainView:
        return DrainView(
            robot_id=robot.robot_id,
            robot_name=robot.name,
            words=words,
            is_free=robot.slots_busy == 0,
            free_at=clock() + timedelta(minutes=4),
            free_at_latest=clock() + timedelta(minutes=15),
        )

    @router.get("/robots/{robot}/drain")
    async def drain_clock(robot: str) -> DrainView:
        view = robot_of(robot)
        return drained(view, f"{view.name} is free in about 4 min.")

    @router.put("/robots/{robot}/drain")
    async def drain_until(robot: str, request: DrainRequest) -> DrainView:
        after = change(robot, status=RobotStatus.DRAINING, draining=True, note=request.reason)
        return drained(after, f"{after.name} is free in about 4 min; then: {request.then}.")

    @router.put("/robots/{robot}/maintenance")
    async def maintain(robot: str, request: MaintenanceRequest) -> DrainView:
        after = change(robot, status=RobotStatus.DRAINING, draining=True, note=f"Maintenance: {request.reason}")
        return drained(after, f"{after.name} is in maintenance.")

    @router.delete("/robots/{robot}", status_code=204)
    async def remove(robot: str) -> None:
        gone = robot_of(robot).robot_id
        del fleet.robots[gone]
        desk.tell(removed_robots=(gone,))


def workflow_routes(router: APIRouter, desk: Desk) -> None:  # noqa: C901 - one small function for each route
    """Answer what the API asks about workflows."""
    fleet = desk.fleet

    @router.get("/workflows")
    async def workflows() -> list[WorkflowView]:
        return list(fleet.workflows.values())

    @router.post("/workflows/validate")
    async def validate(request: SaveWorkflowRequest) -> ValidationReport:
        if "nonsense" in str(request.definition):
            problem = Problem(message="There is no action nonsense.", field="steps[0].action", step="first", line=4)
            return ValidationReport(problems=(problem,))
        return ValidationReport(name="Imported", steps=2, workflow_hash="abc")

    @router.post("/workflows", status_code=201)
    async def save(request: SaveWorkflowRequest) -> WorkflowView:
        name = _name_in(request.definition)
        known = next(
            (w for w in fleet.workflows.values() if request.workflow_id == w.workflow_id or name == w.name), None
        )
        view = (known or next(iter(fleet.workflows.values()))).model_copy(
            update={"name": name, "note": request.note, "number": known.number + 1}
            if known is not None
            else {"workflow_id": new_id(), "name": name, "folder": "", "note": request.note, "number": 1}
        )
        fleet.workflows[view.workflow_id] = view
        desk.sources[view.workflow_id] = str(request.definition)
        desk.tell(workflows=(view,))
        return view

    @router.post("/workflows/import")
    async def import_recording(request: ImportRecordingRequest) -> ImportReport:
        if "steps" not in request.recording:
            raise RefusalError(422, ErrorBody(code="invalid_request", message="This is no recording that is known."))
        gap = Gap(place="steps[2]", line=14, command="hover", why="there is no action for it")
        text = "name: Imported\nsteps:\n- id: open\n  action: goto\n"
        return ImportReport(kind=RecordingKind.DEVTOOLS, definition={"name": "Imported"}, yaml=text, gaps=(gap,))

    def versions_of(workflow: str) -> list[WorkflowView]:
        newest = fleet.workflows[workflow]
        older = range(newest.number - 1, 0, -1)
        return [newest, *(newest.model_copy(update={"number": n, "workflow_hash": f"{n:02d}ab34cd56"}) for n in older)]

    @router.get("/workflows/{workflow}/versions")
    async def versions(workflow: str) -> list[WorkflowView]:
        return versions_of(workflow)

    @router.get("/workflows/{workflow}/diff")
    async def diff(workflow: str, before: Annotated[int, Query(alias="from")]) -> VersionDiffView:
        view = fleet.workflows[workflow]
        words = ("Step details: timeout 30 s instead of 10 s", "Step picture is new")
        return VersionDiffView(name=view.name, from_number=before, to_number=view.number, changes=words)

    @router.post("/workflows/{workflow}/rollback")
    async def roll_back(workflow: str, request: RollBackRequest) -> WorkflowView:
        before = fleet.workflows[workflow]
        after = before.model_copy(update={"number": before.number + 1, "note": request.note})
        fleet.workflows[workflow] = after
        desk.tell(workflows=(after,))
        return after

    @router.post("/workflows/{workflow}/deploy")
    async def deploy(workflow: str, request: DeployRequest) -> list[DeploymentView]:
        view = fleet.workflows[workflow]
        return [
            DeploymentView(
                workflow_id=workflow,
                workflow_name=view.name,
                workflow_hash=view.workflow_hash,
                number=view.number if request.version is None else int(request.version),
                robot_id=robot.robot_id,
                robot_name=robot.name,
                state="pending",
                changed_at=clock(),
            )
            for robot in fleet.robots.values()
            if not request.robots or robot.robot_id in request.robots
        ]

    @router.get("/workflows/{workflow}")
    async def one(workflow: str) -> WorkflowDetail:
        view = next((w for w in fleet.workflows.values() if workflow in (w.workflow_id, w.name)), None)
        if view is None:
            raise absent(f"workflow {workflow}")
        source = desk.sources.get(view.workflow_id, "")
        return WorkflowDetail(workflow=view, definition=details.definition_of(view), source=source)

    @router.delete("/workflows/{workflow}", status_code=204)
    async def remove(workflow: str) -> None:
        del fleet.workflows[workflow]
        desk.tell(removed_workflows=(workflow,))


def figure_routes(router: APIRouter, desk: Desk) -> None:
    """Answer what the API asks about figures."""
    fleet = desk.fleet

    @router.get("/metrics/dashboard")
    async def dashboard() -> DashboardView:
        return figures.dashboard(fleet, clock())

    @router.get("/metrics/series")
    async def series(window_s: float) -> MetricsView:
        return figures.metrics(fleet, clock(), window_s)

    @router.get("/activity")
    async def activity(limit: int = 50) -> list[ActivityItem]:
        return fleet.activity[::-1][:limit]

    @router.get("/info")
    async def info() -> InfoView:
        return InfoView(
            version="0.1.0",
            database="SQLite, /home/ada/.local/share/botswain/botswain.db",
            data_dir="/home/ada/.local/share/botswain",
            started_at=clock(),
            load_balancing="least_loaded",
            robots_url=desk.robots_url,
        )

    @router.get("/enrolment")
    async def enrolment() -> EnrolmentView:
        connect = desk.robots_url
        command = f"BOTSWAIN_ROBOT_TOKEN=k3v… botswain-robot run --connect {connect} --name NAME --slots 2"
        return EnrolmentView(connect=connect, token="k3v…", command=command)


def _name_in(definition: JsonValue) -> str:
    """The name of a workflow that came as data or as YAML."""
    if isinstance(definition, dict):
        return str(definition["name"])
    named = re.search(r"^name: *([^#\n]+)", str(definition), re.MULTILINE)
    return named[1].strip() if named else "Imported"
