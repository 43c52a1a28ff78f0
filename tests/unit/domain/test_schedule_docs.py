"""The examples of docs/schedules.md are true."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from orchestrator.domain.cron import CronError, parse_cron

PAGE = Path(__file__).parents[3] / "docs" / "schedules.md"


def rows(first_heading: str, columns: int) -> Iterator[list[str]]:
    """The rows of the page's tables with this many columns whose first heading is `first_heading`."""
    is_wanted = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            is_wanted = False
        elif cells[0] == first_heading:
            is_wanted = len(cells) == columns
        elif is_wanted and set(cells[0]) != {"-"}:
            yield cells


RUNS = list(rows("expression", 4))
REFUSALS = list(rows("expression", 2))


def test_the_page_has_its_tables() -> None:
    assert (len(RUNS), len(REFUSALS)) == (16, 7)


@pytest.mark.feature("C16", "C17", "C18", "X09")
@pytest.mark.parametrize(("expression", "timezone", "start", "expected"), RUNS)
def test_an_example_runs_as_told(expression: str, timezone: str, start: str, expected: str) -> None:
    times = [datetime.fromisoformat(text.strip()) for text in expected.split(",")]
    fires = parse_cron(expression, timezone).fires_after(datetime.fromisoformat(start).astimezone(UTC))

    assert list(islice(fires, len(times))) == times


@pytest.mark.parametrize(("expression", "answer"), REFUSALS)
def test_a_refusal_reads_as_told(expression: str, answer: str) -> None:
    with pytest.raises(CronError) as caught:
        parse_cron(expression, "UTC")

    assert str(caught.value) == answer
