"""`/api/v1/logs`: the newest lines of the orchestrator's own log."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.logs import LogLine, LogPage
from orchestrator.contract.results import LogLevel
from orchestrator.server.engine_log import RingLine, Wanted
from orchestrator.server.parts import MOST_NUMBER, Parts, parts

router = APIRouter(prefix="/logs", tags=["logs"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def engine_log(  # noqa: PLR0917  FastAPI reads the query from the parameters
    using: Using,
    after: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 500,
    level: LogLevel = LogLevel.DEBUG,
    channel: Annotated[str, Query(max_length=100)] = "",
    job: Annotated[str, Query(max_length=36)] = "",
    robot: Annotated[str, Query(max_length=100)] = "",
    q: Annotated[str, Query(max_length=500)] = "",
) -> LogPage:
    """The newest lines, or those behind a cursor: from a level on, of a part, about a job or a robot, with a text."""
    wanted = Wanted(lowest=level.value, channel=channel, job=job.lower(), robot=robot, text=q)
    lines, cursor = using.log.page(wanted, after=after, limit=limit)
    return LogPage(lines=tuple(map(_view, lines)), cursor=cursor)


def _view(line: RingLine) -> LogLine:
    return LogLine(
        at=line.at,
        level=line.level,
        message=line.message,
        robot_id=line.robot,
        job_id=line.job_id,
        logger=line.logger,
        fields=dict(line.fields),
    )
