"""Searching: takes rows into the index in slices, lets them go again, and hands questions on."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from orchestrator.domain.search import SearchQuery
from orchestrator.engine.ports.search import Feed, FeedState, FoundPage, Scope
from orchestrator.store import search_rows
from orchestrator.store.database import Database
from orchestrator.store.search_finding import Look
from orchestrator.store.search_index import Entry, FullText, Mark, SearchIndex, TextVectors, marks, set_mark


class SearchRecords:
    """The shipped `engine.ports.search.SearchStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._opening = asyncio.Lock()
        self._taking = asyncio.Lock()
        self._beside: Database | None = None
        self._index: SearchIndex = FullText() if database.has_side else TextVectors()

    async def open(self) -> None:
        await self._side()

    async def states(self) -> Mapping[Feed, FeedState]:
        known = await (await self._side()).read(marks)
        extents = await self._database.read(_extents)
        return {feed: replace(extents[feed], indexed=mark.number) for feed, mark in known.items()}

    async def take(self, feed: Feed, *, most: int) -> int:
        async with self._taking:
            return await self._take(feed, most)

    async def _take(self, feed: Feed, most: int) -> int:
        side = await self._side()
        done = (await side.read(marks))[feed].number
        entries, last = await self._database.read(lambda connection: search_rows.after(connection, feed, done, most))
        if last == done:
            return 0
        sample = await self._database.read(lambda connection: search_rows.sample(connection, feed, last))

        def work(connection: Connection) -> None:
            if entries:
                self._index.add(connection, feed, entries)
            set_mark(connection, feed, Mark(number=last, sample=sample or ""))

        await side.write(work)
        return last - done

    async def find(self, feed: Feed, query: SearchQuery, scope: Scope, *, limit: int, within_s: float) -> FoundPage:
        side = await self._side()
        look = Look(index=self._index, feed=feed, query=query, scope=scope, until_s=time.monotonic() + within_s)
        return await look.page(side, self._database, limit)

    async def forget(self, entries: Mapping[Feed, Sequence[Entry]]) -> None:
        """Take rows out of the index that are gone; those that never came in are left alone."""
        if not any(entries.values()):
            return
        side = await self._side()

        def work(connection: Connection) -> None:
            known = marks(connection)
            for feed, all_of_it in entries.items():
                indexed = [each for each in all_of_it if each.text and each.number <= known[feed].number]
                if indexed:
                    self._index.remove(connection, feed, indexed)

        await side.write(work)

    async def _side(self) -> Database:
        if self._beside is None:
            async with self._opening:
                if self._beside is None:
                    side = await asyncio.to_thread(self._database.side)
                    await self._make_sure(side)
                    self._beside = side
        return self._beside

    async def _make_sure(self, side: Database) -> None:
        """An index of another layout, or of another database, such as the one before a backup came back, is remade."""
        is_made = await side.read(self._index.is_made)
        if is_made:
            known = await side.read(marks)
            is_made = await self._database.read(lambda connection: _is_of(connection, known))
        if not is_made:
            await side.write(self._index.make)


def _extents(connection: Connection) -> dict[Feed, FeedState]:
    return {feed: search_rows.extent(connection, feed) for feed in Feed}


def _is_of(connection: Connection, known: Mapping[Feed, Mark]) -> bool:
    """Whether the rows that were indexed last are still those, or gone with older ones."""
    for feed, mark in known.items():
        if not mark.number:
            continue
        state = search_rows.extent(connection, feed)
        if state.newest < mark.number:
            return False
        if search_rows.sample(connection, feed, mark.number) not in {None, mark.sample}:
            return False
    return True
