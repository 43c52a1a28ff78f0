"""Which files of jobs have to go."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.contract.ids import JobId
from orchestrator.domain.artifact_budget import ArtifactRules, HeldFile, size_words, until_freed

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_files_of_failed_jobs_have_days_of_their_own() -> None:
    rules = ArtifactRules(kept_days=2, failed_kept_days=0)
    assert rules.ended_before(NOW, failed=False) == NOW - timedelta(days=2)
    assert rules.ended_before(NOW, failed=True) is None


def test_a_budget_that_is_used_up_is_freed_by_a_tenth_more() -> None:
    assert ArtifactRules(most_bytes=0).surplus(10**12) == 0
    assert ArtifactRules(most_bytes=1_000).surplus(1_000) == 0
    assert ArtifactRules(most_bytes=1_000).surplus(1_001) == 101


def test_no_more_files_go_than_have_to() -> None:
    files = [HeldFile(job_id=JobId("j"), attempt=1, name=str(n), size=10, ended_at=NOW) for n in range(5)]
    assert [each.name for each in until_freed(files, 11)] == ["0", "1"]
    assert until_freed(files, 0) == []
    assert until_freed(files, 1_000) == files


@pytest.mark.parametrize(
    ("size", "words"), [(5, "5 bytes"), (2_048, "2.0 KiB"), (5 * 1_048_576, "5.0 MiB"), (2 * 1_024**4, "2.0 TiB")]
)
def test_sizes_are_told_in_units_that_people_read(size: int, words: str) -> None:
    assert size_words(size) == words
