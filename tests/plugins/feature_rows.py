"""The rows of docs/features.md against the tests that prove them: `pytest --features` runs nothing and reports.

A row is a line `| ID | what the product must do |` under a heading of its group. A test names the rows that it proves
with `@pytest.mark.feature("C17", ...)`. An id that is no row, in a mark, is an error.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

ROW = re.compile(r"^\| (?P<id>[A-Z]\d{2}) \| (?P<text>.+?) \|$", re.MULTILINE)
TABLE = Path("docs/features.md")


class FeatureRowsError(Exception):
    """The table of features or a mark that points into it is wrong; the message says where."""


@dataclass(slots=True, kw_only=True)
class Coverage:
    """Which tests (as node ids without parameters) stand behind which row."""

    rows: Mapping[str, str]
    tests: dict[str, set[str]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def add(self, feature_id: str, test: str) -> None:
        if feature_id in self.rows:
            self.tests.setdefault(feature_id, set()).add(test)
        else:
            self.unknown.add(f"{test} names {feature_id!r}")


def read_rows(table: Path) -> dict[str, str]:
    """Sentences of the table by id; FeatureRowsError when it has none or an id stands twice."""
    rows: dict[str, str] = {}
    for match in ROW.finditer(table.read_text(encoding="utf-8")):
        if match["id"] in rows:
            raise FeatureRowsError(f"{table}: {match['id']} stands twice")
        rows[match["id"]] = match["text"]
    if not rows:
        raise FeatureRowsError(f"{table}: no line reads `| ID | sentence |`")
    return rows


def marked_ids(item: pytest.Item) -> Iterator[str]:
    """The ids on a test's feature marks."""
    for mark in item.iter_markers("feature"):
        if not mark.args:
            raise FeatureRowsError(f"{item.nodeid}: feature() names no row")
        yield from mark.args


def coverage_of(rows: Mapping[str, str], items: Iterable[pytest.Item]) -> Coverage:
    coverage = Coverage(rows=rows)
    for item in items:
        for feature_id in marked_ids(item):
            coverage.add(feature_id, item.nodeid.partition("[")[0])
    return coverage


def report_lines(coverage: Coverage) -> Iterator[str]:
    """The report: every row with its number of tests, then the count of each group and of all."""
    for feature_id, text in coverage.rows.items():
        count = len(coverage.tests.get(feature_id, ()))
        yield f"{feature_id}  {count or '-':>3}  {text}"
    yield ""
    for group in sorted({feature_id[0] for feature_id in coverage.rows}):
        of_group = [feature_id for feature_id in coverage.rows if feature_id[0] == group]
        proven = [feature_id for feature_id in of_group if feature_id in coverage.tests]
        yield f"{group}: {len(proven)} of {len(of_group)} rows have a test"
    yield f"all: {len(coverage.tests)} of {len(coverage.rows)} rows have a test"


# --- pytest ------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--features",
        action="store_true",
        help="run nothing; print the rows of docs/features.md with the number of tests behind each",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Under --features, collecting was the whole work."""
    if not session.config.getoption("--features"):
        return None
    try:
        rows = read_rows(session.config.rootpath / TABLE)
        coverage = coverage_of(rows, session.items)
    except FeatureRowsError as error:
        raise pytest.UsageError(str(error)) from error
    print_report(session.config, coverage)
    if coverage.unknown:
        raise pytest.UsageError("; ".join(sorted(coverage.unknown)) + f": no such row in {TABLE}")
    return True


def print_report(config: pytest.Config, coverage: Coverage) -> None:
    terminal = cast("pytest.TerminalReporter", config.pluginmanager.getplugin("terminalreporter"))
    terminal.ensure_newline()
    for line in report_lines(coverage):
        terminal.write_line(line)
