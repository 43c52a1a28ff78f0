"""Drains, maintenance and restarts of robots, and the workflows that they keep; all below `/api/v1`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.operations import (
    DeploymentView,
    DeployRequest,
    DrainRequest,
    DrainView,
    MaintenanceRequest,
    RestartRequest,
    RollBackRequest,
    RolloutView,
    VersionDiffView,
)
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.robot import Robot
from orchestrator.domain.robot_plan import AtDeadline
from orchestrator.domain.version_diff import differences
from orchestrator.engine.operations import Operations
from orchestrator.server.looks import Looks
from orchestrator.server.operation_views import deployment_view, drain_view, rollout_view
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.routes_operations import robot_names
from orchestrator.server.views import workflow_view

router = APIRouter(tags=["fleet"])

Using = Annotated[Parts, Depends(parts)]


@router.post("/robots/restart", status_code=202)
async def restart(request: RestartRequest, using: Using, actor: Actor) -> RolloutView:
    """Restart robots one after the other; each lets its jobs end first."""
    looks, pool = Looks(using.engine), using.engine.pool
    named = [looks.robot_named(each) for each in request.robots]
    connected = sorted((robot.name, robot.robot_id) for robot in pool.robots() if robot.status.is_connected)
    wanted = named or [robot_id for _, robot_id in connected]
    return rollout_view(await _of(using).restarts.restart(wanted, reason=request.reason, actor=actor))


@router.get("/rollouts")
async def restarts(using: Using) -> list[RolloutView]:
    """The restarts that are remembered, the newest first."""
    return [rollout_view(each) for each in _of(using).restarts.rollouts()]


@router.post("/robots/restart/{rollout_id}/stop")
async def stop_restart(rollout_id: str, using: Using, actor: Actor) -> RolloutView:
    """Leave the robots alone that wait for their turn."""
    return rollout_view(await _of(using).restarts.stop(rollout_id, actor=actor))


@router.get("/robots/restart/{rollout_id}")
async def restart_status(rollout_id: str, using: Using) -> RolloutView:
    """How far a restart is."""
    return rollout_view(_of(using).restarts.rollout(rollout_id))


@router.get("/robots/{robot}/drain")
async def drain_clock(robot: str, using: Using) -> DrainView:
    """When a robot will be free."""
    looks = Looks(using.engine)
    return drain_view(await _of(using).drains.clock(looks.robot_named(robot)), looks)


@router.put("/robots/{robot}/drain")
async def drain(robot: str, request: DrainRequest, using: Using, actor: Actor) -> DrainView:
    """Let a robot finish what it runs; at the deadline, hand over or kill what is left."""
    looks = Looks(using.engine)
    deadline = timedelta(seconds=request.deadline_s) if request.deadline_s is not None else None
    clock = await _of(using).drains.drain(
        looks.robot_named(robot),
        deadline=deadline,
        then=AtDeadline(request.then),
        reason=request.reason,
        actor=actor,
    )
    return drain_view(clock, looks)


@router.put("/robots/{robot}/maintenance")
async def maintain(robot: str, request: MaintenanceRequest, using: Using, actor: Actor) -> DrainView:
    """Take a robot out of work for a reason, until a moment or until it is resumed."""
    looks = Looks(using.engine)
    clock = await _of(using).drains.maintain(
        looks.robot_named(robot), reason=request.reason, until=request.until, actor=actor
    )
    return drain_view(clock, looks)


@router.get("/deployments")
async def deployments(using: Using, workflow: str | None = None, robot: str | None = None) -> list[DeploymentView]:
    """Which robot keeps which workflow."""
    looks = Looks(using.engine)
    found = _of(using).deployments.of(
        await looks.workflow_named(workflow) if workflow else None, looks.robot_named(robot) if robot else None
    )
    return await _views(using, found)


@router.post("/workflows/{workflow}/deploy", status_code=202)
async def deploy(workflow: str, request: DeployRequest, using: Using, actor: Actor) -> list[DeploymentView]:
    """Bring a version of a workflow to robots, ahead of their jobs."""
    workflows = using.engine.workflows
    if request.version is not None:
        version = await workflows.pinned(workflow, request.version)
    else:
        version = await workflows.newest(workflow)
    done = await _of(using).deployments.deploy(version, _robots(using, request.robots), actor=actor)
    return await _views(using, done)


@router.post("/workflows/{workflow}/undeploy", status_code=202)
async def undeploy(workflow: str, request: DeployRequest, using: Using, actor: Actor) -> list[DeploymentView]:
    """Let robots forget a workflow."""
    newest = await using.engine.workflows.newest(workflow)
    robots = {robot.robot_id for robot in _robots(using, request.robots)}
    done = await _of(using).deployments.undeploy(newest.workflow_id, newest.definition.name, robots, actor=actor)
    return await _views(using, done)


@router.post("/workflows/{workflow}/rollback", status_code=201)
async def roll_back(workflow: str, request: RollBackRequest, using: Using, actor: Actor) -> WorkflowView:
    """Make an old version the newest again, as a new version."""
    return workflow_view(await using.engine.workflows.roll_back(workflow, request.to, actor=actor, note=request.note))


@router.get("/workflows/{workflow}/diff")
async def diff(
    workflow: str,
    using: Using,
    before: Annotated[str, Query(alias="from", max_length=64)],
    after: Annotated[str | None, Query(alias="to", max_length=64)] = None,
) -> VersionDiffView:
    """What changed between two versions, in words; without `to` up to the newest."""
    workflows = using.engine.workflows
    old = await workflows.pinned(workflow, before)
    new = await workflows.pinned(workflow, after) if after is not None else await workflows.newest(workflow)
    return VersionDiffView(
        name=new.definition.name,
        from_number=old.number,
        to_number=new.number,
        changes=differences(old.definition, new.definition),
    )


def _of(using: Parts) -> Operations:
    return using.engine.operations


def _robots(using: Parts, named: Sequence[str]) -> list[Robot]:
    looks, pool = Looks(using.engine), using.engine.pool
    if not named:
        return list(pool.robots())
    found = (pool.get(looks.robot_named(each)) for each in dict.fromkeys(named))
    return [robot for robot in found if robot is not None]


async def _views(using: Parts, found: Sequence[Deployment]) -> list[DeploymentView]:
    newest = {version.workflow_id: version for version in await using.store.workflows()} if found else {}
    names = robot_names(using)
    return [
        deployment_view(each, await using.engine.workflows.version(each.workflow_id, each.workflow_hash), newest, names)
        for each in found
    ]
