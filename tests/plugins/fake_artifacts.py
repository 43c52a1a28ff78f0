"""Sizes and pins of jobs' files in memory, for the engine's tests; jobs and files are those of the other fakes."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import datetime

from orchestrator.contract.ids import JobId
from orchestrator.contract.results import Artifact
from orchestrator.contract.states import FAILED_STATES
from orchestrator.domain.artifact_budget import HeldFile
from orchestrator.domain.job import Job
from orchestrator.engine.ports.artifacts import ArtifactUsage, IncidentPin
from orchestrator.engine.ports.audit import AuditEntry

Write = Callable[[], Awaitable[None]]
Records = MutableMapping[JobId, list[tuple[int, Artifact]]]


class FakeArtifacts:
    """Implements `engine.ports.artifacts.ArtifactStore`."""

    def __init__(
        self, write: Write, jobs: Mapping[JobId, Job], records: Records, tell: Callable[[AuditEntry], None]
    ) -> None:
        self._write = write
        self._jobs = jobs
        self._records = records
        self._tell = tell
        self.by_job: dict[JobId, IncidentPin] = {}

    async def usage(self) -> Sequence[ArtifactUsage]:
        found: dict[str, list[int]] = {}
        for job_id, files in self._records.items():
            sizes = [artifact.size for _, artifact in files if artifact.is_kept]
            if sizes:
                found.setdefault(self._group(job_id), []).extend(sizes)
        return [ArtifactUsage(group=name, files=len(sizes), size=sum(sizes)) for name, sizes in sorted(found.items())]

    async def removable(self, *, failed: bool, ended_before: datetime, most: int) -> Sequence[HeldFile]:
        found = []
        for job_id, files in self._records.items():
            job = self._jobs[job_id]
            if job_id in self.by_job or not job.status.has_ended or (job.status in FAILED_STATES) is not failed:
                continue
            if job.finished_at is not None and job.finished_at < ended_before:
                found += [
                    HeldFile(job_id=job_id, attempt=attempt, name=file.name, size=file.size, ended_at=job.finished_at)
                    for attempt, file in files
                    if file.is_kept
                ]
        return sorted(found, key=lambda file: (file.ended_at, file.job_id, file.attempt, file.name))[:most]

    async def drop(self, files: Sequence[HeldFile], *, note: str, audit: AuditEntry | None = None) -> int:
        await self._write()
        gone = {(file.job_id, file.attempt, file.name) for file in files}
        count = 0
        for job_id, held in self._records.items():
            for place, (attempt, file) in enumerate(held):
                if (job_id, attempt, file.name) in gone and file.is_kept:
                    held[place] = (attempt, file.model_copy(update={"is_kept": False, "note": note}))
                    count += 1
        if audit is not None and count:
            self._tell(audit)
        return count

    async def pin(self, pin: IncidentPin, audit: AuditEntry) -> None:
        await self._write()
        self.by_job[pin.job_id] = pin
        self._tell(audit)

    async def unpin(self, job_id: JobId, audit: AuditEntry) -> bool:
        await self._write()
        if self.by_job.pop(job_id, None) is None:
            return False
        self._tell(audit)
        return True

    async def pins(self, *, limit: int = 1_000) -> Sequence[IncidentPin]:
        return sorted(self.by_job.values(), key=lambda pin: pin.pinned_at, reverse=True)[:limit]

    async def pin_of(self, job_id: JobId) -> IncidentPin | None:
        return self.by_job.get(job_id)

    async def newest_failure(self, fingerprint: str) -> JobId | None:
        failed = [job for job in self._jobs.values() if job.fingerprint == fingerprint and job.status in FAILED_STATES]
        return max(failed, key=lambda job: job.created_at).job_id if failed else None

    def _group(self, job_id: JobId) -> str:
        job = self._jobs[job_id]
        if job_id in self.by_job:
            return "pinned"
        if not job.status.has_ended:
            return "running"
        return "failed" if job.status in FAILED_STATES else "other"
