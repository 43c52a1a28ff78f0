"""Rechecks: what is read of them, and the mistakes that are found when a workflow is saved."""

from typing import Any

import pytest
from pydantic import ValidationError

from orchestrator.contract.recheck import OnDoubt
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check


def workflow(**step: Any) -> WorkflowDefinition:
    buy = {"id": "buy", "action": "click", "parameters": {"target": "#buy"}, **step}
    return WorkflowDefinition.model_validate({"name": "Buy", "variables": {"number": 7}, "steps": [buy]})


def mistakes(**step: Any) -> list[tuple[str, str]]:
    return [(each.field, each.message) for each in check(workflow(**step))]


@pytest.mark.parametrize(
    "recheck",
    [
        "page.url == '/thanks'",
        {"action": "exists", "parameters": {"target": "text=${{ number }}"}},
        {
            "action": "extract_table",
            "with": {"target": "table"},
            "that": "len(result) > 0",
            "value": "${{ result[0] }}",
        },
        {"action": "http.request", "parameters": {"url": "/api/orders/7"}, "that": "result.status == 200"},
        {"url": "/orders/${{ number }}", "that": "page.status == 200"},
    ],
)
def test_what_only_reads_is_a_recheck(recheck: Any) -> None:
    assert mistakes(recheck=recheck) == []


@pytest.mark.parametrize(
    ("step", "field", "words"),
    [
        ({"recheck": {"action": "click", "parameters": {"target": "#x"}}}, "recheck.action", "only reads"),
        ({"recheck": {"action": "http.request", "with": {"url": "/x", "method": "POST"}}}, "recheck.action", "GET"),
        ({"recheck": {"action": "exist", "parameters": {"target": "#x"}}}, "recheck.action", "'exists'"),
        ({"recheck": {"action": "exists"}}, "recheck.parameters.target", ""),
        ({"recheck": {"action": "count", "with": {"target": "#x"}, "that": "len(result) > 0"}}, "recheck.that", "len"),
        ({"recheck": {"url": "/x", "that": "page.code == 200"}}, "recheck.that", "code"),
        ({"recheck": {"url": "/${{ nummer }}", "that": "page.status == 200"}}, "recheck.url", "number"),
        ({"recheck": "true", "safe_to_repeat": True}, "recheck", "safe to repeat"),
        ({"action": "goto", "parameters": {"url": "/"}, "on_doubt": "ask"}, "on_doubt", "safe to repeat"),
    ],
)
def test_mistakes_are_named_with_their_field(step: dict[str, Any], field: str, words: str) -> None:
    found = mistakes(**step)
    assert [(each, words in message) for each, message in found] == [(f"steps[0].{field}", True)]


@pytest.mark.parametrize("recheck", [{}, {"url": "/x"}, {"that": "true", "parameters": {"a": 1}}])
def test_a_recheck_that_looks_at_nothing_is_refused(recheck: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        workflow(recheck=recheck)


@pytest.mark.parametrize(
    ("step", "settles", "asks"),
    [
        ({}, False, False),
        ({"recheck": "true"}, True, True),
        ({"recheck": "true", "on_doubt": "fail"}, True, False),
        ({"on_doubt": OnDoubt.ASK}, True, True),
        ({"on_doubt": "fail"}, False, False),
    ],
)
def test_a_recheck_asks_a_person_unless_it_is_told_to_fail(step: dict[str, Any], settles: bool, asks: bool) -> None:
    (found,) = workflow(**step).steps
    assert (found.settles_doubt, found.asks_in_doubt) == (settles, asks)
