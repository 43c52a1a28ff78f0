"""Concurrency keys in workflows: how they may be written, and what is wrong with those that could not work."""

import pytest

from orchestrator.contract.concurrency import ConcurrencyKey, per_second
from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow

STEPS: JsonValue = [{"id": "open", "action": "goto", "parameters": {"url": "https://example.org/"}}]


def keys(written: JsonValue) -> tuple[ConcurrencyKey, ...]:
    return WorkflowDefinition.model_validate({"steps": STEPS, "concurrency": written}).concurrency


@pytest.mark.feature("X17")
def test_a_key_is_a_text_or_says_how_many_and_how_fast() -> None:
    assert keys("login:a") == keys(["login:a"]) == keys([{"key": "login:a"}]) == (ConcurrencyKey(key="login:a"),)
    (full,) = keys({"key": "site:x", "limit": 4, "rate": "30/min"})
    assert (full.limit, full.rate) == (4, 0.5)
    (free,) = keys([{"key": "site:x", "limit": "Unlimited", "rate": 2}])
    assert (free.limit, free.rate) == ("unlimited", 2)


def test_a_definition_with_keys_survives_its_own_json() -> None:
    definition = WorkflowDefinition.model_validate(
        {"steps": STEPS, "concurrency": ["a", {"key": "b", "limit": "unlimited", "rate": "1/h"}]}
    )
    again = WorkflowDefinition.model_validate_json(definition.model_dump_json())
    assert again == definition
    assert again.content_hash == definition.content_hash


def test_keys_belong_to_the_version_and_their_absence_does_not() -> None:
    plain = WorkflowDefinition.model_validate({"steps": STEPS})
    keyed = plain.model_copy(update={"concurrency": keys("a")})
    assert plain.content_hash != keyed.content_hash
    assert "concurrency" not in plain.model_dump(exclude_defaults=True)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{key: x, limit: 0}", "a limit is a whole number from 1 to 100,000, or unlimited"),
        ("{key: x, limit: some}", "a limit is a whole number"),
        ("{key: x, rate: soon}", "'soon' is no rate; write it like 2/s, 30/min or 100/h"),
        ("{key: x, rate: 0/s}", "a rate must be above 0"),
        ("{kee: x}", "There is no field 'kee'"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_with_its_line(written: str, words: str) -> None:
    with pytest.raises(WorkflowError, match=words) as wrong:
        load_workflow(f"concurrency:\n  - {written}\nsteps:\n  - {{id: a, action: goto}}")
    assert all(problem.line == 2 for problem in wrong.value.problems)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("login:${{ vars.acount }}", "there is no variable 'acount'"),
        ("login:${{ steps.open.result }}", "there is no step 'open'"),
        ("login:${{ password }}", "is a secret"),
        ("login:${{ vars.account", "never closed"),
    ],
)
def test_a_key_that_could_never_be_worked_out_is_refused_when_the_workflow_is_saved(key: str, words: str) -> None:
    variables: JsonValue = {"account": {"type": "string"}, "password": {"secret": True}}
    definition = WorkflowDefinition.model_validate({"steps": STEPS, "variables": variables, "concurrency": key})
    (problem,) = check(definition)
    assert words in problem.message
    assert problem.field == "concurrency[0]"
    right = definition.model_copy(update={"concurrency": keys("login:${{ vars.account }}")})
    assert check(right) == []


def test_rates_are_read_in_any_usual_unit() -> None:
    assert [per_second(rate) for rate in ("2/s", "30 / min", "100 per hour", 3)] == [2.0, 0.5, 100 / 3_600, 3]
