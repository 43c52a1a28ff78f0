"""Lengths of time and moments, as people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.cli.lengths import moment, seconds
from orchestrator.contract.errors import UserError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length_s"),
    [("90", 90), ("90s", 90), ("10m", 600), ("10min", 600), ("1h30m", 5_400), ("2d", 172_800), ("1.5h", 5_400)],
)
def test_lengths_are_read(text: str, length_s: float) -> None:
    assert seconds(text, option="--deadline") == length_s


@pytest.mark.parametrize("text", ["", "soon", "0", "-5m", "5 minutes", "m", "99h9", "1h30", "1m2h"])
def test_what_is_no_length_is_refused_with_the_option(text: str) -> None:
    with pytest.raises(UserError, match=r"--deadline: .*write it like"):
        seconds(text, option="--deadline")


def test_moments_are_read_as_iso_as_a_time_of_day_and_as_a_length_from_now() -> None:
    assert moment("2026-03-02T10:00+01:00", option="--until", now=NOW) == NOW
    assert moment("2h", option="--until", now=NOW) == NOW + timedelta(hours=2)
    local = NOW.astimezone()
    earlier = (local - timedelta(hours=1)).strftime("%H:%M")
    assert moment(earlier, option="--until", now=NOW) == NOW + timedelta(hours=23)


@pytest.mark.parametrize("text", ["", "25:00", "tomorrow"])
def test_what_is_no_moment_is_refused_with_the_option(text: str) -> None:
    with pytest.raises(UserError, match="--until"):
        moment(text, option="--until", now=NOW)
