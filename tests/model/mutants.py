"""Deliberate mistakes: each takes one of the protocol's promises away, through a seam of the real code.

What the walks are worth is what they find of these.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from typing import Any, cast

import fake_store

from orchestrator.contract.ids import RobotId
from orchestrator.contract.protocol.jobs import JobAccepted, JobAssignment, JobRefused
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.errors import StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, recorded
from orchestrator.engine.results import OPEN_TO_RESULTS, ResultDesk
from orchestrator.engine.robot_pool import RobotPool
from robot.attempts import attempt_of
from robot.runner import Runner
from tests.model.simulation import patched
from tests.model.world import World

Mutant = Callable[[], AbstractContextManager[Callable[[World], None]]]
"""Makes the mistake for as long as its context lasts; what it gives prepares each world."""


def _as_it_is(_: World) -> None:
    """Nothing to prepare."""


@contextmanager
def no_row_count_check() -> Iterator[Callable[[World], None]]:
    """A guarded write that goes through although somebody was first."""
    with patched(fake_store, "_guard", lambda _: ()):
        yield _as_it_is


class _Forgetful(dict[str, Any]):
    def __setitem__(self, key: str, value: Any) -> None:
        """Forgets."""


@contextmanager
def no_idempotency() -> Iterator[Callable[[World], None]]:
    """A repeated submit makes another job."""

    def prepare(world: World) -> None:
        world.store.keys = _Forgetful()

    yield prepare


@contextmanager
def no_unique_fires() -> Iterator[Callable[[World], None]]:
    """A schedule's instant may give several jobs."""

    def prepare(world: World) -> None:
        world.store.fire_records = _Seen()

    yield prepare


class _Seen(dict[Any, Any]):
    def __contains__(self, _: object) -> bool:
        return False


@contextmanager
def no_fence() -> Iterator[Callable[[World], None]]:
    """Any result of any attempt counts while the job lives."""

    def decide(self: ResultDesk, job: Job, _: RobotId, result: JobResult) -> Move | None:
        if job.status not in OPEN_TO_RESULTS:
            return None
        return recorded(job, result, rng=self._rng, at=self._clock.now())

    with patched(ResultDesk, "_decide", decide):
        yield _as_it_is


@contextmanager
def start_on_assignment() -> Iterator[Callable[[World], None]]:
    """A robot that begins once it has accepted, without waiting for the orchestrator's word."""
    offer_all = cast(
        "Callable[[Runner, Sequence[JobAssignment]], Awaitable[list[JobAccepted | JobRefused]]]", Runner.offer_all
    )

    async def hasty(self: Runner, assignments: Sequence[JobAssignment]) -> list[JobAccepted | JobRefused]:
        answers = await offer_all(self, assignments)
        for answer in answers:
            if isinstance(answer, JobAccepted):
                self.start(attempt_of(answer))
        return answers

    with patched(Runner, "offer_all", hasty):
        yield _as_it_is


@contextmanager
def no_journal() -> Iterator[Callable[[World], None]]:
    """A robot whose journal does not survive its process."""
    yield lambda world: _forget(world, "journal")


@contextmanager
def no_spool() -> Iterator[Callable[[World], None]]:
    """A robot whose results do not survive its process."""
    yield lambda world: _forget(world, "spool")


def _forget(world: World, name: str) -> None:
    for robot in world.robots:
        robot.forgets = (name,)


@contextmanager
def old_sessions_heard() -> Iterator[Callable[[World], None]]:
    """What is said on a replaced connection counts, its end too."""
    with patched(RobotPool, "is_current", lambda self, robot_id, _: self.session_of(robot_id) is not None):
        yield _as_it_is


@contextmanager
def revived_at_start() -> Iterator[Callable[[World], None]]:
    """A start puts back into the queue whatever seems unfinished."""
    load = cast("Callable[[JobQueue], Awaitable[None]]", JobQueue.load)

    async def reviving(self: JobQueue) -> None:
        await load(self)
        for job in tuple(self.open_jobs()):
            if job.status is JobStatus.RUNNING:
                after = replace(job, status=JobStatus.QUEUED, robot_id=None, session_id=None)
                with suppress(StorageError):  # a full disk spares it
                    self._remember(await self._store.save_job(after, expected=job))

    with patched(JobQueue, "load", reviving):
        yield _as_it_is


MUTANTS: Mapping[Mutant, tuple[str, ...]] = {
    no_row_count_check: ("race", "cancel"),
    no_idempotency: ("submit_again",),
    no_unique_fires: ("step_clock", "edit_schedule"),
    no_fence: ("outage",),
    start_on_assignment: ("go_dark", "submit"),
    no_journal: ("replay", "bounce_robot"),
    no_spool: ("bounce_robot", "storm"),
    revived_at_start: ("restart_orchestrator",),
}
"""Each mistake, and what should happen often in the walks that are to find it."""

STEPS: Mapping[Mutant, int] = {no_row_count_check: 50, start_on_assignment: 50}
"""How long the walks are that find a mistake soonest, where it shows while everybody is still well."""
