"""What a person is told about a rule: words, the next fires, and what may surprise."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from orchestrator.contract.ids import ScheduleId, WorkflowId
from orchestrator.domain.cron import parse_cron
from orchestrator.domain.schedule import Schedule, ScheduleFrequency
from orchestrator.domain.schedule_words import Fire, describe, truth_card, warnings

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MONTHLY = Schedule(
    schedule_id=ScheduleId("s1"),
    name="Report",
    workflow_id=WorkflowId("w1"),
    frequency=ScheduleFrequency.MONTHLY,
    timezone="Europe/Berlin",
    time_of_day=time(6),
    day_of_month=30,
    created_at=NEW_YEAR,
    updated_at=NEW_YEAR,
)


@pytest.mark.feature("X09")
@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 9 * * 1-5", "At 09:00 on Monday to Friday"),
        ("30 0 9,17 * * 1-5", "At 09:00:30 and 17:00:30 on Monday to Friday"),
        ("* * * * *", "Every minute"),
        ("* * * * * *", "Every second"),
        ("*/5 * * * *", "Every 5 minutes"),
        ("*/5 9-17 * * *", "Every 5 minutes, between 09:00 and 17:59 every day"),
        ("15,45 * * * *", "At minute 15 and 45 of every hour"),
        ("0 0 13 * 5", "At 00:00 on day 13 of the month, and also on Friday"),
        ("0 0 */2 * 1", "At 00:00 on days 1 to 31 in steps of 2 of the month, only when it is Monday"),
        ("0 0 L 6-8,12 *", "At 00:00 on the last day of the month in June to August and December"),
        ("0 0 LW * *", "At 00:00 on the last workday of the month"),
        ("0 0 * * 5#2", "At 00:00 on the second Friday of the month"),
        ("0 0 * * 0L", "At 00:00 on the last Sunday of the month"),
        ("0 0 * * 6,0", "At 00:00 on Saturday and Sunday"),
        ("@hourly", "At minute 0 of every hour"),
    ],
)
def test_a_rule_reads_as(expression: str, words: str) -> None:
    assert describe(parse_cron(expression, "Europe/Berlin")) == f"{words}, Europe/Berlin time"


@pytest.mark.feature("X09")
@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("0 0 31 * *", "day 31 does not come in February, April, June, September and November"),
        ("0 0 29 2 *", "only in leap years: next in 2028"),
        ("0 0 29 * *", "day 29 does not come in February outside leap years"),
        ("0 0 13 * 5", "either is enough: it runs on day 13 and also on weekday 5"),
        ("0 0 */2 * 1", "must both match"),
        ("* * * * * *", "every second"),
        ("* 9 * * *", "every minute of each hour"),
        ("*/90 * * * *", "means 0 alone"),
        ("*/7 * * * *", "starts again after 56, with 4 instead of 7"),
        ("30 2 * * *", "on 2026-03-29 02:30 does not exist in Europe/Berlin: runs at 03:00"),
        ("30 2 * * *", "on 2026-10-25 02:30 happens twice in Europe/Berlin: runs the first time"),
        ("*/30 2 * * *", "on 2026-03-29 02:00 does not exist in Europe/Berlin: no run"),
        ("*/30 2 * * *", "on 2026-10-25 02:30 happens twice in Europe/Berlin: runs both times"),
    ],
)
def test_a_surprise_is_said(expression: str, said: str) -> None:
    assert any(said in text for text in warnings(parse_cron(expression, "Europe/Berlin"), NEW_YEAR))


@pytest.mark.parametrize("expression", ["0 9 * * 1-5", "*/5 * * * *", "@hourly", "0 0 L * *", "0 4 1-31/2 * *"])
def test_a_plain_rule_has_no_surprise(expression: str) -> None:
    assert warnings(parse_cron(expression, "Europe/Berlin"), NEW_YEAR) == ()


@pytest.mark.feature("X09")
def test_the_card_flags_a_gap() -> None:
    card = truth_card(parse_cron("30 2 * * *", "Europe/Berlin"), datetime(2026, 3, 28, 12, tzinfo=UTC), 2)

    assert card[0] == Fire(
        at=datetime(2026, 3, 29, 1, tzinfo=UTC),
        zone_time="2026-03-29 03:00:00+02:00",
        weekday="Sunday",
        note="2026-03-29 02:30 does not exist in Europe/Berlin: runs once, right after the clock jumps to 03:00",
    )
    assert (card[1].weekday, card[1].note) == ("Monday", "")


@pytest.mark.feature("X09")
def test_the_card_flags_an_overlap() -> None:
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    fixed = truth_card(parse_cron("30 2 * * *", "Europe/Berlin"), start, 1)
    clock = truth_card(parse_cron("*/30 2 * * *", "Europe/Berlin"), start, 4)

    assert fixed[0].note == "02:30 happens twice in Europe/Berlin: runs the first time only"
    assert [fire.note.rsplit(": ", 1)[-1] for fire in clock] == [
        *["this is the first time"] * 2,
        *["this is the second time"] * 2,
    ]


@pytest.mark.feature("C15", "X09")
def test_monthly_is_told_as_one_rule_without_false_alarms() -> None:
    assert describe(MONTHLY) == (
        "At 06:00 on day 30 of the month (the last day where it is shorter), Europe/Berlin time"
    )
    assert warnings(MONTHLY, NEW_YEAR) == ()


@pytest.mark.feature("C11", "X09")
def test_once_is_told_with_its_weekday() -> None:
    once = replace(MONTHLY, frequency=ScheduleFrequency.ONCE, run_at=datetime(2026, 3, 27, 8, tzinfo=UTC))

    assert describe(once) == "Once, on Friday 2026-03-27 at 09:00, Europe/Berlin time"
    assert [fire.zone_time for fire in truth_card(once, NEW_YEAR)] == ["2026-03-27 09:00:00+01:00"]


def test_a_window_is_told() -> None:
    bounded = replace(MONTHLY, day_of_month=1, starts_at=NEW_YEAR, ends_at=datetime(2026, 6, 1, tzinfo=UTC))

    assert describe(bounded).endswith("Europe/Berlin time, from 2026-01-01 01:00, until 2026-06-01 02:00")
