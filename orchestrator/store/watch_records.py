"""Queries over alerts, notices, reports about absences and the settings of their rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, delete, select

from orchestrator.contract.ids import JsonValue
from orchestrator.domain.alerts import Alert
from orchestrator.domain.away import AwayReport
from orchestrator.domain.notices import Notice
from orchestrator.store.database import Database
from orchestrator.store.schema_watch import alerts, away_reports, notices, watch_settings
from orchestrator.store.upsert import upsert

_ALERT: TypeAdapter[Alert] = TypeAdapter(Alert)
_NOTICE: TypeAdapter[Notice] = TypeAdapter(Notice)
_REPORT: TypeAdapter[AwayReport] = TypeAdapter(AwayReport)


class WatchRecords:
    """The shipped `engine.ports.watch.WatchStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # alerts

    async def save_alerts(self, found: Sequence[Alert], *, keep: int) -> None:
        rows = [
            {
                "alert_id": alert.alert_id,
                "is_open": alert.is_open,
                "raised_at": alert.raised_at,
                "alert": _ALERT.dump_python(alert, mode="json"),
            }
            for alert in found
        ]
        await self._database.write(lambda connection: _save(connection, alerts, rows, keep))

    async def open_alerts(self) -> Sequence[Alert]:
        query = select(alerts.c.alert).where(alerts.c.is_open).order_by(alerts.c.raised_at)
        return await self._database.read(
            lambda connection: [_ALERT.validate_python(each) for each in connection.execute(query).scalars()]
        )

    async def alerts(self, *, limit: int = 100, before: datetime | None = None) -> Sequence[Alert]:
        query = select(alerts.c.alert).order_by(alerts.c.raised_at.desc(), alerts.c.alert_id.desc()).limit(limit)
        if before is not None:
            query = query.where(alerts.c.raised_at < before)
        return await self._database.read(
            lambda connection: [_ALERT.validate_python(each) for each in connection.execute(query).scalars()]
        )

    # notices

    async def save_notices(self, found: Sequence[Notice], *, keep: int) -> None:
        rows = [
            {
                "notice_id": notice.notice_id,
                "is_open": notice.is_open,
                "raised_at": notice.raised_at,
                "notice": _NOTICE.dump_python(notice, mode="json"),
            }
            for notice in found
        ]
        await self._database.write(lambda connection: _save(connection, notices, rows, keep))

    async def open_notices(self) -> Sequence[Notice]:
        query = select(notices.c.notice).where(notices.c.is_open).order_by(notices.c.raised_at)
        return await self._database.read(
            lambda connection: [_NOTICE.validate_python(each) for each in connection.execute(query).scalars()]
        )

    async def notices(self, *, limit: int = 100) -> Sequence[Notice]:
        query = select(notices.c.notice).order_by(notices.c.raised_at.desc(), notices.c.notice_id.desc()).limit(limit)
        return await self._database.read(
            lambda connection: [_NOTICE.validate_python(each) for each in connection.execute(query).scalars()]
        )

    # absences

    async def save_away(self, report: AwayReport, *, keep: int) -> None:
        row = {
            "report_id": report.report_id,
            "started_at": report.started_at,
            "report": _REPORT.dump_python(report, mode="json"),
        }

        def work(connection: Connection) -> None:
            upsert(connection, away_reports, [row])
            kept = select(away_reports.c.report_id).order_by(away_reports.c.started_at.desc()).limit(keep)
            connection.execute(delete(away_reports).where(away_reports.c.report_id.not_in(kept)))

        await self._database.write(work)

    async def away_reports(self, *, limit: int = 20) -> Sequence[AwayReport]:
        query = select(away_reports.c.report).order_by(away_reports.c.started_at.desc()).limit(limit)
        return await self._database.read(
            lambda connection: [_REPORT.validate_python(each) for each in connection.execute(query).scalars()]
        )

    # settings

    async def save_setting(self, name: str, value: JsonValue) -> None:
        await self._database.write(
            lambda connection: upsert(connection, watch_settings, [{"name": name, "value": value}])
        )

    async def setting(self, name: str) -> JsonValue:
        query = select(watch_settings.c.value).where(watch_settings.c.name == name)
        value: JsonValue = await self._database.read(lambda connection: connection.execute(query).scalar())
        return value

    async def settings(self, prefix: str) -> dict[str, JsonValue]:
        query = select(watch_settings).where(watch_settings.c.name.startswith(prefix, autoescape=True))
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {row.name.removeprefix(prefix): row.value for row in rows}

    async def remove_setting(self, name: str) -> bool:
        statement = delete(watch_settings).where(watch_settings.c.name == name)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)


def _save(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], keep: int) -> None:
    """Insert or replace, and let the oldest of those that are over go."""
    upsert(connection, table, rows)
    if all(row["is_open"] for row in rows):
        return
    newest = select(table.c.raised_at).where(~table.c.is_open).order_by(table.c.raised_at.desc()).limit(1).offset(keep)
    oldest_kept = connection.execute(newest).scalar()
    if oldest_kept is not None:
        connection.execute(delete(table).where(~table.c.is_open, table.c.raised_at <= oldest_kept))
