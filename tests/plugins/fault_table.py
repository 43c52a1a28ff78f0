"""The table of faults at the end of a run: what was done, how often, what had to hold, and whether it did.

Each line's figures travel with the reports of its tests, so that the table is whole however many processes ran them.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from rich.console import Console
from rich.table import Table

PROPERTY = "fault"
VERDICTS = {"passed": ("held", "green"), "failed": ("VIOLATED", "red")}


@dataclass(slots=True, kw_only=True)
class Injections:
    """How often a test has done the harm that it is about."""

    count: int = 0

    def one(self, number: int = 1) -> None:
        """Note that the fault was injected, once or several times."""
        self.count += number


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of the table; all variants of a test share theirs."""

    fault: str
    words: str
    holds: str
    injections: int = 0
    outcome: str = "not run"
    seconds: float = 0.0

    def add(self, report: pytest.TestReport, injections: int) -> None:
        """One phase of one test: its set-up, its call or its end."""
        self.injections += injections
        self.seconds += report.duration
        if (report.when == "call" or report.outcome != "passed") and self.outcome != "failed":
            self.outcome = report.outcome

    @property
    def place(self) -> tuple[float, str]:
        """By the number of the fault; those that have none come last."""
        number = self.fault.split("/")[0].split("-")[0]
        return (float(number) if number.isdigit() else float("inf"), self.words)


@dataclass(slots=True)
class Lines:
    """All lines of a run."""

    by_words: dict[tuple[str, str], Line] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> None:
        """Take what a report tells about a fault, if it does."""
        for name, told in report.user_properties:
            if name == PROPERTY:
                self._add(report, *cast("tuple[str, str, str, int]", told))

    def _add(self, report: pytest.TestReport, number: str, words: str, holds: str, injections: int) -> None:
        line = self.by_words.setdefault((number, words), Line(fault=number, words=words, holds=holds))
        line.add(report, injections)

    def table(self) -> Table:
        """Everything, in the order of the faults."""
        table = Table("fault", "what was done", "times", "must hold", "result", "s", title="Faults")
        for line in sorted(self.by_words.values(), key=lambda line: line.place):
            verdict, colour = VERDICTS.get(line.outcome, (line.outcome, "yellow"))
            figures = (str(line.injections), line.holds, f"[{colour}]{verdict}[/]", f"{line.seconds:.0f}")
            table.add_row(line.fault, line.words, *figures)
        return table


LINES = pytest.StashKey[Lines]()
COUNTED = pytest.StashKey[Injections]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--times", type=int, default=1, help="run each fault test so often")
    group.addoption("--long", action="store_true", help="also run what takes many minutes")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes many minutes; runs with --long")
    config.addinivalue_line("markers", "fault(number, words, holds): a row of the table of faults")
    config.pluginmanager.register(TableWriter(config))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    times = metafunc.config.getoption("--times")
    if times > 1 and metafunc.definition.get_closest_marker("fault") is not None:
        metafunc.fixturenames.append("repetition")
        metafunc.parametrize("repetition", range(times))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("long") is not None and not item.config.getoption("--long"):
        pytest.skip("takes many minutes; runs with --long")


@pytest.fixture
def injected(request: pytest.FixtureRequest) -> Injections:
    """Counts how often the fault was injected."""
    item: pytest.Item = request.node
    return item.stash.setdefault(COUNTED, Injections())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if (mark := item.get_closest_marker("fault")) is not None:
        counted = item.stash.get(COUNTED, Injections()).count if report.when == "call" else 0
        report.user_properties.append((PROPERTY, [*mark.args, counted]))
    return report


class TableWriter:
    """Gathers what the reports of all processes tell, and writes the table."""

    def __init__(self, config: pytest.Config) -> None:
        self._lines = Lines()
        config.stash[LINES] = self._lines

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._lines.add(report)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._lines.by_words:
            terminalreporter.ensure_newline()
            Console(width=max(100, Console().width)).print(self._lines.table())
