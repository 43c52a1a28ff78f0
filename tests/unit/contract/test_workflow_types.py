"""Expressions that can never have a value are named when a workflow is read, and nothing else is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.expression_language import ExpressionError, evaluate_tree, parse
from orchestrator.contract.expression_types import TypeMistakeError, ValueType, type_of, type_of_value
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_types import RESULTS

VARIABLES = {
    "limit": {"type": "number"},
    "words": {"type": "list"},
    "name": {"type": "string"},
    "who": {"type": "object"},
    "free": None,
    "counted": {"type": "number"},
}
STEPS: list[dict[str, Any]] = [
    {"id": "page", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}},
    {"id": "facts", "action": "extract", "parameters": {"fields": {"price": "css=.p", "title": "h1"}}},
    {"id": "rows", "action": "extract_list", "parameters": {"items": "css=tr", "fields": {"price": "css=.p"}}},
    {"id": "made", "action": "set", "parameters": {"value": {"total": "${{ limit * 2 }}", "rows": [1, 2]}}},
    {"id": "many", "action": "count", "for_each": "${{ words }}", "parameters": {"target": "css=${{ item }}"}},
    {"id": "saved", "action": "set", "parameters": {"value": "x"}, "save_as": "counted"},
    {"id": "inner", "workflow": "inner", "variables": {"a": 1}},
]
INNER = {
    "variables": {"a": 1},
    "steps": [{"id": "s", "action": "set", "parameters": {"value": 1}}],
    "outputs": {"x": 1},
}


def mistakes(expression: str, **step: Any) -> list[str]:
    """What is wrong with an expression behind all of the steps."""
    last = {"id": "last", "action": "set", "needs": [each["id"] for each in STEPS]}
    steps = [*STEPS, {**last, "parameters": {"value": "${{ " + expression + " }}"}, **step}]
    document = {"variables": VARIABLES, "steps": steps, "workflows": {"inner": INNER}}
    return [str(problem) for problem in check(WorkflowDefinition.model_validate(document))]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("len(limit)", "len() needs a list or a text or an object; `limit` is a number."),
        ("limit.size", "`limit` is a number, so it has no 'size'."),
        ("limit[0]", "`limit` is a number; [0] is read from a list or a text."),
        ("join(name, ', ')", "join() needs a list; `name` is a text."),
        ("name - 1", "- cannot be used with `name`, which is a text, and `1`, which is a number."),
        ("name + limit", "is a number; write str(value) to join texts."),
        ("name > 3", "`name` is a text and `3` is a number: these have no order."),
        ("'a' in limit", "`in` looks into a text, a list or an object; `limit` is a number."),
        ("words.price", "`words` is a list, so it has no 'price'. It is about its entries"),
        ("steps.page.result.titel", "`steps.page.result` has no 'titel'. Did you mean 'title'?"),
        ("results.facts.prise", "`results.facts` has no 'prise'. Did you mean 'price'?"),
        ("steps['rows'].result[0].cost", "`steps['rows'].result[0]` has no 'cost'. There is: price."),
        ("first(steps.rows.result).cost", "has no 'cost'"),
        ("steps.made.result.totals", "`steps.made.result` has no 'totals'. Did you mean 'total'?"),
        ("upper(steps.made.result.total)", "upper() needs a text; `steps.made.result.total` is a number."),
        ("steps.many.result.length", "is a list, so it has no 'length'"),
        ("steps.many.items[0].value", "has no 'value'. There is: error, index, result, status."),
        ("steps.inner.result.y", "`steps.inner.result` has no 'y'. There is: x."),
        ("(words or [])[0] if words else limit.x", "`limit` is a number, so it has no 'x'."),
    ],
)
@pytest.mark.feature("W18")
def test_what_fails_whatever_the_data_are_is_named(expression: str, said: str) -> None:
    (problem,) = mistakes(expression)

    assert problem.startswith("step 'last', steps[7].parameters.value: In `")
    assert said in problem


@pytest.mark.parametrize(
    "expression",
    [
        "limit + 1", "len(words)", "name + '!'", "words[0].anything", "who.anything", "free.anything[0]",
        "steps.page.result.url", "steps.page.error.message", "default(steps.page.result.nothing, 1)",
        "steps.facts.result.price + 1", "steps.facts.result.price + 'x'", "len(counted)", "counted.x",
        "steps.many.result[0] * 2", "steps.inner.result.x.y", "steps.made.result.rows[0]", "name if name else 3",
        "(name if free else 3) + 1", "sorted(words)[0].x", "pluck(steps.rows.result, 'price')", "run.metadata.x",
        "{'a': 1}.a", "words + ['x']", "name * 3", "-limit", "not name", "limit == 'x'", "'a' in name", "iteration % 2",
        "free and free.x", "json(limit)", "first(words) > 3",
    ],
)  # fmt: skip
def test_what_may_be_right_is_left_alone(expression: str) -> None:
    assert mistakes(expression) == []


def test_a_fan_out_over_a_number_is_named() -> None:
    (problem,) = mistakes("1", for_each="${{ limit }}")

    assert problem == "step 'last', steps[7].for_each.items: A fan-out needs a list; this is a number."


def test_what_the_table_says_of_results_stands_in_the_actions_documentation() -> None:
    for action, found in RESULTS.items():
        for name in found.fields or ():
            assert name in CATALOGUE[action].result, (action, name)


# --- never a false alarm ------------------------------------------------------------------------------------------

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-9, 9) | some.text("ab", max_size=3),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)
PARTS = some.recursive(
    some.sampled_from(["x", "y", "1", "'a'", "[1]", "null", "{'a': 1}"]),
    lambda inner: some.one_of(
        some.builds(
            "({} {} {})".format, inner, some.sampled_from(["+", "-", "*", "<", "in", "and", "or", "=="]), inner
        ),
        some.builds("{}({})".format, some.sampled_from(["len", "upper", "first", "sum", "keys", "sorted"]), inner),
        some.builds("({})[{}]".format, inner, some.sampled_from(["0", "'a'", "-1"])),
        some.builds("({}).a".format, inner),
        some.builds("({} if {} else {})".format, inner, inner, inner),
        some.builds("default({}, {})".format, inner, inner),
    ),
    max_leaves=6,
)


@given(text=PARTS, x=VALUES, y=VALUES)
def test_an_expression_that_has_a_value_is_never_called_a_mistake_in_the_parts_that_were_read(
    text: str, x: Any, y: Any
) -> None:
    tree = parse(text)
    types: dict[str, ValueType] = {"x": type_of_value(x), "y": type_of_value(y)}
    try:
        value = evaluate_tree(tree, {"x": x, "y": y})
    except ExpressionError:
        return
    try:
        found = type_of(tree, lambda node: types.get(getattr(node, "id", "")))
    except TypeMistakeError:
        assert any(word in text for word in (" if ", " and ", " or "))  # in a part that this run did not read
        return
    assert found.may_be(*type_of_value(value).kinds)
