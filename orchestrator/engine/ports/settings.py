"""What is remembered of settings that were changed while the orchestrator ran."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JsonValue
from orchestrator.engine.ports.audit import AuditEntry


class SettingStore(Protocol):
    """Values by name."""

    async def every(self) -> Mapping[str, JsonValue]: ...

    async def save(self, values: Mapping[str, JsonValue], *, at: datetime, actor: str, audit: AuditEntry) -> None:
        """Insert or replace all of them, or none."""
        ...

    async def remove(self, name: str, *, audit: AuditEntry) -> None: ...
