"""What is remembered of what went wrong: alerts, notices, reports about absences, and the settings of their rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JsonValue
from orchestrator.domain.alerts import Alert
from orchestrator.domain.away import AwayReport
from orchestrator.domain.notices import Notice


class WatchStore(Protocol):
    """A method that changes something returns once the change is durable; StorageError otherwise."""

    async def save_alerts(self, alerts: Sequence[Alert], *, keep: int) -> None:
        """Insert or replace alerts; of those that are over, the newest `keep` stay."""
        ...

    async def open_alerts(self) -> Sequence[Alert]: ...

    async def alerts(self, *, limit: int = 100, before: datetime | None = None) -> Sequence[Alert]:
        """Open or over, newest first, raised before a moment."""
        ...

    async def save_notices(self, notices: Sequence[Notice], *, keep: int) -> None:
        """Insert or replace notices; of those that are over, the newest `keep` stay."""
        ...

    async def open_notices(self) -> Sequence[Notice]: ...

    async def notices(self, *, limit: int = 100) -> Sequence[Notice]:
        """Open or over, newest first."""
        ...

    async def save_away(self, report: AwayReport, *, keep: int) -> None:
        """Insert or replace a report; the newest `keep` stay."""
        ...

    async def away_reports(self, *, limit: int = 20) -> Sequence[AwayReport]:
        """Newest first."""
        ...

    async def save_setting(self, name: str, value: JsonValue) -> None: ...

    async def setting(self, name: str) -> JsonValue: ...

    async def settings(self, prefix: str) -> dict[str, JsonValue]:
        """The settings whose names begin so, by the rest of the name."""
        ...

    async def remove_setting(self, name: str) -> bool: ...
