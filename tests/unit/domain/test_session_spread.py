"""How sessions and work spread over the robots: totals, averages, and who carries too much."""

from datetime import UTC, datetime

import pytest

from orchestrator.contract.ids import JsonValue, RobotId
from orchestrator.contract.states import RobotStatus
from orchestrator.domain.robot import Robot
from orchestrator.domain.session_spread import session_spread

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def robot(name: str, status: RobotStatus = RobotStatus.ONLINE, slots: int = 2, **metrics: JsonValue) -> Robot:
    return Robot(
        robot_id=RobotId(name),
        name=name,
        status=status,
        slots=slots,
        metrics=metrics,
        registered_at=NOW,
        last_seen_at=NOW,
    )


@pytest.mark.feature("D60", "D61")
def test_the_spread_counts_connected_robots_and_names_the_overloaded() -> None:
    spread = session_spread(
        [
            (robot("b", sessions=3, browsers=1), 1),
            (robot("a", RobotStatus.BUSY, sessions=2, memory_percent=95.0), 2),
            (robot("gone", RobotStatus.OFFLINE, sessions=9), 0),
        ]
    )
    assert [(share.robot_name, share.workload, share.is_overloaded) for share in spread.shares] == [
        ("a", 1.0, True),
        ("b", 0.5, False),
    ]
    assert (spread.total_sessions, spread.average_workload, spread.overloaded) == (5, 0.75, 1)


def test_an_empty_fleet_carries_nothing() -> None:
    spread = session_spread([])
    assert (spread.total_sessions, spread.average_workload, spread.overloaded) == (0, 0.0, 0)


def test_more_jobs_than_slots_are_too_many() -> None:
    (share,) = session_spread([(robot("a", slots=1), 2)]).shares
    assert share.is_overloaded
