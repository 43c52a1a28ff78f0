"""Waiting on the event stream: for jobs until they have ended, for robots until they are there, for anything named."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from typing import Protocol

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import UnreachableError
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.jobs import JobView, StepView

GIVE_UP_AFTER_S = 120.0
LOOK_S = 10.0
"""Safety tick of whoever waits for events by their names."""
MOST_NAMED = 50
"""Jobs that are followed by their ids; of more the orchestrator tells every one that there is."""


class JobWatcher(Protocol):
    """Hears how the jobs move."""

    def job_changed(self, job: JobView) -> None:
        """A job as it is now."""
        ...

    def steps_changed(self, job_id: str, steps: tuple[StepView, ...]) -> None:
        """Steps of a job as they are now; others have not changed."""
        ...

    def note(self, text: str) -> None:
        """Something that a person should know."""
        ...


async def follow_jobs(client: OrchestratorClient, job_ids: Collection[str], watcher: JobWatcher) -> None:
    """Return once every one of these jobs has ended.

    UnreachableError when the orchestrator stays away for two minutes; a job's own timeout limits everything else.
    """
    waiting, gone_since = set(job_ids), None
    async with aclosing(EventStream(client.base_url, client.key, topics=_topics(job_ids)).listen()) as stream:
        async for batch in stream:
            if isinstance(batch, ConnectionLost):
                gone_since = gone_since or _now()
                _bear(batch, gone_since, watcher)
                continue
            gone_since = None
            waiting -= await _heard(client, batch, frozenset(job_ids), waiting, watcher)
            if not waiting:
                return


async def robots_connected(client: OrchestratorClient, names: Collection[str]) -> None:
    """Return once every one of these robots is connected; a caller that has not for ever sets a limit."""
    missing = set(names)
    async with aclosing(EventStream(client.base_url, client.key, topics=("robots",)).listen()) as stream:
        async for batch in stream:
            if isinstance(batch, ConnectionLost):
                continue
            missing -= {robot.name for robot in batch.robots if robot.status.is_connected}
            if not missing:
                return


async def changes(client: OrchestratorClient, patterns: Sequence[str]) -> AsyncGenerator[None, None]:
    """The moments at which it is worth looking: now, at events with a name of the patterns, and every ten seconds.

    Also each time the stream comes or goes, so that nothing that happened meanwhile is missed. Close it when done
    (`aclosing`). Raises UnauthorizedError (key) and RefusedError (patterns).
    """
    async with aclosing(EventStream(client.base_url, client.key, topics=patterns).listen()) as stream:
        yield
        while True:
            news = asyncio.get_running_loop().create_task(stream.__anext__())
            try:
                while not news.done():
                    for told in (await asyncio.wait({news}, timeout=LOOK_S))[0]:
                        told.result()
                    yield
            finally:
                news.cancel()
                await asyncio.gather(news, return_exceptions=True)


def _topics(job_ids: Collection[str]) -> Sequence[str]:
    """Not the figures of a dashboard, which cost the orchestrator more each second than a run's news."""
    return [f"progress:{each}" for each in job_ids] if len(job_ids) <= MOST_NAMED else ("jobs", "progress")


async def _heard(
    client: OrchestratorClient, batch: EventBatch, ours: frozenset[str], waiting: set[str], watcher: JobWatcher
) -> set[str]:
    """Tell the watcher what concerns it; the jobs that have ended."""
    for job_id, steps in batch.steps.items():
        if job_id in ours:
            watcher.steps_changed(job_id, steps)
    views = {job.job_id: job for job in batch.jobs if job.job_id in ours}
    if batch.is_snapshot:
        # A snapshot holds only jobs that go on: those it does not name ended before it was taken.
        for job_id in waiting:
            detail = await client.job(job_id)
            views[job_id] = detail.job
            watcher.steps_changed(job_id, detail.steps)
    ended = {job.job_id for job in views.values() if job.status.has_ended}
    for job_id in ended & waiting:
        watcher.steps_changed(job_id, (await client.job(job_id)).steps)
    for job in views.values():
        watcher.job_changed(job)
    return ended


def _bear(lost: ConnectionLost, since: float, watcher: JobWatcher) -> None:
    if _now() - since > GIVE_UP_AFTER_S:
        raise UnreachableError(f"{lost.reason} It has not come back for {GIVE_UP_AFTER_S:.0f} s.")
    watcher.note(f"{lost.reason} Connecting again.")


def _now() -> float:
    return asyncio.get_running_loop().time()
