"""The chain through the audit, as it is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.domain.audit_chain import Seal


class SealStore(Protocol):
    """Seals over the audit's rows; rows are plain columns, their number first."""

    async def seal(self, *, at: datetime, most: int) -> Seal | None:
        """Seal the next rows, at most so many; None when every row has been sealed."""
        ...

    async def seals(self, *, after: int = 0, limit: int = 100) -> Sequence[Seal]:
        """Seals behind the one that ends with row `after`, in order."""
        ...

    async def rows(self, first: int, last: int) -> Sequence[Sequence[object]]:
        """The rows with these numbers and between them, in order."""
        ...

    async def unsealed(self) -> int:
        """How many rows wait for their seal."""
        ...
