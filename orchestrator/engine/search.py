"""Searching everything: what was asked is read once, then looked for in every room, within one time for all."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from orchestrator.contract.api.search import SearchKind
from orchestrator.contract.ids import RobotId
from orchestrator.domain.events import WorkflowChanged
from orchestrator.domain.robot import Robot
from orchestrator.domain.search import (
    SearchQuery,
    folded,
    is_found,
    levels_of,
    read_query,
    statuses_of,
    words_of,
)
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.ports.search import Feed, FoundPage, Scope, SearchStore
from orchestrator.engine.ports.workflows import WorkflowStore
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.scheduler import JobScheduler

WITHIN_S = 1.5
"""What one search may take, over all rooms."""
T = TypeVar("T", bound=str)

AT_ONCE = 2
"""Searches side by side: each reads from the store while others want to read too."""
_FEEDS: Mapping[SearchKind, Feed] = {
    SearchKind.JOBS: Feed.JOBS,
    SearchKind.ERRORS: Feed.ERRORS,
    SearchKind.LOGS: Feed.LOGS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What was found in each room that was asked."""

    query: SearchQuery
    pages: Mapping[SearchKind, FoundPage] = field(default_factory=dict)
    """Jobs, errors and log lines."""
    robots: Sequence[Robot] = ()
    workflows: Sequence[WorkflowVersion] = ()
    unknown: Sequence[str] = ()
    """`field:value` words whose value means nothing here."""
    took_s: float = 0.0


class SearchDesk:
    """Answers searches; never raises for what somebody typed."""

    def __init__(
        self,
        store: SearchStore,
        *,
        pool: RobotPool,
        workflows: WorkflowStore,
        scheduler: JobScheduler,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._store = store
        self._pool = pool
        self._workflow_store = workflows
        self._scheduler = scheduler
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)
        self._known: Sequence[tuple[WorkflowVersion, list[str]]] | None = None
        bus.subscribe(WorkflowChanged, lambda _: self._forget_workflows())

    async def search(self, text: str, *, kinds: Collection[SearchKind] = (), limit: int = 10) -> SearchResult:
        """Look for what was typed; at most `limit` of each kind, the newest first. Raises StorageError."""
        query = read_query(text)
        if query.is_empty:
            return SearchResult(query=query)
        wanted = [kind for kind in SearchKind if not kinds or kind in kinds]
        async with self._places:
            return await self._look(query, wanted, limit)

    async def _look(self, query: SearchQuery, kinds: Sequence[SearchKind], limit: int) -> SearchResult:
        began_s = self._clock.monotonic()
        scope, unknown = await self._scope(query)
        pages: dict[SearchKind, FoundPage] = {}
        for kind in (each for each in kinds if each in _FEEDS):
            left_s = max(0.0, began_s + WITHIN_S - self._clock.monotonic())
            pages[kind] = await self._store.find(_FEEDS[kind], query, scope, limit=limit, within_s=left_s)
        return SearchResult(
            query=query,
            pages=pages,
            robots=self._robots(query)[: limit + 1] if SearchKind.ROBOTS in kinds else (),
            workflows=(await self._workflows(query))[: limit + 1] if SearchKind.WORKFLOWS in kinds else (),
            unknown=unknown,
            took_s=self._clock.monotonic() - began_s,
        )

    async def _scope(self, query: SearchQuery) -> tuple[Scope, Sequence[str]]:
        """What the fields mean here, and those that mean nothing."""
        given = query.fields
        robots = self._robots_named(given["robot"]) if "robot" in given else None
        workflows = await self._workflows_named(given["workflow"]) if "workflow" in given else None
        statuses = frozenset(map(str, statuses_of(given["status"]))) if "status" in given else None
        levels = frozenset(map(str, levels_of(given["level"]))) if "level" in given else None
        means = {"robot": robots, "workflow": workflows, "status": statuses, "level": levels}
        unknown = [f"{name}:{given[name]}" for name, found in means.items() if found is not None and not found]
        scope = Scope(
            robots=robots,
            workflows=workflows,
            schedule=self._schedule_named(given["schedule"]) if "schedule" in given else None,
            statuses=statuses,
            levels=levels,
            job=given.get("job"),
        )
        return scope, unknown

    def _robots(self, query: SearchQuery) -> list[Robot]:
        """Those seen last first; a question about anything else's fields does not mean robots."""
        if set(query.fields) - {"robot"}:
            return []
        known: Collection[Robot] = self._pool.robots()
        if "robot" in query.fields:
            named = self._robots_named(query.fields["robot"])
            known = [robot for robot in known if robot.robot_id in named]
        found = [robot for robot in known if is_found(query, words_of(_robot_text(robot)))]
        return sorted(found, key=lambda robot: robot.last_seen_at, reverse=True)

    async def _workflows(self, query: SearchQuery) -> list[WorkflowVersion]:
        if set(query.fields) - {"workflow"}:
            return []
        named = await self._workflows_named(query.fields["workflow"]) if "workflow" in query.fields else None
        known = await self._known_workflows()
        return [
            version
            for version, words in known
            if (named is None or version.workflow_id in named) and is_found(query, words)
        ]

    def _robots_named(self, value: str) -> frozenset[RobotId]:
        names = {robot.robot_id: (robot.robot_id, robot.name) for robot in self._pool.robots()}
        return frozenset(_named(value, names))

    async def _workflows_named(self, value: str) -> frozenset[str]:
        known = [version for version, _ in await self._known_workflows()]
        names = {each.workflow_id: (each.workflow_id, each.definition.name) for each in known}
        return frozenset(_named(value, names))

    def _schedule_named(self, value: str) -> str:
        """The id; anything else may be the id of one that was removed."""
        names = {each.schedule_id: (each.schedule_id, each.name) for each in self._scheduler.schedules()}
        return next(iter(_named(value, names)), value)

    async def _known_workflows(self) -> Sequence[tuple[WorkflowVersion, list[str]]]:
        if self._known is None:
            self._known = [(each, words_of(workflow_text(each))) for each in await self._workflow_store.workflows()]
        return self._known

    def _forget_workflows(self) -> None:
        self._known = None


def workflow_text(version: WorkflowVersion) -> str:
    """What a workflow says of itself."""
    made = version.definition
    steps = (f"{step.name or step.id}: {step.action}." for step in made.steps)
    return ". ".join(filter(None, (made.name, made.description, made.folder, " ".join(made.tags), " ".join(steps))))


def _robot_text(robot: Robot) -> str:
    parts = (robot.name, robot.robot_id, robot.host, robot.platform, robot.browser, robot.software_version)
    return " ".join((*parts, *sorted(robot.tags), *sorted(robot.capabilities)))


def _named(value: str, names: Mapping[T, tuple[str, str]]) -> list[T]:
    """Those with this id or name, or else all that begin so."""
    wanted = folded(value)
    return [each for each, known in names.items() if wanted in map(folded, known)] or [
        each for each, known in names.items() if any(folded(name).startswith(wanted) for name in known)
    ]
