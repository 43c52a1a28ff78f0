"""Working folders: fresh at the start, kept while needed, and few."""

import os
from pathlib import Path

import pytest
from log_guard import ExpectWarning

from orchestrator.contract.protocol.message import AttemptRef
from robot.job_folders import REMOVED, JobFolders


def ref(number: int) -> AttemptRef:
    return AttemptRef(job_id=f"job-{number}", attempt=1)


def test_an_attempt_begins_with_an_empty_folder(tmp_path: Path) -> None:
    folders = JobFolders(tmp_path)
    folders.make(ref(1)).joinpath("old").write_text("x")
    assert list(folders.make(ref(1)).iterdir()) == []


def test_only_the_newest_and_the_needed_are_kept(tmp_path: Path) -> None:
    folders = JobFolders(tmp_path, kept=2)
    for number in range(6):
        os.utime(folders.make(ref(number)), (number, number))
        folders.ended(ref(number))
    folders.prune([ref(0)])
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["job-0", "job-4", "job-5"]


def test_removing_one_attempt_leaves_the_jobs_others(tmp_path: Path) -> None:
    folders = JobFolders(tmp_path)
    second = AttemptRef(job_id="job-1", attempt=2)
    folders.make(ref(1))
    folders.make(second)
    folders.remove(ref(1))
    assert folders.path(second).is_dir()
    folders.remove(second)
    assert list(tmp_path.iterdir()) == []


def filled(folders: JobFolders, number: int, *, size: int = 100) -> Path:
    """The folder of an attempt that has ended, with one file."""
    folder = folders.make(ref(number))
    (folder / "file").write_bytes(bytes(size))
    os.utime(folder, (number, number))
    folders.ended(ref(number))
    return folder


@pytest.mark.feature("X15")
def test_beyond_the_budget_go_old_ones_then_files_of_good_runs_then_those_of_failed_ones(
    tmp_path: Path, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("are removed before they were delivered")
    folders = JobFolders(tmp_path, most_bytes=350)
    spare, good, failed, running = (filled(folders, number) for number in range(4))
    folders.make(ref(3)).joinpath("file").write_bytes(bytes(100))
    folders.prune([ref(1), ref(2)], failed=[ref(2)])
    assert [each.exists() for each in (spare, good, failed, running)] == [True, True, True, True]
    filled(folders, 4)
    folders.prune([ref(1), ref(2)], failed=[ref(2)])
    assert not spare.exists()
    filled(folders, 5)
    folders.prune([ref(1), ref(2), ref(4), ref(5)], failed=[ref(2), ref(4), ref(5)])
    assert [path.name for path in good.iterdir()] == [REMOVED]
    assert "took more than" in (good / REMOVED).read_text()
    assert [path.name for path in failed.iterdir()] == ["file"]
    assert [path.name for path in running.iterdir()] == ["file"]


def test_the_folder_of_a_run_is_never_pruned(tmp_path: Path) -> None:
    folders = JobFolders(tmp_path, kept=0)
    folder = folders.make(ref(1))
    folders.prune([])
    assert folder.is_dir()
    folders.ended(ref(1))
    folders.prune([])
    assert not folder.exists()
