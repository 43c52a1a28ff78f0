"""Keeps the files of jobs within their budget of bytes and days, and pinned incidents out of that; the one who removes.

What is removed stays known: the file's entry says when it went and why.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.contract.ids import JobId
from orchestrator.domain.artifact_budget import ArtifactRules, HeldFile, size_words, until_freed
from orchestrator.domain.job import Job
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, NotFoundError, StorageError
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.moves import about
from orchestrator.engine.ports.artifacts import ArtifactStore, ArtifactUsage, IncidentPin
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.figures import MetricsStore

EVERY_S = 3_600.0
RETRY_S = 300.0
AT_ONCE = 200
MIB = 1_048_576

logger = logging.getLogger(__name__)

Remove = Callable[[Sequence[HeldFile]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What one look removed."""

    files: int = 0
    size: int = 0
    """Bytes."""

    def plus(self, files: Sequence[HeldFile]) -> "Cleaned":
        """With these files too."""
        return Cleaned(files=self.files + len(files), size=self.size + sum(file.size for file in files))


class ArtifactKeeper:
    """`artifacts_mib`, `keep_artifacts_days` and `keep_failed_artifacts_days` may change at any time."""

    def __init__(
        self, records: ArtifactStore, *, audit: MetricsStore, live: LiveSettings, bus: EventBus, clock: Clock
    ) -> None:
        self._records = records
        self._audit = audit
        self._live = live
        self._bus = bus
        self._clock = clock
        self._wakeup = Wakeup(clock)
        self._held = 0
        """Bytes, as last counted and with what came since."""
        self.remove_files: Remove = _no_files
        """Takes away the bytes of files."""
        live.listen(lambda _: self._wakeup.ring())

    @property
    def rules(self) -> ArtifactRules:
        """The budget as it is now."""
        values = self._live.values
        return ArtifactRules(
            most_bytes=values.artifacts_mib * MIB,
            kept_days=values.keep_artifacts_days,
            failed_kept_days=values.keep_failed_artifacts_days,
        )

    def came(self, size: int) -> None:
        """A file of so many bytes was taken in."""
        self._held += size
        if self.rules.surplus(self._held):
            self._wakeup.ring()

    async def run(self) -> None:
        """Look at once, each hour, when files are too many and when a setting changes; until cancelled."""
        while True:
            again_s = EVERY_S
            try:
                await self.clean(actor="")
            except StorageError as error:
                again_s = RETRY_S
                logger.info("Files of jobs stay for now: %s", error)
            await self._wakeup.wait(again_s)

    async def usage(self) -> Sequence[ArtifactUsage]:
        """What files of jobs take, by group. Raises StorageError."""
        found = await self._records.usage()
        self._held = sum(each.size for each in found)
        return found

    async def clean(self, *, actor: str) -> Cleaned:
        """Remove what is too old, then what is too much: the oldest of jobs that ended well, then of failed ones.

        Files of running jobs and of pinned incidents stay. Raises StorageError.
        """
        now, rules, gone = self._clock.now(), self.rules, Cleaned()
        for failed in (False, True):
            before = rules.ended_before(now, failed=failed)
            if before is not None:
                days = rules.failed_kept_days if failed else rules.kept_days
                note = f"Removed on {now:%Y-%m-%d}: its job ended more than {days} days before."
                gone = await self._remove(gone, failed=failed, before=before, note=note)
        await self.usage()
        surplus = rules.surplus(self._held)
        note = f"Removed on {now:%Y-%m-%d}: files of jobs took more than {size_words(rules.most_bytes)}."
        for failed in (False, True):
            wanted = surplus - gone.size
            if surplus and wanted > 0:
                gone = await self._remove(gone, failed=failed, before=now, note=note, wanted=wanted)
        if gone.files:
            await self.usage()
            await self._tell(gone, now, actor)
        return gone

    async def _remove(
        self, gone: Cleaned, *, failed: bool, before: datetime, note: str, wanted: int | None = None
    ) -> Cleaned:
        """One class of jobs, a few files at a time, until all that are old are gone, or so many bytes are free."""
        goal = None if wanted is None else gone.size + wanted
        while goal is None or gone.size < goal:
            files = await self._records.removable(failed=failed, ended_before=before, most=AT_ONCE)
            files = files if goal is None else until_freed(files, goal - gone.size)
            if not files:
                break
            await self.remove_files(files)
            # the bytes first: what is interrupted here is found, and dropped, by the next look
            if not await self._records.drop(files, note=note):
                break
            gone = gone.plus(files)
        return gone

    async def _tell(self, gone: Cleaned, now: datetime, actor: str) -> None:
        words = f"{gone.files:,} files of jobs were removed, {size_words(gone.size)}: they were too old or too many."
        logger.info("%s", words)
        entry = AuditEntry(
            at=now,
            kind="artifacts.removed",
            message=words,
            actor=actor or "retention",
            details={"files": gone.files, "bytes": gone.size},
        )
        await self._audit.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))

    # what stays

    async def pin(self, job: Job, *, note: str, actor: str) -> IncidentPin:
        """Keep a job with its files until it is unpinned. ConflictError while nothing has run."""
        if job.attempt == 0:
            raise ConflictError(f"Job {job.job_id} has not run yet: there is nothing to keep.")
        pin = IncidentPin(job_id=job.job_id, pinned_at=self._clock.now(), actor=actor, note=note)
        words = f"The incident of {job.workflow_name} is kept{f': {note}' if note else ''}."
        entry = about(job, "incident.pinned", words, pin.pinned_at, actor=actor)
        await self._records.pin(pin, entry)
        self._bus.publish(AuditAdded(entry=entry))
        return pin

    async def unpin(self, job: Job, *, actor: str) -> None:
        """Let the rules for old files decide again. NotFoundError when it is not pinned."""
        words = f"The incident of {job.workflow_name} is not kept any longer."
        entry = about(job, "incident.unpinned", words, self._clock.now(), actor=actor)
        if not await self._records.unpin(job.job_id, entry):
            raise NotFoundError("pin of job", job.job_id)
        self._bus.publish(AuditAdded(entry=entry))

    async def pins(self) -> Sequence[IncidentPin]:
        """What is kept on purpose, the newest first."""
        return await self._records.pins()

    async def newest_failure(self, fingerprint: str) -> JobId:
        """The newest job that stands failed like this. NotFoundError when there is none any more."""
        found = await self._records.newest_failure(fingerprint)
        if found is None:
            raise NotFoundError("job that stands failed in group", fingerprint)
        return found

    async def pin_of(self, job_id: JobId) -> IncidentPin | None:
        """The job's pin, when it has one."""
        return await self._records.pin_of(job_id)


async def _no_files(_: Sequence[HeldFile]) -> None:
    """Until the application has wired its parts."""
