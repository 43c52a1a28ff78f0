"""Variables of a job: defaults, what is missing or wrong, and what a command line writes."""

from typing import Any

import pytest

from orchestrator.contract.errors import UserError, WorkflowError
from orchestrator.contract.variables import check_variables, given_variables, parse_variable
from orchestrator.contract.workflow import VariableType, WorkflowDefinition


def workflow(**variables: Any) -> WorkflowDefinition:
    return WorkflowDefinition.model_validate({"steps": [{"id": "a"}], "variables": variables})


def problems(definition: WorkflowDefinition, **given: Any) -> list[str]:
    with pytest.raises(WorkflowError) as caught:
        check_variables(definition, given)
    return [problem.message for problem in caught.value.problems]


def test_what_is_given_wins_and_defaults_fill_the_rest() -> None:
    definition = workflow(a=1, b={"type": "list", "default": [1]}, c={"type": "string"})

    assert check_variables(definition, {"a": "x"}) == {"a": "x", "b": [1], "c": None}


def test_a_missing_variable_is_named_with_what_is_expected() -> None:
    definition = workflow(city={"type": "string", "required": True, "description": "Where to look."})

    assert problems(definition) == ["The variable 'city' is missing; give a text (Where to look)."]


def test_an_unknown_variable_is_named_with_the_nearest_one() -> None:
    assert problems(workflow(keywords=[]), keyword=["x"]) == [
        "The workflow has no variable 'keyword'. Did you mean 'keywords'?"
    ]
    assert problems(workflow(), x=1) == ["The workflow has no variable 'x'. The workflow has no variables."]


def test_all_mistakes_come_at_once() -> None:
    assert len(problems(workflow(a={"required": True}, b={"type": "integer"}), b="x", c=1)) == 3


@pytest.mark.parametrize(
    ("declared", "value", "expected"),
    [
        ("string", 1, "a text, not 1"),
        ("integer", 1.5, "a whole number, not 1.5"),
        ("integer", True, "a whole number, not true"),
        ("number", "1", 'a number, not "1"'),
        ("boolean", 1, "true or false, not 1"),
        ("list", {"a": 1}, "a list, not an object"),
        ("object", [1], "an object, not a list"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_the_right_one(declared: str, value: object, expected: str) -> None:
    assert problems(workflow(v={"type": declared}), v=value) == [f"The variable 'v' must be {expected}."]


def test_choices_are_listed() -> None:
    definition = workflow(size={"choices": ["small", "large"]})

    assert check_variables(definition, {"size": "large"}) == {"size": "large"}
    assert problems(definition, size="huge") == ['The variable \'size\' must be one of "small", "large", not "huge".']


def test_a_secret_is_not_repeated_in_the_complaint() -> None:
    message = problems(workflow(key={"type": "integer", "secret": True}), key="hunter2")[0]

    assert "hunter2" not in message


def test_whole_numbers_may_be_written_with_a_point() -> None:
    assert check_variables(workflow(n={"type": "integer"}), {"n": 3.0}) == {"n": 3}


@pytest.mark.parametrize(
    ("text", "declared", "value"),
    [
        ("12", VariableType.STRING, "12"),
        ("12", VariableType.INTEGER, 12),
        ("1.5", VariableType.NUMBER, 1.5),
        ("yes", VariableType.BOOLEAN, True),
        ("FALSE", VariableType.BOOLEAN, False),
        ('["a"]', VariableType.LIST, ["a"]),
        ("a, b", VariableType.LIST, ["a", "b"]),
        ("", VariableType.LIST, []),
        ('{"a": 1}', VariableType.OBJECT, {"a": 1}),
        ("hello", VariableType.ANY, "hello"),
        ("[1]", VariableType.ANY, [1]),
        ("NaN", VariableType.ANY, "NaN"),
    ],
)
def test_a_command_lines_value_is_read_by_the_type_of_its_variable(
    text: str, declared: VariableType, value: object
) -> None:
    assert parse_variable(text, declared) == value


@pytest.mark.parametrize(
    ("text", "declared"),
    [("x", VariableType.INTEGER), ("1.5", VariableType.INTEGER), ("maybe", VariableType.BOOLEAN),
     ("[1", VariableType.LIST), ("3", VariableType.LIST), ("x", VariableType.OBJECT), ("NaN", VariableType.NUMBER)],
)  # fmt: skip
def test_a_command_lines_value_that_does_not_fit_is_named(text: str, declared: VariableType) -> None:
    with pytest.raises(UserError, match="limit must be"):
        parse_variable(text, declared, name="limit")


def test_assignments_are_split_at_the_first_sign() -> None:
    definition = workflow(url={"type": "string"}, n={"type": "integer"})

    assert given_variables(definition, ["url=http://x/?a=b", "n=3", "other=1"]) == {
        "url": "http://x/?a=b",
        "n": 3,
        "other": 1,
    }
    with pytest.raises(UserError, match="write name=value"):
        given_variables(definition, ["url"])


@pytest.mark.parametrize("declared", ["integer", "number", "any"])
def test_a_number_beyond_all_numbers_is_refused_wherever_it_stands(declared: str) -> None:
    given = {"a": [1, {"b": float("inf")}]} if declared == "any" else float("inf")

    assert problems(workflow(a={"type": declared}), a=given) == [
        "The variable 'a' has a number in it that is too large."
    ]
