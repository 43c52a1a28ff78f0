"""What is forgotten of what is remembered."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId
from orchestrator.domain.triggers import TriggerId


class RetentionStore(Protocol):
    """Removes what is old, a bounded number of rows at a time; each method raises StorageError."""

    async def remove_jobs(self, ended_before: datetime, *, most: int) -> Sequence[JobId]:
        """Forget jobs that ended, and all that hangs on them but the audit: those that ended first come first.

        A dead letter stays until somebody has decided, and a pinned incident until it is unpinned.
        """
        ...

    async def remove_logs(self, before: datetime, *, most: int) -> int:
        """Forget log lines, the oldest first; how many went."""
        ...

    async def remove_questions(self, asked_before: datetime, *, most: int) -> int:
        """Forget questions that are closed; how many went."""
        ...

    async def remove_firings(self, before: datetime, *, besides: Collection[TriggerId], most: int) -> int:
        """Forget what triggers did, and follow-ups, except for some triggers; how many went."""
        ...

    async def remove_surplus_firings(self, trigger_id: TriggerId, *, keep: int) -> int:
        """Forget all but the newest of what one trigger did; how many went."""
        ...

    async def remove_orphaned_fires(self, before: datetime, *, most: int) -> int:
        """Forget instants of schedules that were removed; how many went."""
        ...

    async def remove_failure_groups(self, seen_before: datetime, *, most: int) -> int:
        """Forget groups of failures that did not come again, and where they were; how many went."""
        ...
