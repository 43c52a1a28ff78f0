"""The promises, by letter, checked from outside: store and ledger are compared, the engine is not asked."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import TRANSITIONS
from tests.model.simulation import BEGAN_AT
from tests.model.world import World

REPORTED = frozenset({"completed", "failed", "timeout", "cancelled", "stale"})


class Inspector:
    """Looks at a world again and again; what has been looked at once is not looked at twice."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read = 0
        self._finals: dict[str, JobStatus] = {}

    def at_any_time(self) -> list[str]:
        """What must hold after every step."""
        return [*self._world.ledger.complaints, *self._answers(), *self._history()]

    def at_the_end(self) -> list[str]:
        """What must hold once everything has healed."""
        return [*self.at_any_time(), *self._recorded(), *self._ends(), *self._told(), *self._fires()]

    def _answers(self) -> list[str]:
        store, found = self._world.store, []
        for key, job_ids in self._world.ledger.answers.items():
            if len(job_ids) > 1:
                found.append(f"A: {key} was answered with {sorted(job_ids)}.")
            found += [f"A: {each} was acknowledged and is missing." for each in job_ids if each not in store.jobs]
        return found

    def _history(self) -> list[str]:
        """Every change that the store took is one of the table's, and starts where the one before it ended."""
        history = self._world.store.history
        found = [
            f"B: {job_id} went from {before} to {after}."
            for job_id, before, after in history[self._read :]
            if after is not before and after not in TRANSITIONS[before] and not self._at_once(job_id, before, after)
        ]
        self._read = len(history)
        return found

    def _at_once(self, job_id: JobId, before: JobStatus, after: JobStatus) -> bool:
        """A repeatable run begins with its offer; its acceptance may be written together with its end."""
        is_repeatable = self._world.store.jobs[job_id].retry_safe
        return is_repeatable and before is JobStatus.DISPATCHED and after in TRANSITIONS[JobStatus.RUNNING]

    def _recorded(self) -> list[str]:
        store, ledger, found = self._world.store, self._world.ledger, []
        completed: Counter[str] = Counter()
        for (job_id, attempt), result in store.results.items():
            if result.attempt != attempt or attempt > store.jobs[job_id].attempt:
                found.append(f"B: the result of {job_id} attempt {attempt} is of another attempt.")
            completed[job_id] += result.status is JobStatus.COMPLETED
        found += [f"B: {job_id} has {number} completed results." for job_id, number in completed.items() if number > 1]
        for job in store.jobs.values():
            has_one = (job.job_id, job.attempt) in store.results
            if job.status is JobStatus.COMPLETED and not (has_one and completed[job.job_id] == 1):
                found.append(f"B: {job.job_id} is completed without such a result of its attempt.")
        witnessed = {(ref.job_id, ref.attempt) for ref, end in ledger.ends.items() if end is JobStatus.COMPLETED}
        found += [
            f"B: {job_id} attempt {attempt} is recorded as completed, and no robot saw that."
            for (job_id, attempt), result in store.results.items()
            if result.status is JobStatus.COMPLETED and (job_id, attempt) not in witnessed
        ]
        return found

    def _ends(self) -> list[str]:
        jobs = self._world.store.jobs.values()
        found = [
            f"E: {job.job_id} has not ended: {job.status}, {job.robot_id}." for job in jobs if not job.status.has_ended
        ]
        for robot in self._world.robots:
            left = list((robot.path / "spool").glob("*.result"))
            found += [f"E: {robot.name} still holds {len(left)} results."] if left else []
        return found

    def _told(self) -> list[str]:
        """A result that was once said is on disk, and never forgotten: recorded, or kept as stale."""
        records = self._world.store.attempt_records
        return [
            f"B: the result of {ref} was on its way and is recorded nowhere: {record and record.outcome}."
            for ref in self._world.ledger.told
            for record in [next((r for (j, a), r in records.items() if (j, a) == (ref.job_id, ref.attempt)), None)]
            if record is None or record.outcome not in REPORTED
        ]

    def _fires(self) -> list[str]:
        store, found = self._world.store, []
        jobs: defaultdict[tuple[str, datetime], int] = defaultdict(int)
        for job in store.jobs.values():
            if job.schedule_id is not None and job.fire_at is not None:
                jobs[job.schedule_id, job.fire_at] += 1
        found += [f"F: {key} gave {number} jobs." for key, number in jobs.items() if number > 1]
        instants = {fire_at for _, fire_at in store.fire_records}
        wanted = BEGAN_AT + timedelta(minutes=5)
        while wanted < self._world.scheduled_until - timedelta(minutes=1):
            if wanted >= self._world.planned_from and wanted not in instants:
                found.append(f"F: the instant {wanted} was never considered.")
            wanted += timedelta(minutes=5)
        return found
