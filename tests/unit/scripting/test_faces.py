"""The two faces of a script's orchestrator are alike, and cost nothing to those who do not ask for them."""

import inspect
import subprocess
import sys

import pytest

import orchestrator
from orchestrator import DirectorOrchestrator, Orchestrator

ONLY_ASYNC = {"client", "events", "place"}
ERRORS = {"OrchestratorError", "SessionCreationError", "TaskCreationError", "TaskExecutionError"}


def public(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")}


@pytest.mark.feature("O01")
def test_both_faces_have_the_same_methods_with_the_same_parameters() -> None:
    assert public(DirectorOrchestrator) - ONLY_ASYNC == public(Orchestrator) - ERRORS
    for name in sorted(public(Orchestrator) - ERRORS):
        mine, other = (inspect.signature(getattr(kind, name)) for kind in (Orchestrator, DirectorOrchestrator))
        assert list(mine.parameters.values()) == list(other.parameters.values()), name


def test_the_constructors_take_the_same() -> None:
    mine, other = (inspect.signature(kind).parameters for kind in (Orchestrator, DirectorOrchestrator))
    assert list(mine) == [name for name in other if name != "robot_environment"]


@pytest.mark.parametrize("name", orchestrator.__all__)
def test_every_name_can_be_imported(name: str) -> None:
    assert getattr(orchestrator, name).__module__.startswith("orchestrator.scripting.")


def test_a_name_that_is_not_there_is_said() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Orchestra'"):
        _ = orchestrator.Orchestra  # type: ignore[attr-defined]  # the point of it


def test_the_command_line_loads_nothing_of_it() -> None:
    code = "import sys, orchestrator.cli.commands; print([n for n in sys.modules if 'scripting' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_nothing_is_started_before_the_first_call() -> None:
    with_nothing = Orchestrator()
    assert with_nothing._thread is None
    with_nothing.close()
