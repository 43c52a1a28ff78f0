"""What a search found, as answers tell it: with a piece of the text, and what was found in it."""

from collections.abc import Iterable

from orchestrator.contract.api.search import SearchAnswer, SearchGroup, SearchHit, SearchKind
from orchestrator.contract.ids import RobotId
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.domain.search import Excerpt, SearchQuery, excerpt
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.ports.search import Found, FoundPage
from orchestrator.engine.search import SearchResult, workflow_text
from orchestrator.server.views import shown_variables

_READY = 0.999
"""Above this share nobody needs to hear that the newest lines come in a moment later."""


class SearchViews:
    """The views of one answer."""

    def __init__(self, engine: OrchestratorEngine) -> None:
        self._engine = engine

    async def answer(self, text: str, result: SearchResult, limit: int) -> SearchAnswer:
        """All groups that hold something."""
        groups = [
            await self._group(kind, result.query, result.pages[kind]) for kind in SearchKind if kind in result.pages
        ]
        groups += [
            _cut(SearchKind.ROBOTS, [_robot_hit(result.query, each) for each in result.robots], limit),
            _cut(SearchKind.WORKFLOWS, [_workflow_hit(result.query, each) for each in result.workflows], limit),
        ]
        order = list(SearchKind)
        shown = sorted((each for each in groups if each.hits or each.is_cut), key=lambda each: order.index(each.kind))
        share = self._engine.indexer.share
        return SearchAnswer(
            query=text,
            groups=tuple(shown),
            advice=_advice(result, shown, share),
            indexed=round(share, 4),
            took_ms=round(1_000 * result.took_s, 2),
        )

    async def _group(self, kind: SearchKind, query: SearchQuery, page: FoundPage) -> SearchGroup:
        hits = [self._found_hit(kind, query, each) for each in page.found]
        hits += [await self._job_hit(query, each) for each in page.jobs]
        return SearchGroup(kind=kind, hits=tuple(hits), has_more=page.has_more, is_cut=page.is_cut)

    async def _job_hit(self, query: SearchQuery, job: Job) -> SearchHit:
        version = await self._engine.workflows.version_of(job)
        variables = shown_variables(job.variables, version.definition if version is not None else None)
        facts = [f"{name}: {value}" for name, value in variables.items()]
        if job.error is not None:
            facts.insert(0, job.error.message)
        piece = excerpt(query, " · ".join((job.job_id, *facts)))
        return SearchHit(
            kind=SearchKind.JOBS,
            title=job.workflow_name,
            excerpt=piece.text,
            marks=piece.marks,
            at=job.created_at,
            status=job.status.value,
            job_id=job.job_id,
            attempt=job.attempt,
            robot_id=job.robot_id,
            robot=self._robot_name(job.robot_id),
            workflow_id=job.workflow_id,
        )

    def _found_hit(self, kind: SearchKind, query: SearchQuery, found: Found) -> SearchHit:
        piece = excerpt(query, found.text)
        is_line = kind is SearchKind.LOGS
        name = self._robot_name(found.robot_id)
        return SearchHit(
            kind=kind,
            title=found.workflow_name or name or "Robot",
            excerpt=piece.text,
            marks=piece.marks,
            at=found.at,
            status=found.status,
            level=found.level,
            job_id=found.job_id,
            attempt=found.attempt,
            robot_id=found.robot_id,
            robot=name,
            line=found.number if is_line else None,
        )

    def _robot_name(self, robot_id: RobotId | None) -> str:
        robot = self._engine.pool.get(robot_id) if robot_id is not None else None
        return robot.name if robot is not None else ""


def _robot_hit(query: SearchQuery, robot: Robot) -> SearchHit:
    facts = filter(None, (robot.host, robot.platform, robot.browser, ", ".join(sorted(robot.tags))))
    piece = excerpt(query, " · ".join(facts))
    return SearchHit(
        kind=SearchKind.ROBOTS,
        title=robot.name,
        excerpt=piece.text,
        marks=piece.marks,
        at=robot.last_seen_at,
        status=robot.status.value,
        robot_id=robot.robot_id,
        robot=robot.name,
    )


def _workflow_hit(query: SearchQuery, version: WorkflowVersion) -> SearchHit:
    piece: Excerpt = excerpt(query, workflow_text(version))
    return SearchHit(
        kind=SearchKind.WORKFLOWS,
        title=version.definition.name,
        excerpt=piece.text,
        marks=piece.marks,
        at=version.created_at,
        workflow_id=version.workflow_id,
    )


def _cut(kind: SearchKind, hits: list[SearchHit], limit: int) -> SearchGroup:
    return SearchGroup(kind=kind, hits=tuple(hits[:limit]), has_more=len(hits) > limit)


def _advice(result: SearchResult, groups: Iterable[SearchGroup], share: float) -> str:
    shown = list(groups)
    if result.query.is_empty:
        return "Type some words to look for."
    if result.unknown:
        return f"Nothing is known by {' and '.join(result.unknown)}."
    if any(each.is_cut for each in shown):
        return "The time was up before everything was looked at: more exact words, please."
    if share < _READY:
        return f"Searching is being made ready: {int(100 * share)} % of what is stored can be found by now."
    return ""
