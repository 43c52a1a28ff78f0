"""Schedules of every frequency: when they run, which missed runs still do, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice

import pytest

from orchestrator.contract.ids import ScheduleId, WorkflowId
from orchestrator.domain.schedule import (
    MAX_CATCH_UP,
    MisfirePolicy,
    Schedule,
    ScheduleFrequency,
    due_fires,
    jitter_of,
    next_run,
    rule_of,
)
from orchestrator.domain.schedule_check import ScheduleError, validate_schedule

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
A_CRON = Schedule(
    schedule_id=ScheduleId("s1"),
    name="Morning search",
    workflow_id=WorkflowId("w1"),
    frequency=ScheduleFrequency.CRON,
    cron_expression="0 9 * * 1-5",
    timezone="Europe/Berlin",
    created_at=NEW_YEAR,
    updated_at=NEW_YEAR,
)
EVERY_SECOND = replace(A_CRON, cron_expression="* * * * * *")


def runs(schedule: Schedule, start: datetime, count: int) -> list[str]:
    rule = rule_of(schedule)
    zone = rule.rules[0].zone
    return [fire.astimezone(zone).isoformat() for fire in islice(rule.fires_after(start), count)]


@pytest.mark.feature("C11", "C24")
def test_once_runs_at_its_moment_and_never_again() -> None:
    moment = NEW_YEAR + timedelta(days=3)
    once = replace(A_CRON, frequency=ScheduleFrequency.ONCE, run_at=moment)

    assert next_run(once, NEW_YEAR) == moment
    assert next_run(once, moment) is None
    assert due_fires(once, NEW_YEAR, moment) == (moment,)


@pytest.mark.feature("C12")
def test_hourly_runs_in_every_real_hour_also_when_the_clock_falls_back() -> None:
    hourly = replace(A_CRON, frequency=ScheduleFrequency.HOURLY, time_of_day=time(0, 15))

    assert runs(hourly, datetime(2026, 10, 25, 0, tzinfo=UTC), 3) == [
        "2026-10-25T02:15:00+02:00",
        "2026-10-25T02:15:00+01:00",
        "2026-10-25T03:15:00+01:00",
    ]


@pytest.mark.feature("C13")
def test_daily_keeps_its_wall_time_and_runs_right_after_a_gap() -> None:
    daily = replace(A_CRON, frequency=ScheduleFrequency.DAILY, time_of_day=time(2, 30))

    assert runs(daily, datetime(2026, 3, 28, 0, tzinfo=UTC), 3) == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


@pytest.mark.feature("C14")
def test_weekly_counts_monday_as_1_and_sunday_as_7() -> None:
    weekly = replace(A_CRON, frequency=ScheduleFrequency.WEEKLY, weekdays=frozenset({1, 7}), time_of_day=time(8))

    assert runs(weekly, NEW_YEAR, 3) == [
        "2026-01-04T08:00:00+01:00",
        "2026-01-05T08:00:00+01:00",
        "2026-01-11T08:00:00+01:00",
    ]


@pytest.mark.feature("C15")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (28, ["01-28", "02-28", "03-28", "04-28"]),
        (29, ["01-29", "02-28", "03-29", "04-29"]),
        (30, ["01-30", "02-28", "03-30", "04-30"]),
        (31, ["01-31", "02-28", "03-31", "04-30"]),
    ],
)
def test_monthly_runs_on_the_last_day_of_months_that_are_shorter(day: int, expected: list[str]) -> None:
    monthly = replace(A_CRON, frequency=ScheduleFrequency.MONTHLY, day_of_month=day)

    assert [text[5:10] for text in runs(monthly, NEW_YEAR, 4)] == expected


@pytest.mark.feature("C15")
def test_monthly_on_day_29_runs_once_in_a_leap_february() -> None:
    monthly = replace(A_CRON, frequency=ScheduleFrequency.MONTHLY, day_of_month=29)

    assert [text[:10] for text in runs(monthly, datetime(2028, 2, 1, tzinfo=UTC), 2)] == [
        "2028-02-29",
        "2028-03-29",
    ]


@pytest.mark.feature("C16", "C17", "C24")
def test_a_cron_schedule_runs_next_on_the_next_weekday() -> None:
    friday = datetime(2026, 3, 27, 12, tzinfo=UTC)

    assert next_run(A_CRON, friday) == datetime(2026, 3, 30, 7, tzinfo=UTC)


@pytest.mark.feature("C24")
def test_a_paused_schedule_has_no_next_run() -> None:
    paused = replace(A_CRON, enabled=False)

    assert next_run(paused, NEW_YEAR) is None
    assert due_fires(paused, NEW_YEAR, NEW_YEAR + timedelta(days=30)) == ()


def test_the_window_holds_its_own_ends() -> None:
    starts_at, ends_at = NEW_YEAR + timedelta(days=1), NEW_YEAR + timedelta(days=3)
    daily = replace(
        A_CRON,
        frequency=ScheduleFrequency.DAILY,
        timezone="UTC",
        starts_at=starts_at,
        ends_at=ends_at,
    )
    expected = [starts_at, starts_at + timedelta(days=1), ends_at]

    assert list(rule_of(daily).fires_after(NEW_YEAR - timedelta(days=9))) == expected
    assert list(rule_of(daily).fires_until(ends_at + timedelta(days=9))) == expected[::-1]


@pytest.mark.parametrize(
    ("policy", "expected_late_s"),
    [
        (MisfirePolicy.SKIP, [60, 30, 0]),
        (MisfirePolicy.LATEST, [0]),
        (MisfirePolicy.ALL, [120, 90, 60, 30, 0]),
    ],
)
def test_missed_runs_follow_the_policy(policy: MisfirePolicy, expected_late_s: list[int]) -> None:
    schedule = replace(A_CRON, cron_expression="*/30 * * * * *", misfire_policy=policy)
    now = NEW_YEAR + timedelta(hours=1)

    found = due_fires(schedule, now - timedelta(seconds=150), now)

    assert [int((now - fire).total_seconds()) for fire in found] == expected_late_s


def test_a_missed_daily_run_is_skipped_when_it_is_more_than_a_minute_late() -> None:
    skip = replace(A_CRON, misfire_policy=MisfirePolicy.SKIP)
    fire = datetime(2026, 1, 2, 8, tzinfo=UTC)

    assert due_fires(skip, NEW_YEAR, fire + timedelta(seconds=60)) == (fire,)
    assert due_fires(skip, NEW_YEAR, fire + timedelta(seconds=61)) == ()


@pytest.mark.timeout(5)
@pytest.mark.parametrize("policy", list(MisfirePolicy))
def test_a_week_of_missed_seconds_is_read_from_its_end(policy: MisfirePolicy) -> None:
    now = NEW_YEAR + timedelta(days=7)

    found = due_fires(replace(EVERY_SECOND, misfire_policy=policy), NEW_YEAR, now)

    assert found[-1] == now
    assert len(found) <= MAX_CATCH_UP


def test_an_instant_that_was_considered_is_not_due_again() -> None:
    fire = datetime(2026, 1, 2, 8, tzinfo=UTC)

    assert due_fires(A_CRON, fire - timedelta(seconds=1), fire) == (fire,)
    assert due_fires(A_CRON, fire, fire + timedelta(seconds=1)) == ()


def test_jitter_is_the_same_each_time_and_stays_in_its_bounds() -> None:
    jittery = replace(A_CRON, jitter_s=10.0)
    delays = {jitter_of(jittery, NEW_YEAR + timedelta(days=day)) for day in range(50)}

    assert len(delays) > 40
    assert all(timedelta() <= delay <= timedelta(seconds=10) for delay in delays)
    assert jitter_of(jittery, NEW_YEAR) == jitter_of(jittery, NEW_YEAR)
    assert jitter_of(A_CRON, NEW_YEAR) == timedelta()


@pytest.mark.parametrize(
    ("schedule", "field", "said"),
    [
        (replace(A_CRON, name=" "), "name", "give the schedule a name"),
        (replace(A_CRON, workflow_id=WorkflowId("")), "workflow_id", "choose"),
        (replace(A_CRON, timezone="Berlin"), "timezone", "did you mean Europe/Berlin?"),
        (replace(A_CRON, cron_expression=None), "cron_expression", "is missing"),
        (replace(A_CRON, cron_expression="0 9 * * 8"), "cron_expression", "weekday field: 8 is outside"),
        (replace(A_CRON, frequency=ScheduleFrequency.ONCE), "run_at", "is missing"),
        (replace(A_CRON, run_at=datetime(2026, 1, 1)), "run_at", "offset"),  # noqa: DTZ001 - the mistake
        (replace(A_CRON, frequency=ScheduleFrequency.WEEKLY), "weekdays", "is empty"),
        (
            replace(A_CRON, frequency=ScheduleFrequency.WEEKLY, weekdays=frozenset({0})),
            "weekdays",
            "0 is outside 1 (Monday)",
        ),
        (replace(A_CRON, frequency=ScheduleFrequency.MONTHLY), "day_of_month", "is missing"),
        (replace(A_CRON, frequency=ScheduleFrequency.MONTHLY, day_of_month=32), "day_of_month", "32"),
        (replace(A_CRON, time_of_day=time(9, tzinfo=UTC)), "time_of_day", "zone"),
        (replace(A_CRON, jitter_s=-1.0), "jitter_s", "outside 0 to 3600"),
        (replace(A_CRON, jitter_s=float("nan")), "jitter_s", "outside"),
        (
            replace(A_CRON, starts_at=NEW_YEAR, ends_at=NEW_YEAR - timedelta(days=1)),
            "ends_at",
            "before starts_at",
        ),
        (replace(A_CRON, ends_at=NEW_YEAR), "ends_at", "leaves no run"),
        (
            replace(A_CRON, frequency=ScheduleFrequency.ONCE, run_at=NEW_YEAR - timedelta(days=1)),
            "run_at",
            "is past",
        ),
    ],
)
def test_a_wrong_schedule_is_refused_by_field(schedule: Schedule, field: str, said: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        validate_schedule(schedule, NEW_YEAR)

    assert caught.value.field == field
    assert said in str(caught.value)


@pytest.mark.parametrize("frequency", list(ScheduleFrequency))
def test_a_right_schedule_passes(frequency: ScheduleFrequency) -> None:
    schedule = replace(
        A_CRON,
        frequency=frequency,
        run_at=NEW_YEAR + timedelta(days=1),
        weekdays=frozenset({3}),
        day_of_month=31,
    )

    validate_schedule(schedule, NEW_YEAR)
