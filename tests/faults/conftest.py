"""What fault tests share: a fleet of processes, and the machine, which some of them need for themselves."""

from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from tests.faults.fleet import Fleet, running_fleet
from tests.faults.processes import FORGIVING_TERMS, PATIENT_ENGINE, PATIENT_TERMS, OrchestratorProcess
from tests.faults.share_of_machine import share_of_machine


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: needs the whole machine, so that no other fault test runs beside it")
    config.addinivalue_line("markers", "beside: computes for long, at low priority, so that others run beside it")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first; who needs the machine alone comes last, when nobody waits any more."""
    items.sort(key=lambda item: ("beside" not in item.keywords, "alone" in item.keywords))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The wait for the machine is outside of the test's own limit of time."""
    with share_of_machine(whole=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """An orchestrator process without robots yet, its ledger and its client."""
    async with running_fleet(tmp_path) as fleet:
        yield fleet


@pytest.fixture
async def patient_fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """The same, with an orchestrator that waits longer for robots than they pause between two dials."""
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", terms=PATIENT_TERMS, engine=PATIENT_ENGINE)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        yield fleet


@pytest.fixture
async def forgiving_fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """The same, with leases that run out quickly, and much patience with those whose lease ran out."""
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", terms=FORGIVING_TERMS)
    async with running_fleet(tmp_path, orchestrator) as fleet:
        yield fleet
