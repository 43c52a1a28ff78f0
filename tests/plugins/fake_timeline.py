"""The fleet's past in memory, for the engine's tests: changes and samples as they are noted, runs from the attempts."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import datetime

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.timeline import FAILED_OUTCOMES, FleetSample, LoadPoint, Run, StateChange, Wait
from orchestrator.engine.ports.jobs import AttemptRecord
from orchestrator.engine.ports.timeline import Runs, StepsThen

Attempts = MutableMapping[tuple[JobId, int], AttemptRecord]


class FakeTimeline:
    """`write` fails or waits as every write of the store does. Runs are never merged, results tell no steps."""

    def __init__(
        self, write: Callable[[], Awaitable[None]], jobs: MutableMapping[JobId, Job], attempts: Attempts
    ) -> None:
        self._write = write
        self._jobs = jobs
        self._attempts = attempts
        self.changes: list[StateChange] = []
        self.samples: dict[datetime, FleetSample] = {}

    async def note(self, changes: Sequence[StateChange], samples: Sequence[FleetSample]) -> None:
        await self._write()
        self.changes += changes
        self.samples |= {each.at: each for each in samples}

    async def newest_states(self) -> Mapping[RobotId, StateChange]:
        return {each.robot_id: each for each in self.changes}

    async def newest_sample_at(self) -> datetime | None:
        return max(self.samples, default=None)

    async def states(self, since: datetime, until: datetime, *, most: int) -> Sequence[StateChange]:
        before = {each.robot_id: each for each in self.changes if each.at <= since}
        inside = sorted((each for each in self.changes if since < each.at <= until), key=lambda each: each.at)
        return sorted([*before.values(), *inside[-most:]], key=lambda each: each.at)

    async def load(self, since: datetime, until: datetime, bucket_s: float) -> Sequence[LoadPoint]:
        return [
            LoadPoint(
                at=each.at,
                waiting=each.waiting,
                running=each.running,
                most_waiting=each.waiting,
                most_running=each.running,
            )
            for each in sorted(self.samples.values(), key=lambda each: each.at)
            if since <= each.at < until
        ]

    async def runs(self, since: datetime, until: datetime, *, most: int, bucket_s: float) -> Runs:
        found = [each for each in self._runs() if each.started_at < until and not _ended(each, since)]
        return Runs(runs=found[:most], left_out=max(0, len(found) - most))

    async def runs_at(self, at: datetime, *, most: int) -> Sequence[Run]:
        return [each for each in self._runs() if each.started_at <= at and not _ended(each, at)][:most]

    async def waits_at(self, at: datetime, *, most: int) -> tuple[int, Sequence[Wait]]:
        found = [
            Wait(
                job_id=each.job_id,
                workflow_name=self._jobs[each.job_id].workflow_name,
                since_at=each.queued_at,
                until_at=each.claimed_at,
                robot_id=each.robot_id,
            )
            for each in self._attempts.values()
            if each.queued_at is not None and each.queued_at <= at < each.claimed_at
        ]
        found += [
            Wait(job_id=job.job_id, workflow_name=job.workflow_name, since_at=job.changed_at)
            for job in self._jobs.values()
            if job.status is JobStatus.QUEUED and job.changed_at <= at
        ]
        return len(found), sorted(found, key=lambda each: each.since_at)[:most]

    async def failures_before(self, at: datetime, *, since: datetime, most: int) -> Sequence[Run]:
        ended = [each for each in self._runs() if each.outcome in FAILED_OUTCOMES and each.ended_at is not None]
        return [each for each in ended if each.ended_at is not None and since < each.ended_at <= at][:most]

    async def steps_at(self, runs: Sequence[Run], at: datetime) -> Mapping[tuple[JobId, int], StepsThen]:
        return {}

    async def forget(self, before: datetime, *, fine_before: datetime, most: int) -> int:
        await self._write()
        old = [each.at for each in self.samples.values() if each.at < (before if each.is_coarse else fine_before)]
        for at in old:
            del self.samples[at]
        return len(old)

    def _runs(self) -> list[Run]:
        return [
            Run(
                job_id=each.job_id,
                attempt=each.attempt,
                workflow_name=self._jobs[each.job_id].workflow_name,
                robot_id=each.robot_id,
                started_at=each.started_at or each.claimed_at,
                ended_at=each.ended_at,
                outcome=each.outcome,
                error=each.error,
            )
            for each in self._attempts.values()
            if each.robot_id is not None and (each.started_at is not None or each.ended_at is None)
        ]


def _ended(run: Run, before: datetime) -> bool:
    return run.ended_at is not None and run.ended_at <= before
