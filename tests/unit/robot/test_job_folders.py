"""Working folders: fresh at the start, kept while needed, and few."""

import os
from pathlib import Path

from orchestrator.contract.protocol.message import AttemptRef
from robot.job_folders import JobFolders


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
