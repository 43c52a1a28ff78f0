"""Words of the page's and the run's small actions: what they mean, and what is refused."""

import pytest

from orchestrator.contract.actions.catalogue import CATALOGUE, parameter_problems
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition


def test_a_checkpoint_step_is_a_milestone() -> None:
    definition = WorkflowDefinition.model_validate(
        [{"id": "paid", "action": "checkpoint", "parameters": {"note": "paid"}}, {"id": "b", "action": "set"}]
    )
    assert [step.milestone for step in definition.steps] == [True, False]


@pytest.mark.parametrize(
    ("action", "parameters", "words"),
    [
        ("storage", {"op": "set", "key": "a"}, "takes `value` with op set"),
        ("storage", {"op": "remove"}, "needs `key`"),
        ("sleep_until", {"at": "25:00"}, "no moment"),
        ("session.open", {"auth_profile": "a", "copy_from": "b"}, "not both"),
        ("session.open", {"logged_in": "#user"}, "needs `url`"),
        ("fill_form", {"values": {"a": 1}, "fields": {"b": "#b"}, "success": "#ok"}, "there is no value 'b'"),
        ("transform", {"value": "item +"}, "item +"),
        ("from_csv", {}, "exactly one of `file` and `content`"),
        ("to_xlsx", {"sheet": "a/b"}, "a/b"),
    ],
)
def test_what_does_not_fit_together_is_told_when_a_workflow_is_saved(
    action: str, parameters: dict[str, JsonValue], words: str
) -> None:
    problems = parameter_problems(CATALOGUE[action], parameters)
    assert words in " ".join(map(str, problems)), problems


def test_optional_parts_of_a_form_may_be_empty_variables() -> None:
    empty: dict[str, JsonValue] = {
        "url": None,
        "fields": {},
        "submit": "",
        "refusal": None,
        "recheck": None,
        "read": {},
    }
    assert parameter_problems(CATALOGUE["fill_form"], {"values": {}, "success": "#ok", **empty}) == ()
