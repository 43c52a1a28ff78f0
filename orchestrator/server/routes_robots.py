"""`/api/v1/robots`: the fleet."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.logs import LogPage
from orchestrator.contract.api.robots import RobotView
from orchestrator.server.looks import Looks
from orchestrator.server.parts import MOST_NUMBER, Actor, Parts, parts
from orchestrator.server.views import log_page

router = APIRouter(prefix="/robots", tags=["robots"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def list_robots(using: Using) -> list[RobotView]:
    """All robots that are remembered, connected ones first."""
    return Looks(using.engine).robots()


@router.get("/{robot}")
async def one_robot(robot: str, using: Using) -> RobotView:
    """A robot by id or name."""
    looks = Looks(using.engine)
    return looks.robot(looks.robot_named(robot))


@router.get("/{robot}/logs")
async def robot_logs(
    robot: str,
    using: Using,
    after: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 500,
) -> LogPage:
    """Log lines of a robot: the newest, or those behind a cursor."""
    robot_id = Looks(using.engine).robot_named(robot)
    return log_page(*await using.store.logs(robot_id=robot_id, after=after, limit=limit), robot_id=robot_id)


@router.post("/{robot}/drain")
async def drain(robot: str, using: Using, actor: Actor) -> RobotView:
    """Let a robot finish what it runs and take nothing new."""
    looks = Looks(using.engine)
    robot_id = looks.robot_named(robot)
    await using.engine.operations.drains.drain(robot_id, actor=actor)
    return looks.robot(robot_id)


@router.post("/{robot}/resume")
async def resume(robot: str, using: Using, actor: Actor) -> RobotView:
    """Let a drained robot take work again."""
    looks = Looks(using.engine)
    changed = await using.engine.operations.drains.resume(looks.robot_named(robot), actor=actor)
    return looks.robot(changed.robot_id)


@router.post("/{robot}/died", status_code=204)
async def died(robot: str, using: Using) -> None:
    """The robot's process is known to be dead: recover its jobs at once."""
    await using.engine.robot_died(Looks(using.engine).robot_named(robot))


@router.delete("/{robot}", status_code=204)
async def remove(robot: str, using: Using, actor: Actor) -> None:
    """Forget a robot that is not connected."""
    await using.engine.unregister_robot(Looks(using.engine).robot_named(robot), actor=actor)
