"""Where the files of jobs lie: one folder for each attempt, names that cannot lead anywhere else."""

import asyncio
import hashlib
import mimetypes
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JobId, new_id
from orchestrator.contract.results import Artifact
from orchestrator.domain.artifact_budget import HeldFile
from orchestrator.engine.errors import NotFoundError, StorageError

MOST_BYTES = 100 * 1_048_576

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_JOB_ID = re.compile(r"[A-Za-z0-9-]{1,100}")


class TooLargeError(UserError):
    """The file is larger than a job's file may be."""

    def __init__(self, name: str) -> None:
        super().__init__(f"name: {name:.80} is larger than {MOST_BYTES // 1_048_576} MiB.", field="name")


class ArtifactFolder:
    """Takes files in and gives them out."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, job_id: str, attempt: int, name: str) -> Path:
        """Where a file lies or would lie. UserError for a name that is no plain file name."""
        if not _JOB_ID.fullmatch(job_id) or attempt < 1:
            raise UserError(f"job_id: {job_id!r} is no job id.", field="job_id")
        if not _NAME.fullmatch(name):
            raise UserError(
                f"name: {name!r:.80} is no file name; use letters, digits, '.', '_' and '-', at most 200.", field="name"
            )
        return self.root / job_id / str(attempt) / name

    def existing(self, job_id: str, attempt: int, name: str) -> Path:
        """Where a file lies. NotFoundError when it does not."""
        path = self.path(job_id, attempt, name)
        if not path.is_file():
            raise NotFoundError("file", name)
        return path

    async def keep(
        self, job_id: str, attempt: int, name: str, chunks: AsyncIterator[bytes], *, kind: str, step_id: str | None
    ) -> Artifact:
        """Write a file whole or not at all. TooLargeError above 100 MiB, StorageError when the disk refuses."""
        path = self.path(job_id, attempt, name)
        temporary = path.with_name(f".{new_id()}.part")
        digest = hashlib.sha256()
        size = 0
        try:
            await asyncio.to_thread(self._make_room, path)
            with await asyncio.to_thread(temporary.open, "wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise TooLargeError(name)
                    digest.update(chunk)
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(os.replace, temporary, path)
        except OSError as error:
            raise StorageError(f"The file {name} cannot be kept: {error.strerror}.") from error
        finally:
            await asyncio.to_thread(_forget, temporary)
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Artifact(
            name=name, kind=kind, media_type=media_type, size=size, sha256=digest.hexdigest(), step_id=step_id
        )

    async def remove(self, job_ids: Sequence[JobId]) -> None:
        """Take away all files of jobs, as far as the disk lets; what cannot be removed is only in the way."""
        for job_id in job_ids:
            if _JOB_ID.fullmatch(job_id):
                await asyncio.to_thread(shutil.rmtree, self.root / job_id, ignore_errors=True)

    async def remove_held(self, files: Sequence[HeldFile]) -> None:
        """Take away single files, and folders that are empty then, as far as the disk lets."""
        await asyncio.to_thread(self._remove_held, files)

    def _remove_held(self, files: Sequence[HeldFile]) -> None:
        for file in files:
            path = self.path(file.job_id, file.attempt, file.name)
            _forget(path)
            for folder in (path.parent, path.parent.parent):
                with suppress(OSError):  # other files are in it, or it has gone
                    folder.rmdir()

    def _make_room(self, path: Path) -> None:
        """The folder of a file, inside a root that only its owner may enter."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)


def _forget(path: Path) -> None:
    """Where nothing could be written there may be nothing to take away either."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
