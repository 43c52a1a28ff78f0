"""The scripted engine's answers about restarts in turn, what robots keep, and the file of an incident."""

from fastapi import APIRouter
from fastapi.responses import Response
from scripted_desk import Desk, absent, clock

from orchestrator.contract.api.operations import DeploymentView, RestartRequest, RobotRestartView, RolloutView

INCIDENT = b"PK" + bytes(200_000)


def round_routes(router: APIRouter, desk: Desk) -> None:
    """Answer; `desk.rollouts` holds what was asked for, by id."""
    fleet = desk.fleet

    def of(rollout_id: str) -> RolloutView:
        if rollout_id not in desk.rollouts:
            raise absent(f"restart {rollout_id}")
        return desk.rollouts[rollout_id]

    @router.post("/robots/restart", status_code=202)
    async def restart(request: RestartRequest) -> RolloutView:
        desk.restarted += request.robots
        robots = [
            RobotRestartView(
                robot_id=robot_id, name=fleet.robots[robot_id].name, state="waiting" if place else "draining"
            )
            for place, robot_id in enumerate(request.robots)
        ]
        view = RolloutView(
            rollout_id=f"ro-{len(desk.rollouts) + 1}",
            actor="console",
            reason=request.reason,
            started_at=clock(),
            robots=tuple(robots),
        )
        desk.rollouts[view.rollout_id] = view
        return view

    @router.get("/rollouts")
    async def rollouts() -> list[RolloutView]:
        return list(desk.rollouts.values())[::-1]

    @router.get("/robots/restart/{rollout_id}")
    async def one(rollout_id: str) -> RolloutView:
        return of(rollout_id)

    @router.post("/robots/restart/{rollout_id}/stop")
    async def stop(rollout_id: str) -> RolloutView:
        before = of(rollout_id)
        robots = tuple(
            each.model_copy(update={"state": "skipped"}) if each.state == "waiting" else each for each in before.robots
        )
        desk.rollouts[rollout_id] = before.model_copy(update={"robots": robots})
        return desk.rollouts[rollout_id]

    @router.get("/deployments")
    async def deployments(workflow: str) -> list[DeploymentView]:
        view = fleet.workflows[workflow]
        robot = next(iter(fleet.robots.values()))
        return [
            DeploymentView(
                workflow_id=workflow,
                workflow_name=view.name,
                workflow_hash=view.workflow_hash,
                number=1,
                robot_id=robot.robot_id,
                robot_name=robot.name,
                state="outdated",
                changed_at=clock(),
            )
        ]

    @router.get("/jobs/{job_id}/incident")
    async def incident(job_id: str) -> Response:
        return Response(INCIDENT, media_type="application/zip")
