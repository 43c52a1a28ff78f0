"""What the demo does: Job Discovery, then proposals for the best jobs it found, each with its result on the disk."""

import json
from dataclasses import dataclass
from pathlib import Path

from orchestrator.cli.artifacts import save_artifacts
from orchestrator.cli.local import LocalOrchestrator
from orchestrator.cli.output import plain
from orchestrator.cli.source import checked_source, sample_names
from orchestrator.client.following import JobWatcher, follow_jobs
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.fleet.demo_orders import (
    DISCOVERY,
    SUBMISSION,
    demo_mistakes,
    discovery_variables,
    on_site,
    submission_variables,
)


class DemoFailedError(BotswainError):
    """A workflow of the demo did not complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One workflow's job, and where its files are."""

    detail: JobDetail
    folder: Path
    files: tuple[Path, ...]
    result_file: Path

    @property
    def outputs(self) -> dict[str, JsonValue]:
        """What the workflow gave."""
        return self.detail.result.outputs if self.detail.result else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWork:
    """The demo's two jobs on one orchestrator and one site."""

    local: LocalOrchestrator
    site_url: str

    async def run(self, progress: JobWatcher) -> tuple[Finished, Finished]:
        """Run both; DemoFailedError when one does not complete."""
        for name in sample_names():
            await self.local.client.save_workflow(on_site(name, self.site_url))
        discovery = await self._run(DISCOVERY, discovery_variables(self.site_url), progress)
        variables = submission_variables(self.site_url, discovery.outputs)
        return discovery, await self._run(SUBMISSION, variables, progress)

    async def mistakes(self, finished: tuple[Finished, Finished]) -> list[str]:
        """What is wrong with what the workflows gave."""
        discovery, submission = finished
        return await demo_mistakes(self.site_url, discovery.outputs, submission.outputs)

    async def _run(self, sample: str, variables: dict[str, JsonValue], progress: JobWatcher) -> Finished:
        client = self.local.client
        name = checked_source(sample).definition.name
        job = await client.submit(SubmitRequest(workflow=name, variables=variables, submitted_by="botswain demo"))
        progress.job_changed(job)
        await follow_jobs(client, [job.job_id], progress)
        finished = await self._kept(sample, await client.job(job.job_id))
        if finished.detail.job.status is not JobStatus.COMPLETED:
            raise DemoFailedError(_failure(finished, self.local.folder))
        return finished

    async def _kept(self, sample: str, detail: JobDetail) -> Finished:
        folder = self.local.folder / "files" / sample
        files = await save_artifacts(self.local.client, detail, folder)
        result_file = self.local.folder / "results" / f"{sample}.json"
        result_file.parent.mkdir(parents=True, exist_ok=True)
        result_file.write_text(json.dumps(plain(detail), indent=2, ensure_ascii=False), encoding="utf-8")
        return Finished(detail=detail, folder=folder, files=tuple(files), result_file=result_file)


def _failure(finished: Finished, folder: Path) -> str:
    job = finished.detail.job
    reason = f" at step {job.error.step_id!r}: {job.error.message}" if job.error else ""
    where = f"Result: {finished.result_file}, logs: {folder / 'logs'}."
    return f"{job.workflow_name} ended as {job.status.value}{reason} {where}"
