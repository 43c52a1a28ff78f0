"""Health is what all registered checks say, each in its time; a loop that died or stands still is seen."""

import asyncio
import time

import pytest
from fake_clock import FakeClock, settle
from fake_fleet import Fleet
from fake_store import FakeStore
from log_guard import ExpectWarning

from orchestrator.domain.alerts import AlertKind
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.block_watch import BlockWatch
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import SystemClock, Wakeup
from orchestrator.engine.health import HealthRegistry
from orchestrator.engine.loops import SICK_S, Loops


async def well() -> str | None:
    return None


@pytest.mark.feature("W32", "O53")
async def test_a_check_has_a_name_and_whether_work_is_possible_without_it() -> None:
    registry, active = HealthRegistry(FakeClock()), 99

    async def few_are_active() -> str | None:
        return None if active < 100 else f"{active} are active."

    registry.register("store", well, critical=True)
    end = registry.register("active", few_are_active, critical=False)
    assert (await registry.examine()).is_well
    active = 100
    report = await registry.examine()
    assert (report.is_well, report.can_work) == (False, True)
    assert [(each.name, each.trouble) for each in report.outcomes] == [("store", None), ("active", "100 are active.")]
    registry.register("active", few_are_active, critical=True)
    assert not (await registry.examine()).can_work
    end()
    assert registry.names == ("store", "active")


@pytest.mark.feature("W32")
async def test_a_check_that_fails_or_does_not_end_is_trouble_and_holds_nobody_up() -> None:
    registry = HealthRegistry(FakeClock())

    async def hangs() -> str | None:
        await asyncio.Event().wait()
        return None

    async def breaks() -> str | None:
        raise ValueError("the question was wrong")

    registry.register("hangs", hangs, critical=True, limit_s=0.01)
    registry.register("breaks", breaks, critical=False)
    registry.register("well", well, critical=True)
    reports = await asyncio.gather(registry.examine(), registry.examine(), registry.examine())
    troubles = {each.name: each.trouble for each in reports[0].outcomes}
    assert troubles == {
        "hangs": "There was no answer within 0.01 s.",
        "breaks": "The check failed: the question was wrong",
        "well": None,
    }
    assert reports[1] is reports[2]


@pytest.mark.feature("O53")
async def test_a_loop_that_fails_or_stands_still_is_seen_and_forgiven(expected_warnings: ExpectWarning) -> None:
    expected_warnings("The sums loop failed and starts again")
    clock, gate, runs = FakeClock(), asyncio.Event(), list[int]()
    loops = Loops(clock)

    async def sums() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ValueError("no")
        while True:
            await Wakeup(clock).wait(1)

    async def stuck() -> None:
        await gate.wait()

    loops.start("sums", sums)
    loops.start("stuck", stuck)
    await settle()
    assert [state.trouble for state in loops.states()] == ["The sums loop failed: no", ""]
    await clock.advance(SICK_S + 1)
    assert [state.trouble for state in loops.states()] == ["", "The stuck loop has stood still for 61 s."]
    assert [state.failures for state in loops.states()] == [1, 0]
    gate.set()
    await settle()
    assert [state.trouble for state in loops.states()] == ["", ""]
    await loops.stop()


@pytest.mark.feature("O53", "O55")
async def test_a_dispatcher_that_stands_still_makes_the_engine_unfit_and_raises_an_alert() -> None:
    fleet = await Fleet().start()
    assert (await fleet.engine.watch.health.examine()).is_well
    fleet.engine._loops._loops["dispatcher"].task.cancel()
    await fleet.advance(6)
    report = await fleet.engine.watch.health.examine()
    assert not report.can_work
    assert {each.name for each in report.outcomes if each.trouble} == {"dispatcher", "loops"}
    (alert,) = fleet.engine.watch.alerts.open()
    assert (alert.kind, alert.subject, alert.message) == (
        AlertKind.ENGINE,
        "loop-dispatcher",
        "The dispatcher loop has ended.",
    )


@pytest.mark.feature("O55")
async def test_an_event_loop_that_was_blocked_is_told_with_the_place_where_it_hung(
    expected_warnings: ExpectWarning,
) -> None:
    expected_warnings("The event loop is blocked here:")
    clock = SystemClock()
    desk = AlertDesk(FakeStore(), EventBus(), clock)
    raised = asyncio.Event()
    desk.on_alert(lambda _: raised.set())
    watch = BlockWatch(desk, clock, blocked_s=0.3)
    loops = Loops(clock)
    loops.start("block-watch", watch.run)
    await asyncio.sleep(0)
    time.sleep(1.5)  # noqa: ASYNC251  the very fault that is to be seen
    async with asyncio.timeout(10):
        await raised.wait()
    await loops.stop()
    (alert,) = desk.open()
    assert alert.kind is AlertKind.ENGINE
    assert "test_health.py" in str(alert.details["where"])
    assert watch.lag_s >= 0.3


async def test_a_process_that_was_stopped_is_told_as_well() -> None:
    fleet = await Fleet().start()
    await fleet.clock.stand_still_for(30)
    await fleet.advance(5)
    assert [alert.subject for alert in fleet.engine.watch.alerts.open()] == ["event-loop"]
    assert (await fleet.engine.watch.health.examine()).can_work
