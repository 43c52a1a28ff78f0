"""docs/features.md and the marks that point into it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from feature_rows import TABLE, Coverage, FeatureRowsError, read_rows, report_lines

ROOT = Path(__file__).resolve().parents[2]


def feature_calls(source: Path) -> Iterator[tuple[int, list[object]]]:
    """Line and arguments of each `pytest.mark.feature(...)` in a file; an argument that is no literal is None."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.feature":
            yield node.lineno, [getattr(argument, "value", None) for argument in node.args]


def test_every_feature_mark_names_rows_of_the_table() -> None:
    rows = read_rows(ROOT / TABLE)
    wrong = [
        f"{source.relative_to(ROOT)}:{line}: {arguments}"
        for source in sorted((ROOT / "tests").rglob("*.py"))
        for line, arguments in feature_calls(source)
        if not arguments or any(argument not in rows for argument in arguments)
    ]
    assert wrong == []


def test_ids_of_a_group_are_numbered_without_a_gap() -> None:
    rows = list(read_rows(ROOT / TABLE))
    for group in {feature_id[0] for feature_id in rows}:
        numbers = [int(feature_id[1:]) for feature_id in rows if feature_id[0] == group]
        assert numbers == list(range(1, len(numbers) + 1))


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "features.md"
    table.write_text("| C01 | one |\n| C01 | two |\n")
    with pytest.raises(FeatureRowsError, match="C01 stands twice"):
        read_rows(table)


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "features.md"
    table.write_text("# Features\n")
    with pytest.raises(FeatureRowsError, match="no line reads"):
        read_rows(table)


def test_the_report_counts_tests_and_keeps_unknown_ids_apart() -> None:
    coverage = Coverage(rows={"C01": "a window", "C02": "an engine"})
    coverage.add("C01", "tests/a.py::test_one")
    coverage.add("C99", "tests/a.py::test_two")
    lines = list(report_lines(coverage))
    assert lines[0].split() == ["C01", "1", "a", "window"]
    assert lines[1].split() == ["C02", "-", "an", "engine"]
    assert lines[-1] == "all: 1 of 2 rows have a test"
    assert coverage.unknown == {"tests/a.py::test_two names 'C99'"}
