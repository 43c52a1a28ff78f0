"""The spool holds results through crashes, and never lets a damaged one pass for a result."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from robot import spool as spool_module
from robot.attempts import attempt_of
from robot.spool import Spool

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def result(job_id: str = "job-1", attempt: int = 1) -> JobResult:
    return JobResult(
        job_id=job_id,
        attempt=attempt,
        status=JobStatus.COMPLETED,
        outputs={"rows": [1, "zwei", None]},
        started_at=NOON,
        finished_at=NOON,
        execution_time_s=0.5,
    )


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    pair = (tmp_path / "spool", tmp_path / "quarantine")
    for folder in pair:
        folder.mkdir()
    return pair


def opened(folders: tuple[Path, Path]) -> Spool:
    spool = Spool(*folders)
    assert spool.open() == ()
    return spool


async def test_a_result_comes_back_as_it_was_after_a_restart(folders: tuple[Path, Path]) -> None:
    await opened(folders).put(result())
    again = opened(folders)
    assert again.refs == (attempt_of(result()),)
    assert await again.get(attempt_of(result())) == result()


async def test_a_removed_result_stays_away(folders: tuple[Path, Path]) -> None:
    spool = opened(folders)
    await spool.put(result())
    assert await spool.remove(attempt_of(result()))
    assert not await spool.remove(attempt_of(result()))
    assert opened(folders).refs == ()
    assert list(folders[0].iterdir()) == []


@pytest.mark.parametrize("job_id", ["../../etc/passwd", "a/b", "..", "ü" * 100, "CON:", ""])
async def test_a_job_id_never_becomes_a_path(folders: tuple[Path, Path], job_id: str) -> None:
    odd = result().model_copy(update={"job_id": job_id or "x"})
    spool = opened(folders)
    await spool.put(odd)
    (file,) = folders[0].iterdir()
    assert file.parent == folders[0]
    assert await spool.get(attempt_of(odd)) == odd


async def test_a_torn_write_is_no_result(folders: tuple[Path, Path]) -> None:
    spool = opened(folders)
    await spool.put(result())
    (file,) = folders[0].iterdir()
    file.rename(file.with_name(file.name + ".partial"))
    assert opened(folders).refs == ()


@pytest.mark.parametrize("damage", ["bit", "short", "empty"])
async def test_a_damaged_file_is_set_aside_and_reported_once(folders: tuple[Path, Path], damage: str) -> None:
    await opened(folders).put(result())
    (file,) = folders[0].iterdir()
    content = bytearray(file.read_bytes())
    content[-10] ^= 4
    file.write_bytes({"bit": bytes(content), "short": bytes(content[:-20]), "empty": b""}[damage])
    (error,) = Spool(*folders).open()
    assert "checksum" in str(error)
    assert [each.name for each in folders[1].iterdir()] == [file.name]
    assert opened(folders).refs == ()


async def test_a_result_damaged_while_the_robot_runs_is_set_aside(
    folders: tuple[Path, Path], expected_warnings: Callable[[str], None]
) -> None:
    expected_warnings("is damaged: its checksum is wrong")
    spool = opened(folders)
    await spool.put(result())
    assert await spool.get(attempt_of(result())) == result()
    (file,) = folders[0].iterdir()
    file.write_bytes(b"nonsense")
    assert await spool.get(attempt_of(result())) is None
    assert spool.refs == ()


async def test_a_full_spool_says_so(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MAX_RESULTS", 2)
    spool = opened(folders)
    await spool.put(result(attempt=1))
    assert not spool.is_full
    await spool.put(result(attempt=2))
    assert spool.is_full


async def test_a_refusing_disk_is_an_error_and_leaves_nothing_behind(folders: tuple[Path, Path]) -> None:
    spool = opened(folders)
    folders[0].rmdir()
    with pytest.raises(OSError, match="No such file"):
        await spool.put(result())
    assert spool.refs == ()
