"""Bringing the files that a job made onto this machine."""

import re
from pathlib import Path

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import JobDetail
from orchestrator.contract.errors import UserError

_UNSAFE = re.compile(r"[^\w.-]+")


async def save_artifacts(client: OrchestratorClient, detail: JobDetail, folder: Path) -> list[Path]:
    """Write every file of the job's newest attempt with files; their paths. UserError when the folder refuses."""
    kept = [each for each in detail.artifacts if each.artifact.is_kept]
    newest = max((each.attempt for each in kept), default=0)
    saved: list[Path] = []
    for each in kept:
        if each.attempt == newest:
            content = await client.artifact(detail.job.job_id, each.attempt, each.artifact.name)
            saved.append(_write(folder, each.artifact.name, content))
    return saved


def _write(folder: Path, name: str, content: bytes) -> Path:
    # The name comes from another machine: nothing of it may lead out of the folder.
    path = folder / (_UNSAFE.sub("_", name).lstrip(".") or "file")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", field="--artifacts") from None
    return path
