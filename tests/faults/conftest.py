"""What fault tests share: a fleet of processes, and the table of faults at the end of a run."""

from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from tests.faults.fleet import Fleet, running_fleet
from tests.faults.processes import PATIENT_TERMS, OrchestratorProcess


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
    injections: Injections = field(default_factory=Injections)
    outcome: str = "not run"
    seconds: float = 0.0


LINES: dict[tuple[str, str], Line] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--times", type=int, default=1, help="run each fault test so often")
    group.addoption("--long", action="store_true", help="also run what takes many minutes")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    times = metafunc.config.getoption("--times", default=1)
    if times > 1 and metafunc.definition.get_closest_marker("fault") is not None:
        metafunc.fixturenames.append("repetition")
        metafunc.parametrize("repetition", range(times))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("long") is not None and not item.config.getoption("--long", default=False):
        pytest.skip("takes many minutes; runs with --long")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes many minutes; runs with --long")
    config.addinivalue_line("markers", "fault(number, words, holds): a row of the table of faults")


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """An orchestrator process without robots yet, its ledger and its client."""
    async with running_fleet(tmp_path) as fleet:
        yield fleet


@pytest.fixture
async def patient_fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """The same, with an orchestrator that waits longer for robots than they pause between two dials."""
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", terms=PATIENT_TERMS)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        yield fleet


@pytest.fixture
def injected(request: pytest.FixtureRequest) -> Injections:
    """Counts how often the fault was injected."""
    return _line(request.node).injections


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.get_closest_marker("fault") is not None:
        line = _line(item)
        line.seconds += report.duration
        if (report.when == "call" or report.outcome != "passed") and line.outcome != "failed":
            line.outcome = report.outcome
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not LINES:
        return
    table = Table("fault", "what was done", "times", "must hold", "result", "s", title="Faults")
    for line in sorted(LINES.values(), key=_place):
        colour = {"passed": "green", "failed": "red"}.get(line.outcome, "yellow")
        verdict = {"passed": "held", "failed": "VIOLATED"}.get(line.outcome, line.outcome)
        table.add_row(
            line.fault, line.words, str(line.injections.count), line.holds, f"[{colour}]{verdict}[/]",
            f"{line.seconds:.0f}",
        )  # fmt: skip
    Console(width=max(100, Console().width)).print("\n", table)


def _place(line: Line) -> tuple[float, str]:
    """By the number of the fault; those that have none come last."""
    number = line.fault.split("/")[0].split("-")[0]
    return (float(number) if number.isdigit() else float("inf"), line.words)


def _line(item: Any) -> Line:
    mark = item.get_closest_marker("fault")
    number, words, holds = mark.args
    return LINES.setdefault((number, words), Line(fault=number, words=words, holds=holds))
