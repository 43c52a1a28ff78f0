"""The scripted engine's answers to searches: what the sample fleet says, found by the real rules."""

from collections.abc import Iterator
from typing import Annotated

import sample_details as details
from fastapi import APIRouter, Query
from scripted_desk import Desk, clock

from orchestrator.contract.api.search import SearchAnswer, SearchGroup, SearchHit, SearchKind
from orchestrator.domain.search import SearchQuery, excerpt, is_found, read_query, words_of

_JOBS_WITH_LINES = 12


def search_routes(router: APIRouter, desk: Desk) -> None:
    """Answer `GET /search`."""

    @router.get("/search")
    async def search(
        q: str, kinds: Annotated[list[SearchKind] | None, Query()] = None, limit: int = 10
    ) -> SearchAnswer:
        query = read_query(q)
        groups = []
        for kind in kinds or list(SearchKind):
            hits = [] if query.is_empty else [hit for hit in _all_of(kind, desk) if _fits(query, hit)]
            shown = tuple(_marked(query, hit) for hit in hits[:limit])
            if shown:
                groups.append(SearchGroup(kind=kind, hits=shown, has_more=len(hits) > limit))
        return SearchAnswer(query=q, groups=tuple(groups))


def _fits(query: SearchQuery, hit: SearchHit) -> bool:
    return query.fields.get("status", hit.status) == hit.status and is_found(
        query, words_of(f"{hit.title} {hit.excerpt}")
    )


def _marked(query: SearchQuery, hit: SearchHit) -> SearchHit:
    piece = excerpt(query, hit.excerpt)
    return hit.model_copy(update={"excerpt": piece.text, "marks": piece.marks})


def _all_of(kind: SearchKind, desk: Desk) -> Iterator[SearchHit]:
    fleet = desk.fleet
    match kind:
        case SearchKind.ROBOTS:
            for robot in fleet.robots.values():
                yield SearchHit(
                    kind=kind, title=robot.name, excerpt=f"{robot.host} · {robot.browser}", status=robot.status,
                    at=robot.last_seen_at, robot_id=robot.robot_id, robot=robot.name,
                )  # fmt: skip
        case SearchKind.WORKFLOWS:
            for workflow in fleet.workflows.values():
                yield SearchHit(
                    kind=kind, title=workflow.name, excerpt=workflow.description, workflow_id=workflow.workflow_id
                )
        case _:
            yield from _of_jobs(kind, desk)


def _of_jobs(kind: SearchKind, desk: Desk) -> Iterator[SearchHit]:
    newest = sorted(desk.fleet.jobs.values(), key=lambda job: job.created_at, reverse=True)
    for job in newest:
        hit = SearchHit(
            kind=kind, title=job.workflow_name, at=job.created_at, status=job.status.value, job_id=job.job_id,
            attempt=job.attempt, robot_id=job.robot_id, robot=job.robot_name,
        )  # fmt: skip
        if kind is SearchKind.JOBS:
            yield hit.model_copy(update={"excerpt": f"{job.job_id} · {job.error.message if job.error else ''}"})
        elif kind is SearchKind.ERRORS and job.error:
            yield hit.model_copy(update={"excerpt": job.error.message})
    for job in newest[:_JOBS_WITH_LINES] if kind is SearchKind.LOGS else ():
        for number, line in enumerate(details.logs_of(job, "rb-web-01", clock()), start=1):
            yield SearchHit(
                kind=kind, title=job.workflow_name, excerpt=line.message, at=line.at, level=line.level,
                status=job.status.value, job_id=job.job_id, robot_id=job.robot_id, robot=job.robot_name, line=number,
            )  # fmt: skip
