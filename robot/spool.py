"""Results on the robot's disk, from before they are first sent until the orchestrator has answered for them."""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import FAILED_STATES
from robot.attempts import attempt_of, folder_name
from robot.disk_reserve import DiskReserve
from robot.durable_file import sync_folder, write_synced
from robot.errors import RobotError
from robot.shared_writes import SharedWrites

MAX_RESULTS = 1_000
MAX_BYTES = 256 * 1_048_576
FRESH_KEPT = 256
FRESH_BYTES = 65_536
"""Results that are kept in memory until they were sent for the first time: how many, and how large each may be."""
_HEADER = b"botswain-result-1 "
_SUFFIX = ".result"

logger = logging.getLogger(__name__)


class DamagedResultError(RobotError):
    """A spooled file cannot be read back as the result that was written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The spooled result {path.name} is damaged: {reason}.")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spooled:
    path: Path
    size: int
    failed: bool


class Spool:
    """The results of one robot; the files are the truth, the index only knows where they are."""

    def __init__(self, folder: Path, quarantine: Path) -> None:
        self._folder = folder
        self._quarantine = quarantine
        self._reserve = DiskReserve(folder.with_name(f"{folder.name}.reserve"))
        self._index: dict[AttemptRef, _Spooled] = {}
        self._fresh: dict[AttemptRef, JobResult] = {}
        """Results that were written a moment ago, for their first delivery; what comes later is read from the disk."""
        self._writes: SharedWrites[tuple[Path, JobResult], int] = SharedWrites(self._write_all)
        self._removals: SharedWrites[Path, None] = SharedWrites(self._remove_all)
        self.changed = asyncio.Event()
        """Set whenever a result was added; whoever waits for it clears it."""

    def open(self) -> tuple[DamagedResultError, ...]:
        """Read what an earlier run left; damaged files go to the quarantine and are returned."""
        self._reserve.keep()
        damaged = []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda file: file.stat().st_mtime):
            try:
                result = _read(path)
            except DamagedResultError as error:
                self._set_aside(path)
                damaged.append(error)
                continue
            failed = result.status in FAILED_STATES
            self._index[attempt_of(result)] = _Spooled(path=path, size=path.stat().st_size, failed=failed)
        return tuple(damaged)

    @property
    def refs(self) -> tuple[AttemptRef, ...]:
        """Every attempt with a spooled result, oldest first."""
        return tuple(self._index)

    @property
    def failed(self) -> tuple[AttemptRef, ...]:
        """Those of them that did not go well."""
        return tuple(ref for ref, spooled in self._index.items() if spooled.failed)

    @property
    def is_full(self) -> bool:
        """True when the robot should take no more work before results have been delivered."""
        return len(self._index) >= MAX_RESULTS or sum(each.size for each in self._index.values()) >= MAX_BYTES

    async def put(self, result: JobResult) -> None:
        """Keep a result; returns when it is safe on disk. OSError when the disk refuses."""
        ref = attempt_of(result)
        path = self._folder / f"{folder_name(ref.job_id)}.{ref.attempt}{_SUFFIX}"
        size = await self._writes.put((path, result))
        self._index[ref] = _Spooled(path=path, size=size, failed=result.status in FAILED_STATES)
        if len(self._fresh) < FRESH_KEPT and size <= FRESH_BYTES:
            self._fresh[ref] = result
        self.changed.set()

    async def get(self, ref: AttemptRef) -> JobResult | None:
        """The spooled result; None when there is none, or when its file has become unreadable and was set aside."""
        spooled = self._index.get(ref)
        if spooled is None:
            return None
        fresh = self._fresh.pop(ref, None)
        if fresh is not None:
            return fresh
        try:
            return await asyncio.to_thread(_read, spooled.path)
        except DamagedResultError as error:
            logger.error("%s It was moved to %s.", error, self._quarantine)  # noqa: TRY400  the text says it all
            self._index.pop(ref, None)
            self._set_aside(spooled.path)
            return None

    async def remove(self, ref: AttemptRef) -> bool:
        """Forget a result that the orchestrator has answered for; False when there was none.

        Not synced: a file that a power cut brings back is delivered once more, and answered as a duplicate.
        """
        spooled = self._index.pop(ref, None)
        self._fresh.pop(ref, None)
        if spooled is None:
            return False
        await self._removals.put(spooled.path)
        return True

    def _write_all(self, group: Sequence[tuple[Path, JobResult]]) -> list[int | Exception]:
        """Each file whole and synced, then their folder once for all; the sizes."""
        sizes: list[int | Exception] = []
        for path, result in group:
            content = _written(result)
            try:
                self._write(path, content)
            except OSError as error:
                sizes.append(error)
            else:
                sizes.append(len(content))
        sync_folder(self._folder)
        return sizes

    def _write(self, path: Path, content: bytes) -> None:
        """On a full disk what was held back for this moment is used up."""
        try:
            write_synced(path, content)
        except OSError as error:
            if not self._reserve.give(error):
                raise
            logger.warning("The disk is full; the result takes the room that was held back.")
            write_synced(path, content)

    def _remove_all(self, paths: Sequence[Path]) -> list[Exception | None]:
        for path in paths:
            with suppress(OSError):  # it is delivered again after the next start, and forgotten then
                path.unlink(missing_ok=True)
        self._reserve.keep()
        return [None] * len(paths)

    def _set_aside(self, path: Path) -> None:
        try:
            path.replace(self._quarantine / path.name)
        except OSError as error:
            logger.warning("%s could not be moved to the quarantine: %s", path.name, error)


def _written(result: JobResult) -> bytes:
    body = result.model_dump_json().encode()
    return _HEADER + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _read(path: Path) -> JobResult:
    try:
        head, _, body = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise DamagedResultError(path, str(error.strerror or error)) from error
    if head != _HEADER + hashlib.sha256(body).hexdigest().encode():
        raise DamagedResultError(path, "its checksum is wrong")
    try:
        return JobResult.model_validate_json(body)
    except ValidationError as error:
        raise DamagedResultError(path, error.errors(include_url=False)[0]["msg"]) from error
