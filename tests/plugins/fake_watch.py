"""What the engine remembers of what went wrong, in memory."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from orchestrator.contract.ids import JsonValue
from orchestrator.domain.alerts import Alert
from orchestrator.domain.away import AwayReport
from orchestrator.domain.notices import Notice


class FakeWatch:
    """`write` fails or waits as every write of the store does."""

    def __init__(self, write: Callable[[], Awaitable[None]]) -> None:
        self._write = write
        self.alert_records: dict[str, Alert] = {}
        self.notice_records: dict[str, Notice] = {}
        self.reports: dict[str, AwayReport] = {}
        self.values: dict[str, JsonValue] = {}

    async def save_alerts(self, alerts: Sequence[Alert], *, keep: int) -> None:
        await self._write()
        self.alert_records.update({alert.alert_id: alert for alert in alerts})
        over = sorted((each for each in self.alert_records.values() if not each.is_open), key=lambda a: a.raised_at)
        for alert in over[: max(0, len(over) - keep)]:
            del self.alert_records[alert.alert_id]

    async def open_alerts(self) -> Sequence[Alert]:
        return sorted((each for each in self.alert_records.values() if each.is_open), key=lambda a: a.raised_at)

    async def alerts(self, *, limit: int = 100, before: datetime | None = None) -> Sequence[Alert]:
        found = [each for each in self.alert_records.values() if before is None or each.raised_at < before]
        return sorted(found, key=lambda alert: (alert.raised_at, alert.alert_id), reverse=True)[:limit]

    async def save_notices(self, notices: Sequence[Notice], *, keep: int) -> None:
        await self._write()
        self.notice_records.update({notice.notice_id: notice for notice in notices})
        over = sorted((each for each in self.notice_records.values() if not each.is_open), key=lambda n: n.raised_at)
        for notice in over[: max(0, len(over) - keep)]:
            del self.notice_records[notice.notice_id]

    async def open_notices(self) -> Sequence[Notice]:
        return sorted((each for each in self.notice_records.values() if each.is_open), key=lambda n: n.raised_at)

    async def notices(self, *, limit: int = 100) -> Sequence[Notice]:
        found = sorted(self.notice_records.values(), key=lambda n: (n.raised_at, n.notice_id), reverse=True)
        return found[:limit]

    async def save_away(self, report: AwayReport, *, keep: int) -> None:
        await self._write()
        self.reports[report.report_id] = report
        for old in sorted(self.reports.values(), key=lambda each: each.started_at)[:-keep]:
            del self.reports[old.report_id]

    async def away_reports(self, *, limit: int = 20) -> Sequence[AwayReport]:
        return sorted(self.reports.values(), key=lambda each: each.started_at, reverse=True)[:limit]

    async def save_setting(self, name: str, value: JsonValue) -> None:
        await self._write()
        self.values[name] = value

    async def setting(self, name: str) -> JsonValue:
        return self.values.get(name)

    async def settings(self, prefix: str) -> dict[str, JsonValue]:
        return {name.removeprefix(prefix): value for name, value in self.values.items() if name.startswith(prefix)}

    async def remove_setting(self, name: str) -> bool:
        await self._write()
        return self.values.pop(name, None) is not None
