"""Events reach those who asked, a failing listener harms nobody, and a slow reader is bounded."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import pytest
from fake_clock import FakeClock
from log_guard import ExpectWarning

from orchestrator.contract.ids import RobotId, ScheduleId
from orchestrator.domain.events import Event, RobotRemoved, ScheduleRemoved
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Wakeup
from orchestrator.engine.loops import Loops

GONE = RobotRemoved(robot_id=RobotId("r1"))


def test_listeners_get_their_type_and_its_bases_until_they_end() -> None:
    bus = EventBus()
    removed: list[RobotRemoved] = []
    everything: list[Event] = []
    end = bus.subscribe(RobotRemoved, removed.append)
    bus.subscribe(Event, everything.append)
    bus.publish(GONE)
    bus.publish(ScheduleRemoved(schedule_id=ScheduleId("s")))
    end()
    end()
    bus.publish(GONE)
    assert removed == [GONE]
    assert len(everything) == 3


def test_a_listener_that_fails_does_not_keep_the_others_from_hearing(expected_warnings: ExpectWarning) -> None:
    expected_warnings("A listener failed on RobotRemoved")
    bus = EventBus()
    heard: list[RobotRemoved] = []

    def fail(_: RobotRemoved) -> None:
        raise ValueError("no")

    bus.subscribe(RobotRemoved, fail)
    bus.subscribe(RobotRemoved, heard.append)
    bus.publish(GONE)
    assert heard == [GONE]


async def test_a_slow_reader_loses_the_oldest_and_knows_it() -> None:
    bus = EventBus()
    subscription, end = bus.queue(RobotRemoved, limit=2)
    for number in range(5):
        bus.publish(RobotRemoved(robot_id=RobotId(f"r{number}")))
    end()
    assert [event.robot_id async for event in subscription if isinstance(event, RobotRemoved)] == ["r3", "r4"]
    assert subscription.missed == 3


async def test_a_ring_before_the_wait_is_heard_once() -> None:
    wakeup = Wakeup(FakeClock())
    wakeup.ring()
    assert await wakeup.wait(1_000)


async def test_a_loop_that_fails_goes_on(expected_warnings: ExpectWarning) -> None:
    expected_warnings("The sums loop failed and starts again")
    clock, runs = FakeClock(), []

    async def run() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ValueError("no")
        await Wakeup(clock).wait(1_000)

    loops = Loops(clock)
    loops.start("sums", run)
    await clock.advance(0.5)
    assert len(runs) == 1
    await clock.advance(1)
    assert len(runs) == 2
    await loops.stop()


@pytest.mark.feature("E61")
def test_patterns_find_events_by_their_names_and_tell_each_once() -> None:
    bus = EventBus()
    heard: list[tuple[str, Event]] = []
    end = bus.subscribe_to("robots.*", lambda event: heard.append(("robots", event)))
    bus.subscribe_to_any(("*.removed", "robots.*"), lambda event: heard.append(("removed", event)))
    bus.subscribe_to("orchestration.checkpoint_*", lambda event: heard.append(("checkpoint", event)))
    bus.publish(GONE)
    bus.publish(ScheduleRemoved(schedule_id=ScheduleId("s")))
    end()
    end()
    bus.publish(GONE)
    assert [who for who, _ in heard] == ["robots", "removed", "removed", "removed"]


@pytest.mark.feature("E61")
def test_an_event_that_tells_several_things_is_found_by_each_of_its_names() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class CheckpointTaken(Event):
        topic: ClassVar[str] = "orchestration.checkpoint_created"

        kind: str

        @property
        def names(self) -> tuple[str, ...]:
            return (self.topic, f"checkpoints.{self.kind}")

    bus = EventBus()
    heard: list[str] = []
    bus.subscribe_to("orchestration.checkpoint_*", lambda _: heard.append("by topic"))
    bus.subscribe_to("checkpoints.manual", lambda _: heard.append("by kind"))
    bus.subscribe_to("*", lambda _: heard.append("everything"))
    bus.publish(CheckpointTaken(kind="manual"))
    bus.publish(CheckpointTaken(kind="automatic"))
    assert Counter(heard) == {"by topic": 2, "everything": 2, "by kind": 1}


def test_who_subscribes_later_hears_names_that_were_heard_before() -> None:
    bus = EventBus()
    first: list[Event] = []
    later: list[Event] = []
    bus.subscribe_to("robots.*", first.append)
    bus.publish(GONE)
    bus.subscribe_to("robots.removed", later.append)
    bus.publish(GONE)
    assert (len(first), later) == (2, [GONE])
