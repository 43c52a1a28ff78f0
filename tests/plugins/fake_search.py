"""Searching in memory: the engine's tests find nothing, and nothing waits to be indexed."""

from collections.abc import Mapping

from orchestrator.domain.search import SearchQuery
from orchestrator.engine.ports.search import Feed, FeedState, FoundPage, Scope


class FakeSearch:
    """`engine.ports.search.SearchStore`; `waiting` rows of each feed are taken in when they are asked for."""

    def __init__(self) -> None:
        self.waiting: dict[Feed, int] = dict.fromkeys(Feed, 0)
        self.taken: dict[Feed, int] = dict.fromkeys(Feed, 0)
        self.slices: list[tuple[Feed, int]] = []

    async def open(self) -> None:
        pass

    async def states(self) -> Mapping[Feed, FeedState]:
        return {
            feed: FeedState(indexed=self.taken[feed], newest=self.taken[feed] + self.waiting[feed]) for feed in Feed
        }

    async def take(self, feed: Feed, *, most: int) -> int:
        count = min(most, self.waiting[feed])
        self.waiting[feed] -= count
        self.taken[feed] += count
        if count:
            self.slices.append((feed, count))
        return count

    async def find(self, feed: Feed, query: SearchQuery, scope: Scope, *, limit: int, within_s: float) -> FoundPage:
        return FoundPage()
