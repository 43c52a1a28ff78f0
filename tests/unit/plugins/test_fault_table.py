"""The table of faults, tried on small test files of its own."""

from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
SOURCE = """
import pytest
pytestmark = pytest.mark.fault("7", "a cable cut", "A B")
def test_one(injected): injected.one(2)
def test_two(injected): injected.one(3)
@pytest.mark.fault("12", "a plug pulled", "C")
def test_three(injected):
    injected.one()
    assert False
"""


@pytest.fixture(autouse=True)
def only_our_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(PLUGINS))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.parametrize("processes", [0, 2])
def test_the_table_adds_up_what_all_processes_did(pytester: pytest.Pytester, processes: int) -> None:
    pytester.makepyfile(SOURCE)
    result = pytester.runpytest_subprocess("-p", "fault_table", "-p", "xdist.plugin", "-n", str(processes), timeout=60)
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in result.outlines if "│" in line]
    assert [row[:5] for row in cells] == [
        ["7", "a cable cut", "5", "A B", "held"],
        ["12", "a plug pulled", "1", "C", "VIOLATED"],
    ]
