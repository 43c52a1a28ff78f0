"""What every store remembers of what went wrong, whichever database is below; the engine tests' fake alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_store import FakeStore

from orchestrator.domain.alerts import Alert, AlertKind
from orchestrator.domain.away import AwayReport, Fate, MissedRuns
from orchestrator.domain.notices import Notice, NoticeEnd
from orchestrator.domain.resources import Level
from orchestrator.engine.ports.watch import WatchStore
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


@pytest.fixture(params=["real", "fake"])
def watch(request: pytest.FixtureRequest, store: OrchestratorService) -> WatchStore:
    """The shipped records, and the fake of them."""
    return store.watch if request.param == "real" else FakeStore().watch


def alert(number: int, *, over: bool = False) -> Alert:
    at = NOW + timedelta(seconds=number)
    return Alert(
        alert_id=f"a{number}",
        kind=AlertKind.ROBOT_GONE,
        subject=f"robot-{number}",
        level=Level.WARNING,
        message="It went away.",
        raised_at=at,
        changed_at=at,
        resolved_at=at if over else None,
        details={"jobs": [1, 2]},
    )


def notice(number: int, *, over: bool = False) -> Notice:
    at = NOW + timedelta(seconds=number)
    found = Notice(
        notice_id=f"n{number}",
        kind="schedule",
        subject=f"s{number}",
        title="Off.",
        reason="It failed.",
        undo="On",
        raised_at=at,
    )
    return found.ended(NoticeEnd.UNDONE, by="ada", at=at) if over else found


async def test_alerts_come_back_as_they_were_newest_first(watch: WatchStore) -> None:
    await watch.save_alerts([alert(1), alert(2)], keep=10)
    await watch.save_alerts([alert(1).acknowledged(by="ada", at=NOW)], keep=10)
    assert await watch.alerts() == [alert(2), alert(1).acknowledged(by="ada", at=NOW)]
    assert await watch.alerts(before=alert(2).raised_at) == [alert(1).acknowledged(by="ada", at=NOW)]
    assert await watch.alerts(limit=1) == [alert(2)]


async def test_of_alerts_that_are_over_only_the_newest_stay(watch: WatchStore) -> None:
    await watch.save_alerts([alert(0)], keep=2)
    await watch.save_alerts([alert(number, over=True) for number in range(1, 6)], keep=2)
    assert [each.alert_id for each in await watch.alerts()] == ["a5", "a4", "a0"]
    assert [each.alert_id for each in await watch.open_alerts()] == ["a0"]


async def test_notices_come_back_as_they_were(watch: WatchStore) -> None:
    await watch.save_notices([notice(1), notice(2, over=True)], keep=5)
    assert await watch.notices() == [notice(2, over=True), notice(1)]
    assert await watch.open_notices() == [notice(1)]
    await watch.save_notices([notice(number, over=True) for number in range(3, 6)], keep=1)
    assert [each.notice_id for each in await watch.notices()] == ["n5", "n1"]


async def test_reports_about_absences_come_back_and_are_bounded(watch: WatchStore) -> None:
    first = AwayReport(
        report_id="r1",
        started_at=NOW,
        last_seen_at=NOW - timedelta(hours=1),
        jobs={"j1": ("Prices", Fate.ADOPTED)},
        schedules=(MissedRuns(schedule_id="s", name="nightly", since=NOW, policy="latest", made_up=1),),
    )
    later = replace(first, report_id="r2", started_at=NOW + timedelta(hours=2)).dismissed(by="ada", at=NOW)
    await watch.save_away(first, keep=2)
    await watch.save_away(later, keep=2)
    assert await watch.away_reports() == [later, first]
    await watch.save_away(replace(later, report_id="r3", started_at=NOW + timedelta(hours=3)), keep=2)
    assert [each.report_id for each in await watch.away_reports()] == ["r3", "r2"]


async def test_settings_are_found_by_their_name_and_by_its_beginning(watch: WatchStore) -> None:
    await watch.save_setting("stalls.w%", {"note_after_s": 5})
    await watch.save_setting("stalls.w%", {"note_after_s": 6})
    await watch.save_setting("stalls_w", 1)
    assert await watch.setting("stalls.w%") == {"note_after_s": 6}
    assert await watch.setting("other") is None
    assert await watch.settings("stalls.") == {"w%": {"note_after_s": 6}}
    assert (await watch.remove_setting("stalls.w%"), await watch.remove_setting("stalls.w%")) == (True, False)
