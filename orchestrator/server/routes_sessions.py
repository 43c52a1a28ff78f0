"""`/api/v1/metrics/sessions`: how browser sessions and work spread over the robots."""

from typing import Annotated

from fastapi import APIRouter, Depends

from orchestrator.contract.api.sessions import RobotShareView, SessionDistribution
from orchestrator.domain.session_spread import session_spread
from orchestrator.server.parts import Parts, parts

router = APIRouter(prefix="/metrics", tags=["metrics"])

Using = Annotated[Parts, Depends(parts)]


@router.get("/sessions")
async def sessions(using: Using) -> SessionDistribution:
    """The spread over the robots that are connected."""
    pool = using.engine.pool
    spread = session_spread((robot, len(pool.jobs_of(robot.robot_id))) for robot in pool.robots())
    return SessionDistribution(
        total_sessions=spread.total_sessions,
        average_workload=spread.average_workload,
        overloaded=spread.overloaded,
        robots=tuple(
            RobotShareView(
                robot_id=share.robot_id,
                robot_name=share.robot_name,
                sessions=share.sessions,
                browsers=share.browsers,
                busy=share.busy,
                slots=share.slots,
                workload=share.workload,
                is_overloaded=share.is_overloaded,
            )
            for share in spread.shares
        ),
    )
