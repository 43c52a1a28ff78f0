"""Sends the files that a run made to the orchestrator; trouble is logged with the job and never fails it."""

import asyncio
import logging
import random
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import Artifact, JobResult
from robot.certificates import certificates_for
from robot.config import OrchestratorAddress
from robot.job_folders import REMOVED

MAX_ARTIFACT_BYTES = 100 * 1_048_576
TRIES = 3
TRY_LIMIT_S = 120.0
_CHUNK = 262_144
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})

logger = logging.getLogger(__name__)


class ArtifactUpload:
    """Uploads by `PUT /api/v1/artifacts/{job}/{attempt}/{name}`, a few at a time."""

    def __init__(self, address: OrchestratorAddress, token: str, rng: random.Random) -> None:
        self._base = f"{address.http_base}/api/v1/artifacts"
        self._rng = rng
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(30.0, connect=10.0),
            trust_env=not address.is_loopback,
            verify=certificates_for(address),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def send_all(self, result: JobResult, folder: Path) -> tuple[str, ...]:
        """Upload every artifact that the result names; the names of those that did not arrive."""
        ref = AttemptRef(job_id=result.job_id, attempt=result.attempt)
        of_steps = (each for step in result.step_results for each in step.artifacts)
        artifacts = {each.name: each for each in (*of_steps, *result.artifacts)}
        failed = []
        for artifact in artifacts.values():
            problem = await self.send(ref, artifact, folder)
            if problem:
                failed.append(artifact.name)
                extra = {"job": ref.job_id, "attempt": ref.attempt, "step": artifact.step_id}
                logger.warning("The file %s could not be uploaded: %s", artifact.name, problem, extra=extra)
        return tuple(failed)

    async def send(self, ref: AttemptRef, artifact: Artifact, folder: Path) -> str:
        """Upload one file, or only tell of one that was not kept; why it did not work, or nothing."""
        path = folder / artifact.name
        problem = _misnamed(path, folder)
        if not problem and artifact.is_kept and not await asyncio.to_thread(_is_there, path):
            note = await asyncio.to_thread(_why_gone, folder)
            artifact = artifact.model_copy(update={"is_kept": False, "size": 0, "sha256": "", "note": note})
        if not problem and artifact.is_kept:
            problem = await asyncio.to_thread(_unfit, path)
        for number in range(TRIES):
            if problem:
                break
            again, refusal = await self._try(ref, artifact, path)
            if not again:
                return refusal
            if number + 1 == TRIES:
                problem = refusal
            else:
                await asyncio.sleep(self._rng.uniform(0, 2.0**number))
        return problem

    async def _try(self, ref: AttemptRef, artifact: Artifact, path: Path) -> tuple[bool, str]:
        """Whether another try can help, and what went wrong."""
        headers = {"Content-Type": artifact.media_type}
        about = _about(artifact)
        address = f"{self._base}/{ref.job_id}/{ref.attempt}/{artifact.name}"
        try:
            size = (await asyncio.to_thread(path.stat)).st_size if artifact.is_kept else 0
            headers["Content-Length"] = str(size)
            content = _chunks(path) if artifact.is_kept else b""
            async with asyncio.timeout(TRY_LIMIT_S):
                answer = await self._client.put(address, params=about, content=content, headers=headers)
        except TimeoutError:
            return True, f"it took longer than {TRY_LIMIT_S:g} s."
        except (httpx.HTTPError, OSError) as error:
            return True, str(error) or type(error).__name__
        except httpx.InvalidURL as error:
            return False, str(error)
        if answer.is_success:
            return False, ""
        return answer.status_code in _TEMPORARY, f"HTTP {answer.status_code}."


def _about(artifact: Artifact) -> dict[str, str | int]:
    """What the orchestrator is told beside the bytes; an older one leaves alone what it does not know."""
    about: dict[str, str | int] = {"kind": artifact.kind}
    if artifact.step_id:
        about["step_id"] = artifact.step_id
    if artifact.step_try:
        about["step_try"] = artifact.step_try
    if artifact.note:
        about["note"] = artifact.note
    if not artifact.is_kept:
        about["is_kept"] = "false"
    return about


def _is_there(path: Path) -> bool:
    return path.is_file() or path.is_symlink()


def _why_gone(folder: Path) -> str:
    """What the robot has noted when it made room, or that nobody knows."""
    try:
        return (folder / REMOVED).read_text(encoding="utf-8")[:500]
    except OSError:
        return "Not kept: the robot did not have the file any more when it reported the result."


def _misnamed(path: Path, folder: Path) -> str:
    """What is wrong with a file's name, or nothing."""
    if not _NAME.fullmatch(path.name) or path.parent != folder:
        return "its name may hold only letters, digits, `.`, `_` and `-`."
    return ""


def _unfit(path: Path) -> str:
    """Why a file cannot be uploaded at all, or nothing."""
    try:
        if path.is_symlink() or not path.is_file():
            return "it is not in the job's folder."
        size = path.stat().st_size
    except OSError as error:
        return str(error.strerror or error)
    if size > MAX_ARTIFACT_BYTES:
        return f"it has {size:,} bytes; at most {MAX_ARTIFACT_BYTES:,} are taken."
    return ""


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
