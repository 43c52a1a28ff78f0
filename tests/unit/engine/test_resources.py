"""Machines are looked at, remembered and judged; what gets tight is told once, until it is over."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from fake_clock import FakeClock, settle
from fake_fleet import Fleet
from fake_store import FakeStore

from orchestrator.contract.ids import RobotId
from orchestrator.contract.protocol.robots import Heartbeat
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.events import ResourcesTight
from orchestrator.domain.resources import Level, MonitorSettings, Resource, ResourceThresholds, Threshold, Usage
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.bus import EventBus
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.machine_alarms import HOST, MachineAlarms
from orchestrator.engine.resources import ResourceMonitor
from orchestrator.fleet.machine import Machine


@dataclass
class Gauge:
    """A machine that is as the test says."""

    name: str = "ship"
    """Of the machine that the orchestrator runs on too."""
    cpu: float = 0.1
    memory: float = 0.1
    disk: float = 0.1
    is_broken: bool = False
    looks: int = 0

    def measure(self, at: datetime) -> Usage:
        self.looks += 1
        if self.is_broken:
            raise OSError("gone")
        return Usage(at=at, cpu=self.cpu, memory=self.memory, disk=self.disk, network_in=100.0, network_out=50.0)


class Room:
    def __init__(self, store: FakeStore | None = None) -> None:
        self.store, self.clock, self.gauge, self.bus = store or FakeStore(), FakeClock(), Gauge(), EventBus()
        self.alerts = AlertDesk(self.store, self.bus, self.clock)
        fleet = Fleet()
        self.tight: list[ResourcesTight] = []
        self.monitor = ResourceMonitor(
            probe=self.gauge,
            alerts=self.alerts,
            pool=fleet.engine.pool,
            store=self.store,
            bus=self.bus,
            clock=self.clock,
        )
        self.monitor.on_tight(self.tight.append)

    async def looks(self, **figures: float) -> None:
        for name, value in figures.items():
            setattr(self.gauge, name, value)
        await self.clock.advance(30)
        await self.monitor.look()
        self.alerts.tick()


@pytest.mark.feature("E37", "E38", "E39", "E40", "E46", "O48", "O52")
async def test_a_look_gives_cpu_memory_disk_and_network() -> None:
    room = Room()
    assert room.monitor.get_current_usage() is None
    await room.looks(cpu=0.2)
    newest = room.monitor.get_current_usage()
    assert newest == Usage(at=room.clock.now(), cpu=0.2, memory=0.1, disk=0.1, network_in=100.0, network_out=50.0)


@pytest.mark.feature("E14", "E43", "E44")
async def test_crossing_a_threshold_upwards_is_told_once_and_raises_an_alert_that_resolves() -> None:
    room = Room()
    for memory in (0.5, 0.72, 0.75, 0.86, 0.9, 0.5):
        await room.looks(memory=memory)
    assert [(each.resource, each.level, each.share, each.robot_id) for each in room.tight] == [
        ("memory", "warning", 0.72, None),
        ("memory", "critical", 0.86, None),
    ]
    (alert,) = room.alerts.open()
    assert (alert.kind, alert.level, alert.subject) == (AlertKind.MEMORY, Level.CRITICAL, "host")
    await room.looks()
    assert room.alerts.open() == ()


@pytest.mark.feature("E45", "E47")
async def test_the_history_of_an_hour_can_be_asked_for_with_its_figures() -> None:
    room = Room()
    for number in range(200):
        await room.looks(cpu=number / 1_000)
    hour = room.monitor.get_history(hours=1)
    assert (len(hour), hour[-1].cpu) == (121, 0.199)
    figures = room.monitor.get_resource_statistics(hours=0.1)
    assert (figures["cpu"].current, figures["cpu"].highest) == (0.199, 0.199)
    assert figures["cpu"].lowest == pytest.approx(0.187)
    with pytest.raises(NotFoundError):
        room.monitor.get_history("nobody")


@pytest.mark.feature("E42", "E48")
async def test_it_can_be_stopped_started_and_set_while_it_runs_and_remembers_that() -> None:
    room = Room()
    fast = MonitorSettings(interval_s=5, thresholds=ResourceThresholds(cpu=Threshold(warning=0.05, critical=0.5)))
    await room.looks()
    await room.monitor.set(fast, actor="ada")
    assert len(room.monitor.get_history()) == 1
    await room.looks()
    assert [alert.kind for alert in room.alerts.open()] == [AlertKind.CPU]
    await room.monitor.set(MonitorSettings(enabled=False))
    assert (room.alerts.open(), room.monitor.is_watching) == ((), False)
    again = Room(room.store)
    await again.monitor.load()
    assert not again.monitor.is_watching


@pytest.mark.feature("E48")
async def test_while_it_is_stopped_nothing_is_measured() -> None:
    fleet = Fleet()
    gauge = Gauge()
    fleet.engine.watch.resources._probe = gauge
    await fleet.engine.watch.resources.set(MonitorSettings(enabled=False))
    await fleet.start()
    await fleet.advance(120)
    assert gauge.looks == 0


async def test_a_machine_that_cannot_be_seen_is_no_reason_to_stop() -> None:
    room = Room()
    room.gauge.is_broken = True
    assert await room.monitor.look() is None
    room.gauge.is_broken = False
    assert await room.monitor.look() is not None


@pytest.mark.feature("E37", "E38", "E39", "E40")
async def test_robots_tell_of_their_machines_with_their_heartbeats() -> None:
    fleet = await Fleet().start()
    robot = await fleet.robot("r1")
    for _ in range(3):
        await robot.say(Heartbeat(cpu_percent=95.0, memory_percent=20.0, disk_percent=81.0, network_in_bytes_s=7.0))
        await fleet.clock.advance(10)
    monitor = fleet.engine.watch.resources
    newest = monitor.get_current_usage("r1")
    assert newest is not None
    assert (newest.cpu, newest.disk, newest.network_in, newest.network_out) == (0.95, 0.81, 7.0, None)
    assert len(monitor.get_history("r1")) == 1
    told = {(alert.kind, alert.level) for alert in fleet.engine.watch.alerts.open()}
    assert told == {(AlertKind.CPU, Level.CRITICAL), (AlertKind.DISK, Level.WARNING)}
    await robot.goodbye()
    await fleet.engine.unregister_robot(RobotId("r1"))
    await settle()
    assert (monitor.get_current_usage("r1"), fleet.engine.watch.alerts.open()) == (None, ())


@pytest.mark.feature("E43", "E44")
async def test_robots_of_one_machine_raise_one_alarm_that_names_them() -> None:
    fleet = await Fleet().start()
    robots = [await fleet.robot(name, host="berlin") for name in ("r1", "r2")]
    for robot in robots:
        await robot.say(Heartbeat(cpu_percent=95.0))
    alerts, told = fleet.engine.watch.alerts, "The machine of r1 and r2 uses 95% of its CPU."
    (alert,) = alerts.open()
    assert (alert.subject, alert.message, alert.times) == ("machine:berlin", told, 1)
    assert alert.concerns("r1")
    assert not alert.concerns("r3", None)
    for _ in range(3):
        await fleet.clock.advance(10)
        await robots[0].say(Heartbeat(cpu_percent=20.0))
        await robots[1].say(Heartbeat(cpu_percent=95.0))
    assert alerts.level_of(AlertKind.CPU, "machine:berlin") is Level.CRITICAL
    await robots[1].goodbye()
    await settle()
    for _ in range(4):
        await fleet.clock.advance(10)
        await robots[0].say(Heartbeat(cpu_percent=20.0))
    alerts.tick()
    assert alerts.open() == ()


async def test_robots_beside_the_orchestrator_share_its_alarm() -> None:
    fleet = Fleet()
    gauge = Gauge(cpu=0.99)
    alarms = MachineAlarms(fleet.engine.watch.alerts, fleet.engine.pool, gauge.name)
    await fleet.start()
    for number in range(7):
        await fleet.robot(f"r{number}", host=gauge.name)
        alarms.observe(f"r{number}", Resource.CPU, Level.WARNING, 0.85)
    alarms.observe(HOST, Resource.CPU, Level.CRITICAL, gauge.cpu)
    (alert,) = fleet.engine.watch.alerts.open()
    names = "the orchestrator, r0, r1, r2, r3, r4 and 2 more"
    assert (alert.subject, alert.level) == ("host", Level.CRITICAL)
    assert alert.message == f"The machine of {names} uses 99% of its CPU."


async def test_the_real_machine_can_be_seen(tmp_path: object) -> None:
    clock = FakeClock()
    machine = Machine(tmp_path)  # type: ignore[arg-type]
    usage = machine.measure(clock.now())
    shares = [usage.cpu, usage.memory, usage.disk]
    assert all(share is not None and 0 <= share <= 1 for share in shares)
