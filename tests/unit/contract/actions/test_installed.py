"""Actions of installed packages: in the catalogue, checked like the product's, never in place of them."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from orchestrator.contract.actions import installed
from orchestrator.contract.actions.catalogue import find_action, known_actions
from orchestrator.contract.actions.installed import action, installed_actions
from orchestrator.contract.actions.spec import Parameters
from orchestrator.contract.errors import UserError
from orchestrator.contract.workflow import WorkflowDefinition, needed_capabilities
from orchestrator.contract.workflow_check import check

EXAMPLE = Path(__file__).parents[3] / "plugins" / "example_actions"


@pytest.fixture
def with_packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Lets entry points be installed for a test."""

    def forget() -> None:
        installed_actions.cache_clear()
        known_actions.cache_clear()

    def install(**points: str) -> None:
        found = [EntryPoint(name, value, installed.GROUP) for name, value in points.items()]
        monkeypatch.setattr(installed, "entry_points", lambda **_: found)
        monkeypatch.syspath_prepend(str(EXAMPLE))
        forget()

    yield install
    sys.modules.pop("headings", None)
    monkeypatch.undo()
    forget()


def sketch(**parameters: int) -> WorkflowDefinition:
    step = {"id": "read", "action": "headings.outline", "parameters": parameters}
    return WorkflowDefinition.model_validate({"name": "Outline", "steps": [step]})


@pytest.mark.feature("W10")
def test_an_installed_action_is_looked_up_and_checked_like_any_other(with_packages: Callable[..., None]) -> None:
    assert find_action("headings.outline") is None
    with_packages(headings="headings:outline")
    spec = find_action("headings.outline")
    assert spec is not None
    assert spec.safe_to_repeat
    assert check(sketch(deepest=2)) == []
    assert [problem.field for problem in check(sketch(deepest=9))] == ["steps[0].parameters.deepest"]
    assert needed_capabilities(sketch()) == ("action:headings.outline",)


@pytest.mark.feature("W10")
def test_an_agent_type_and_an_action_name_it_too(with_packages: Callable[..., None]) -> None:
    with_packages(headings="headings:outline")
    document = {"name": "Outline", "tasks": [{"agent_type": "headings", "action": "outline", "parameters": {}}]}
    assert check(WorkflowDefinition.model_validate(document)) == []


def test_without_its_package_it_is_unknown(with_packages: Callable[..., None]) -> None:
    with_packages()
    assert [problem.message.startswith("There is no action 'headings.outline'") for problem in check(sketch())] == [
        True
    ]


def test_what_cannot_be_loaded_is_logged_and_left_out(
    with_packages: Callable[..., None], expected_warnings: Callable[..., None]
) -> None:
    expected_warnings("The action broken cannot be loaded")
    expected_warnings("The action odd is a ModelMetaclass; decorate its function")
    with_packages(broken="no_such_module:thing", odd="headings:Outline", headings="headings:outline")
    assert list(installed_actions()) == ["headings.outline"]


def test_names_without_a_dot_are_the_products() -> None:
    with pytest.raises(UserError, match="'goto' needs a dot"):
        action("goto", parameters=Parameters, summary="", result="")
