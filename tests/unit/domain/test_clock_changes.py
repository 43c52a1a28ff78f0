"""What is told about the days of the clock change, also of rules that nothing surprising happens to."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from orchestrator.contract.ids import ScheduleId, WorkflowId
from orchestrator.domain.clock_changes import clock_changes
from orchestrator.domain.cron import parse_cron
from orchestrator.domain.schedule import Schedule, ScheduleFrequency

AUTUMN = datetime(2026, 11, 22, tzinfo=UTC)
WEEKDAYS = Schedule(
    schedule_id=ScheduleId("s1"),
    name="Mornings",
    workflow_id=WorkflowId("w1"),
    frequency=ScheduleFrequency.WEEKLY,
    timezone="Europe/Berlin",
    time_of_day=time(9),
    weekdays=frozenset({1, 2, 3, 4, 5}),
    created_at=AUTUMN,
    updated_at=AUTUMN,
)


@pytest.mark.feature("X09")
@pytest.mark.parametrize(
    ("expression", "spring", "autumn"),
    [
        (
            "0 9 * * 1-5",
            "Nothing runs that day. 09:00 is 08:00 UTC before it and 07:00 UTC after it.",
            "Nothing runs that day. 09:00 is 07:00 UTC before it and 08:00 UTC after it.",
        ),
        (
            "30 2 * * *",
            (
                "Runs once that day, at 03:00 (01:00 UTC). 2027-03-28 02:30 does not exist in Europe/Berlin: runs "
                "once, right after the clock jumps to 03:00. 02:30 is 01:30 UTC before it and 00:30 UTC after it."
            ),
            (
                "Runs once that day, at 02:30 (00:30 UTC). 02:30 happens twice in Europe/Berlin: runs the first time "
                "only. 02:30 is 00:30 UTC before it and 01:30 UTC after it."
            ),
        ),
        ("0 * * * *", "Runs 23 times that day.", "Runs 25 times that day."),
        (
            "*/30 2 * * *",
            "Nothing runs that day.",
            "Runs 4 times that day. 02:30 is 00:30 UTC before it and 01:30 UTC after it.",
        ),
        ("* * * * * *", "Runs all through that day.", "Runs all through that day."),
        ("0 9 29 2 *", "Nothing runs that day.", "Nothing runs that day."),
    ],
)
def test_both_changes_of_the_year_are_told(expression: str, spring: str, autumn: str) -> None:
    first, second = clock_changes(parse_cron(expression, "Europe/Berlin"), AUTUMN)

    assert first.words == "Sunday 2027-03-28: the clock jumps from 02:00 to 03:00"
    assert second.words == "Sunday 2027-10-31: the clock goes back from 03:00 to 02:00"
    assert (first.effect, second.effect) == (spring, autumn)


@pytest.mark.feature("X09")
def test_a_change_at_midnight_belongs_to_the_day_that_it_changes() -> None:
    back, forward = clock_changes(parse_cron("30 23 * * *", "America/Santiago"), AUTUMN)

    assert back.words == "Saturday 2027-04-03: the clock goes back from 00:00 to 23:00"
    assert "23:30 happens twice" in back.effect
    assert forward.words == "Sunday 2027-09-05: the clock jumps from 00:00 to 01:00"


def test_a_zone_without_changes_has_none_to_tell() -> None:
    assert clock_changes(parse_cron("0 9 * * *", "UTC"), AUTUMN) == ()


@pytest.mark.feature("X09")
def test_a_schedule_is_told_only_of_changes_that_it_lives_to_see() -> None:
    until_summer = replace(WEEKDAYS, ends_at=datetime(2027, 6, 1, tzinfo=UTC))
    once = replace(WEEKDAYS, frequency=ScheduleFrequency.ONCE, run_at=datetime(2027, 1, 4, 8, tzinfo=UTC))

    assert len(clock_changes(WEEKDAYS, AUTUMN)) == 2
    assert [change.at for change in clock_changes(until_summer, AUTUMN)] == [datetime(2027, 3, 28, 1, tzinfo=UTC)]
    assert clock_changes(once, AUTUMN) == ()
