"""Which files of jobs have to go: those that are too old, and then, while they take too much, the oldest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.contract.ids import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file whose bytes are kept, of a job that has ended."""

    job_id: JobId
    attempt: int
    name: str
    size: int
    """Bytes."""
    ended_at: datetime
    """The job's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactRules:
    """How much may be kept, and how long."""

    most_bytes: int = 0
    """0: any amount."""
    kept_days: int = 0
    """Files of jobs that ended well, or were cancelled; 0: for ever."""
    failed_kept_days: int = 0
    """Files of jobs that failed; 0: for ever."""

    def ended_before(self, now: datetime, *, failed: bool) -> datetime | None:
        """Files of jobs that ended before then are too old; None when none is."""
        days = self.failed_kept_days if failed else self.kept_days
        return now - timedelta(days=days) if days else None

    def surplus(self, held_bytes: int) -> int:
        """Bytes that are too many; a tenth is made free beyond, so that the next file does not ask again."""
        if not self.most_bytes or held_bytes <= self.most_bytes:
            return 0
        return held_bytes - self.most_bytes + self.most_bytes // 10


def until_freed(files: Sequence[HeldFile], wanted: int) -> Sequence[HeldFile]:
    """The first of the files, as many as free so many bytes."""
    freed, chosen = 0, []
    for file in files:
        if freed >= wanted:
            break
        chosen.append(file)
        freed += file.size
    return chosen


def size_words(size: int) -> str:
    """`512 bytes`, `3.4 MiB`, `1.2 GiB`."""
    if size < 1_024:
        return f"{size} bytes"
    number = float(size)
    for unit in ("KiB", "MiB", "GiB"):
        number /= 1_024
        if number < 1_000:
            return f"{number:.1f} {unit}"
    return f"{number / 1_024:,.1f} TiB"
