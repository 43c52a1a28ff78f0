"""Alerts are raised once, do not flap, survive a restart, and tell what really is wrong in the engine."""

from dataclasses import replace

import pytest
from fake_clock import FakeClock
from fake_fleet import Fleet
from fake_store import FakeStore
from log_guard import ExpectWarning

from orchestrator.contract.states import JobStatus
from orchestrator.domain.alerts import Alert, AlertKind, AlertRules
from orchestrator.domain.resources import Level
from orchestrator.engine.alerts import MOST_OPEN, AlertDesk
from orchestrator.engine.bus import EventBus
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.settings import EngineSettings

BACKLOG, GONE = AlertKind.BACKLOG, AlertKind.ROBOT_GONE


class Office:
    def __init__(self, store: FakeStore | None = None) -> None:
        self.store, self.clock, self.told = store or FakeStore(), FakeClock(), list[Alert]()
        self.desk = AlertDesk(self.store, EventBus(), self.clock)
        self.desk.on_alert(self.told.append)

    async def pass_by(self, seconds: float) -> None:
        await self.clock.advance(seconds)
        self.desk.tick()


@pytest.mark.feature("E43", "E44", "O55")
async def test_an_alert_resolves_only_once_it_has_been_calm_for_a_while() -> None:
    office = Office()
    for level in (Level.WARNING, Level.WARNING, Level.NORMAL, Level.WARNING):
        office.desk.observe(BACKLOG, "", level, "Many wait.")
        await office.pass_by(20)
    office.desk.observe(BACKLOG, "", Level.NORMAL)
    await office.pass_by(29)
    assert [alert.message for alert in office.desk.open()] == ["Many wait."]
    await office.pass_by(1)
    assert office.desk.open() == ()
    assert [alert.is_open for alert in office.told] == [True, False]


async def test_one_that_gets_worse_is_told_again_and_wants_to_be_seen_anew() -> None:
    office = Office()
    office.desk.observe(BACKLOG, "", Level.WARNING, "Many wait.")
    (alert,) = office.desk.open()
    seen = await office.desk.acknowledge(alert.alert_id, actor="ada")
    assert (seen.acknowledged_by, (await office.desk.acknowledge(alert.alert_id)).acknowledged_by) == ("ada", "ada")
    office.desk.observe(BACKLOG, "", Level.CRITICAL, "Very many wait.")
    (worse,) = office.desk.open()
    assert (worse.alert_id, worse.level, worse.acknowledged_at) == (alert.alert_id, Level.CRITICAL, None)
    with pytest.raises(NotFoundError):
        await office.desk.acknowledge("nobody")


async def test_a_single_happening_stands_for_its_time_and_counts() -> None:
    office = Office()
    for _ in range(3):
        office.desk.happened(AlertKind.JOB_TIMEOUT, "w", Level.WARNING, "Late.")
    await office.pass_by(3_599)
    assert [alert.times for alert in office.desk.open()] == [3]
    await office.pass_by(1)
    assert office.desk.open() == ()


@pytest.mark.feature("C91", "O55")
async def test_alerts_rules_and_acknowledgements_survive_a_restart() -> None:
    office = Office()
    await office.desk.set_rules(replace(AlertRules(), calm_s=5, muted=frozenset({AlertKind.CPU})), actor="ada")
    office.desk.observe(GONE, "r1", Level.WARNING, "It went.")
    office.desk.observe(AlertKind.CPU, "host", Level.CRITICAL, "Busy.")
    await office.desk.acknowledge(office.desk.open()[0].alert_id, actor="ada")
    await office.desk.flush()
    again = Office(office.store)
    await again.desk.load()
    (alert,) = again.desk.open()
    assert (alert.kind, alert.acknowledged_by, again.desk.rules.calm_s) == (GONE, "ada", 5)
    await again.pass_by(5)
    assert again.desk.open() == ()
    assert [alert.is_open for alert in await again.desk.history()] == [False]


async def test_muting_a_kind_ends_what_is_open_of_it() -> None:
    office = Office()
    office.desk.observe(AlertKind.CPU, "host", Level.WARNING, "Busy.")
    await office.desk.set_rules(AlertRules(muted=frozenset({AlertKind.CPU})))
    assert office.desk.open() == ()


async def test_the_number_of_open_alerts_is_bounded(expected_warnings: ExpectWarning) -> None:
    expected_warnings("further ones are not raised")
    office = Office()
    for number in range(MOST_OPEN + 5):
        office.desk.observe(GONE, f"r{number}", Level.WARNING, "It went.")
    assert len(office.desk.open()) == MOST_OPEN


async def test_stored_rules_that_cannot_be_read_leave_the_defaults(expected_warnings: ExpectWarning) -> None:
    expected_warnings("stored rules of alerts cannot be read")
    office = Office()
    await office.store.watch.save_setting("alert_rules", {"calm_s": "long"})
    await office.desk.load()
    assert office.desk.rules == AlertRules()


# in the engine


def kinds(fleet: Fleet) -> list[tuple[AlertKind, Level]]:
    return [(alert.kind, alert.level) for alert in fleet.engine.watch.alerts.open()]


@pytest.mark.feature("C91")
async def test_a_robot_that_stays_away_is_told_and_forgiven_when_it_is_back(expected_warnings: ExpectWarning) -> None:
    expected_warnings(".*", optional=True)
    fleet = await Fleet().start()
    robot = await fleet.robot("r1")
    await robot.lose_connection()
    await fleet.advance(50)
    assert kinds(fleet) == []
    await fleet.advance(20)
    assert kinds(fleet) == [(GONE, Level.WARNING)]
    await robot.connect()
    await fleet.advance(60)
    assert kinds(fleet) == []


@pytest.mark.feature("C91", "D64")
async def test_many_failures_raise_an_alert_and_a_good_time_ends_it() -> None:
    fleet = await Fleet().start()
    robot = await fleet.robot("r1", slots=20)
    for number in range(12):
        await fleet.submit(max_retries=0)
        await robot.finish(status=JobStatus.FAILED if number % 2 else JobStatus.COMPLETED)
    await fleet.advance(5)
    assert kinds(fleet) == [(AlertKind.ERROR_RATE, Level.CRITICAL)]
    assert "6 of the 12 jobs" in fleet.engine.watch.alerts.open()[0].message
    await fleet.advance(700)
    assert kinds(fleet) == []


@pytest.mark.feature("C91")
async def test_a_long_and_an_old_queue_are_a_backlog() -> None:
    fleet = await Fleet().start()
    await fleet.engine.watch.alerts.set_rules(AlertRules(backlog_warning=3, backlog_critical=100))
    for _ in range(3):
        await fleet.submit()
    await fleet.advance(5)
    assert kinds(fleet) == [(BACKLOG, Level.WARNING)]
    await fleet.advance(3_600)
    assert kinds(fleet) == [(BACKLOG, Level.CRITICAL)]


@pytest.mark.feature("C91")
async def test_a_job_that_ran_out_of_time_is_told_until_one_of_its_workflow_completes() -> None:
    fleet = await Fleet().start()
    robot = await fleet.robot("r1")
    await fleet.submit(timeout_s=10, max_retries=0)
    await fleet.advance(40)
    assert kinds(fleet) == [(AlertKind.JOB_TIMEOUT, Level.WARNING)]
    await fleet.submit()
    await robot.finish()
    assert kinds(fleet) == []


@pytest.mark.feature("O55")
async def test_a_store_that_takes_nothing_is_critical_and_is_told_although_it_cannot_be_stored() -> None:
    fleet = await Fleet(EngineSettings()).start()
    fleet.store.is_full = True
    await fleet.advance(6)
    assert kinds(fleet) == [(AlertKind.STORE, Level.CRITICAL)]
    assert fleet.store.watch.alert_records == {}
    fleet.store.is_full = False
    await fleet.advance(60)
    assert kinds(fleet) == []
    assert [alert.is_open for alert in await fleet.engine.watch.alerts.history()] == [False]
