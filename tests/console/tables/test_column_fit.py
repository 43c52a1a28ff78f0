"""What hides where a table is narrow, and that it comes back."""

from orchestrator.console.tables.column_fit import squeezed_sections, stretching_section
from orchestrator.console.tables.columns import ColumnSpec


def column(key: str, *, spare: int = 0, stretches: bool = False) -> ColumnSpec[str]:
    return ColumnSpec(key=key, title=key, value=lambda row: row, width=100, spare=spare, stretches=stretches)


COLUMNS = (column("status"), column("name", stretches=True), column("robot", spare=1), column("tries", spare=2))
WIDTHS = {0: 100, 1: 100, 2: 100, 3: 100}


def test_where_there_is_room_nothing_hides() -> None:
    assert squeezed_sections(COLUMNS, WIDTHS, 400) == frozenset()


def test_the_column_of_least_value_hides_first() -> None:
    assert squeezed_sections(COLUMNS, WIDTHS, 399) == {3}
    assert squeezed_sections(COLUMNS, WIDTHS, 299) == {2, 3}


def test_what_matters_stays_however_narrow_it_gets() -> None:
    assert squeezed_sections(COLUMNS, WIDTHS, 10) == {2, 3}


def test_a_column_that_nobody_wants_needs_no_room() -> None:
    assert squeezed_sections(COLUMNS, {0: 100, 1: 100, 2: 100}, 300) == frozenset()


def test_the_marked_column_takes_the_room_that_is_left_or_else_the_last() -> None:
    assert stretching_section(COLUMNS) == 1
    assert stretching_section((column("a"), column("b"))) == 1
