"""Queries over settings that were changed while the orchestrator ran."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from orchestrator.contract.ids import JsonValue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema_triggers import live_settings
from orchestrator.store.upsert import upsert


class SettingRecords:
    """The shipped `engine.ports.settings.SettingStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def every(self) -> Mapping[str, JsonValue]:
        query = select(live_settings.c.name, live_settings.c.value)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {row.name: row.value for row in rows}

    async def save(self, values: Mapping[str, JsonValue], *, at: datetime, actor: str, audit: AuditEntry) -> None:
        def work(connection: Connection) -> None:
            rows = [{"name": name, "value": value, "changed_at": at, "actor": actor} for name, value in values.items()]
            upsert(connection, live_settings, rows)
            audits.add(connection, audit)

        await self._database.write(work)

    async def remove(self, name: str, *, audit: AuditEntry) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(live_settings).where(live_settings.c.name == name))
            audits.add(connection, audit)

        await self._database.write(work)
