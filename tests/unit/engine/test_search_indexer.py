"""The index follows the store in slices: at once when something comes, slowly while jobs come in by the hundred."""

import asyncio

import pytest
from fake_clock import FakeClock
from fake_search import FakeSearch

from orchestrator.contract.ids import RobotId
from orchestrator.domain.events import LogsArrived
from orchestrator.engine.bus import EventBus
from orchestrator.engine.ports.search import Feed
from orchestrator.engine.search_indexer import ROWS_AT_ONCE, SETTLE_S, SearchIndexer

pytestmark = pytest.mark.feature("X23")


async def test_an_older_database_is_taken_in_slices_and_the_share_tells_how_far() -> None:
    store = FakeSearch()
    store.waiting[Feed.LOGS] = 4 * ROWS_AT_ONCE
    indexer = SearchIndexer(store, EventBus(), FakeClock())
    assert indexer.share == 0.0
    assert await indexer.step() is not None
    await indexer.step()
    assert indexer.share == 0.5
    await indexer.catch_up()
    assert indexer.share == 1.0
    assert store.slices == [(Feed.LOGS, ROWS_AT_ONCE)] * 4


async def test_the_last_slice_is_told_at_once() -> None:
    store = FakeSearch()
    store.waiting[Feed.LOGS] = ROWS_AT_ONCE + 1
    indexer = SearchIndexer(store, EventBus(), FakeClock())
    while await indexer.step() is not None:
        assert indexer.share < 1.0
    assert indexer.share == 1.0


async def test_what_comes_later_is_taken_in_when_it_is_told() -> None:
    store, bus, clock = FakeSearch(), EventBus(), FakeClock()
    indexer = SearchIndexer(store, bus, clock)
    running = asyncio.ensure_future(indexer.run())  # noqa: TID251  cancelled below
    await clock.advance(SETTLE_S)
    store.waiting[Feed.LOGS] = 3
    bus.publish(LogsArrived(robot_id=RobotId("r"), entries=()))
    await clock.advance(2 * SETTLE_S)
    assert store.slices == [(Feed.LOGS, 3)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
