"""Room that is held back is given when the disk is full, and only then."""

import errno
from datetime import UTC, datetime
from pathlib import Path

import pytest
from log_guard import ExpectWarning

from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from robot import spool as spools
from robot.disk_reserve import DiskReserve
from robot.durable_file import write_synced
from robot.spool import Spool

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FULL = OSError(errno.ENOSPC, "No space left on device")


def test_the_reserve_is_given_once_and_only_for_a_full_disk(tmp_path: Path) -> None:
    reserve = DiskReserve(tmp_path / "reserve", size=1_000)
    assert not reserve.give(FULL)
    assert reserve.keep()
    assert (tmp_path / "reserve").stat().st_size == 1_000
    assert not reserve.give(OSError(errno.EIO, "Input/output error"))
    assert reserve.give(FULL)
    assert list(tmp_path.iterdir()) == []
    assert not reserve.give(FULL)


def test_a_folder_that_is_gone_has_no_reserve(tmp_path: Path) -> None:
    assert not DiskReserve(tmp_path / "gone" / "reserve").keep()


async def test_a_result_is_kept_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("takes the room that was held back")
    folder, reserve = tmp_path / "spool", tmp_path / "spool.reserve"
    folder.mkdir()

    def write(path: Path, content: bytes) -> None:
        if reserve.exists():
            raise FULL
        write_synced(path, content)

    monkeypatch.setattr(spools, "write_synced", write)
    spool = Spool(folder, tmp_path / "quarantine")
    spool.open()
    assert reserve.exists()
    result = JobResult(
        job_id="job-1", attempt=1, status=JobStatus.COMPLETED, started_at=NOON, finished_at=NOON, execution_time_s=1
    )
    await spool.put(result)
    assert not reserve.exists()
    ref = AttemptRef(job_id="job-1", attempt=1)
    assert await spool.get(ref) == result
    assert await spool.remove(ref)
    assert reserve.exists()
