"""What changed from one version to another, in words."""

from typing import Any

import pytest

from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.version_diff import differences


def workflow(**changes: Any) -> WorkflowDefinition:
    plain: dict[str, Any] = {
        "name": "Prices",
        "variables": {"city": {"type": "string", "default": "Bremen"}},
        "outputs": {"price": "${{ steps.read.result }}"},
        "steps": [
            {"id": "open", "name": "Open", "action": "goto", "parameters": {"url": "http://a.example"}},
            {"id": "read", "name": "Read", "action": "text", "dependencies": ["open"]},
        ],
    }
    return WorkflowDefinition.model_validate({**plain, **changes})


def test_the_same_content_has_no_differences() -> None:
    assert differences(workflow(), workflow()) == ()


@pytest.mark.feature("W34")
def test_steps_that_came_went_and_changed_are_said() -> None:
    after = workflow(
        steps=[
            {"id": "open", "name": "Open", "action": "goto", "parameters": {"url": "http://b.example"}, "timeout": 9},
            {"id": "shot", "name": "Shot", "action": "screenshot"},
        ]
    )
    assert differences(workflow(), after) == (
        "Step 'Read' was removed.",
        "Step 'Open': timeout changed from 300 to 9.",
        "Step 'Open': parameter 'url' changed from 'http://a.example' to 'http://b.example'.",
        "Step 'Shot' (screenshot) was added.",
    )


def test_variables_outputs_and_settings_are_compared_too() -> None:
    after = workflow(variables={"town": "Kiel"}, outputs={}, retry_safe=True)
    words = " ".join(differences(workflow(), after))
    assert "Variable 'city' was removed." in words
    assert "Variable 'town' was added:" in words
    assert "Output 'price' was removed." in words
    assert "`retry_safe` changed from no to yes." in words


def test_another_order_of_the_same_steps_is_said() -> None:
    turned = workflow(steps=[step.model_dump() for step in reversed(workflow().steps)])
    assert differences(workflow(), turned) == ("The order of the steps changed.",)


def test_long_values_are_cut() -> None:
    after = workflow(description="x" * 200)
    (change,) = differences(workflow(), after)
    assert change.endswith("....")
    assert len(change) < 120
