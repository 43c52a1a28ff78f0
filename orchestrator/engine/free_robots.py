"""Robots with room, kept in order: choosing one of thousands looks at a few of them.

Robots that are alike in what jobs ask for (tags, capabilities) stand in one group. What suits a job is decided for each
group once, and a heap gives a group's best robot; `domain.placement.choose` says the same by looking at each robot.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from orchestrator.contract.ids import RobotId
from orchestrator.domain.job import Requirements
from orchestrator.domain.placement import Candidate, LoadBalancingStrategy, Rank, rank

SLACK = 64
"""Entries that a heap may hold for nothing, besides one for each robot."""

Fits = Callable[[RobotId], bool]
"""False for a robot that has shown lately that it does not suit the job after all."""
_Kind = tuple[frozenset[str], frozenset[str]]


@dataclass(slots=True)
class _Group:
    """Robots with the same tags and capabilities."""

    members: dict[RobotId, Candidate] = field(default_factory=dict)
    heap: list[tuple[Rank, RobotId]] = field(default_factory=list)


class FreeRobots:
    """The robots that would take a job now."""

    def __init__(self) -> None:
        self._groups: dict[_Kind, _Group] = {}
        self._kinds: dict[RobotId, _Kind] = {}
        self._changed: dict[RobotId, Candidate] = {}
        """Looked at when somebody asks: a robot that takes ten jobs in a row moves once."""
        self._strategy = LoadBalancingStrategy.LEAST_LOADED

    def __len__(self) -> int:
        return len(self._kinds)

    def __contains__(self, robot_id: RobotId) -> bool:
        return robot_id in self._kinds

    def put(self, candidate: Candidate) -> None:
        """A robot has room, or is now as this says."""
        robot = candidate.robot
        kind = (robot.tags, robot.capabilities)
        if self._kinds.get(robot.robot_id) != kind:
            self.drop(robot.robot_id)
            self._kinds[robot.robot_id] = kind
        self._changed[robot.robot_id] = candidate

    def drop(self, robot_id: RobotId) -> None:
        """A robot has no room any more, or is gone."""
        kind = self._kinds.pop(robot_id, None)
        self._changed.pop(robot_id, None)
        if kind is None or (group := self._groups.get(kind)) is None:
            return
        group.members.pop(robot_id, None)
        if not group.members:
            del self._groups[kind]

    def candidates(self) -> Iterator[Candidate]:
        """All of them, in no particular order."""
        self._settle()
        for group in self._groups.values():
            yield from group.members.values()

    def can_run(self, requirements: Requirements, fits: Fits) -> bool:
        """True when one of them would take such a job."""
        if requirements.robot_id is not None:
            return bool(self._suiting(requirements)) and fits(requirements.robot_id)
        for group in self._suiting(requirements):
            for robot_id in group.members:
                if fits(robot_id):
                    return True
        return False

    def best(self, requirements: Requirements, strategy: LoadBalancingStrategy, fits: Fits) -> Candidate | None:
        """The first by the strategy, RANDOM excepted, among those that suit."""
        self._order_by(strategy)
        fronts = (self._front(group, requirements, fits) for group in self._suiting(requirements))
        return min((each for each in fronts if each is not None), key=lambda each: rank(each, strategy), default=None)

    def _suiting(self, requirements: Requirements) -> list[_Group]:
        self._settle()
        if requirements.robot_id is not None:
            kind = self._kinds.get(requirements.robot_id)
            kinds = [] if kind is None else [kind]
        else:
            kinds = list(self._groups)
        return [
            self._groups[kind]
            for kind in kinds
            if requirements.tags <= kind[0] and requirements.capabilities <= kind[1]
        ]

    def _front(self, group: _Group, requirements: Requirements, fits: Fits) -> Candidate | None:
        if requirements.robot_id is not None:
            alone = group.members[requirements.robot_id]
            return alone if fits(requirements.robot_id) else None
        passed: list[tuple[Rank, RobotId]] = []
        found: Candidate | None = None
        while group.heap and found is None:
            standing, robot_id = group.heap[0]
            candidate = group.members.get(robot_id)
            if candidate is None or rank(candidate, self._strategy) != standing:
                heapq.heappop(group.heap)
            elif fits(robot_id):
                found = candidate
            else:
                passed.append(heapq.heappop(group.heap))
        for entry in passed:
            heapq.heappush(group.heap, entry)
        return found

    def _settle(self) -> None:
        for robot_id, candidate in self._changed.items():
            group = self._groups.setdefault(self._kinds[robot_id], _Group())
            group.members[robot_id] = candidate
            heapq.heappush(group.heap, (rank(candidate, self._strategy), robot_id))
            if len(group.heap) > SLACK + 2 * len(group.members):
                self._sort(group)
        self._changed.clear()

    def _order_by(self, strategy: LoadBalancingStrategy) -> None:
        if strategy is not self._strategy:
            self._strategy = strategy
            for group in self._groups.values():
                self._sort(group)

    def _sort(self, group: _Group) -> None:
        group.heap = [(rank(candidate, self._strategy), robot_id) for robot_id, candidate in group.members.items()]
        heapq.heapify(group.heap)
