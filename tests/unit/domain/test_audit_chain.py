"""A chain over rows: whatever is changed, removed or put in between is found, and where."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.audit_chain import START, Seal, broken, link, sealed

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
Row = tuple[Any, ...]


def rows(*numbers: int) -> list[Row]:
    return [
        (number, 1_000 + number, "job.completed", f"row {number}", "engine", None, None, None, "{}")
        for number in numbers
    ]


def seal_of(found: list[Row]) -> Seal:
    return sealed(START, found, at=NOW)


def test_rows_as_they_were_sealed_are_whole() -> None:
    assert broken(START, seal_of(rows(1, 2, 3)), rows(1, 2, 3)) is None


@pytest.mark.feature("C46", "O57")
def test_a_changed_row_is_named() -> None:
    found = rows(1, 2, 3)
    found[1] = (*found[1][:3], "another story", *found[1][4:])
    gap = broken(START, seal_of(rows(1, 2, 3)), found)
    assert gap is not None
    assert (gap.number, gap.words) == (2, "row 2 was changed after it was written")


@pytest.mark.parametrize("left", [rows(2, 3), rows(1, 3), rows(1, 2), []])
def test_a_missing_row_is_found(left: list[Row]) -> None:
    gap = broken(START, seal_of(rows(1, 2, 3)), left)
    assert gap is not None
    assert "missing" in gap.words


def test_a_row_in_between_is_found() -> None:
    gap = broken(START, seal_of(rows(1, 3)), rows(1, 2, 3))
    assert gap is not None
    assert (gap.number, "put in between" in gap.words) == (2, True)


def test_two_seals_hold_together() -> None:
    first = seal_of(rows(1, 2))
    second = sealed(first.head, rows(3, 4), at=NOW)
    assert broken(first.head, second, rows(3, 4)) is None
    assert broken(START, second, rows(3, 4)) is not None


def test_columns_do_not_run_into_each_other() -> None:
    assert link(START, (1, "ab", "c")) != link(START, (1, "a", "bc"))
    assert link(START, (1, None)) != link(START, (1, "null"))


@given(st.integers(2, 30), st.data())
def test_any_single_change_is_found_at_its_row(count: int, data: st.DataObject) -> None:
    numbers = list(range(1, count + 1))
    seal, found = seal_of(rows(*numbers)), rows(*numbers)
    place = data.draw(st.integers(0, count - 1))
    column = data.draw(st.integers(1, 8))
    found[place] = (*found[place][:column], "changed", *found[place][column + 1 :])
    gap = broken(START, seal, found)
    assert gap is not None
    assert gap.number == place + 1
