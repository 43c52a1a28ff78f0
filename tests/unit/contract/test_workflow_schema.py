"""The schema for editors takes what the models take, and underlines what they refuse."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.document import read_document
from orchestrator.contract.patterns import FAN_OUT_WORDS, TEMPLATE_WORDS
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.contract.workflow_schema import field_docs, workflow_schema
from orchestrator.contract.workflow_words import RETRY_WORDS, accepted_words

ROOT = Path(__file__).parents[3]
SCHEMA = workflow_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
STEP: dict[str, Any] = {"id": "a", "action": "goto", "parameters": {"url": "http://x/"}}


MULTI = re.DOTALL | re.MULTILINE


def documents() -> list[str]:
    pages = (ROOT / "docs").glob("*.md")
    examples = [each for page in pages for each in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), MULTI)]
    samples = [path.read_text() for path in (ROOT / "resources" / "workflows").glob("*.yaml")]
    return [each for each in (*examples, *samples) if re.search(r"^(steps|tasks|definition):|^- \{id", each, MULTI)]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.feature("D11")
@pytest.mark.parametrize("text", documents(), ids=range(len(documents())))
def test_every_example_and_sample_fits(text: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(read_document(text).value)] == []


@pytest.mark.parametrize(
    "document",
    [
        {"steps": [STEP], "timout": 5},
        {"steps": [{**STEP, "dependancies": ["a"]}]},
        {"steps": [{**STEP, "parameters": {"url": "http://x/", "wiat_until": "load"}}]},
        {"steps": [{**STEP, "parameters": {"url": "http://x/", "wait_until": 3}}]},
        {"steps": [{**STEP, "timeout": "long"}]},
        {"steps": [STEP], "strategy": "paralel"},
        {"steps": [{**STEP, "for_each": {"items": [1], "concurency": 2}}]},
        {"name": "no steps"},
        "text",
    ],
    ids=str,
)
def test_a_mistake_is_underlined(document: object) -> None:
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "document",
    [
        [STEP],
        {"steps": [{**STEP, "timeout": None, "dependencies": "b"}]},
        {"tasks": [{"id": "a", "agent_type": "browser", "action": "go"}], "strategy": "acme.shortest_first"},
        {"steps": [{"inputData": [1], "taskTemplate": {"action": "set"}, "concurrency": 3}]},
        {"steps": [{**STEP, "parameters": {"url": "${{ where }}", "wait_until": "${{ how }}"}}]},
        {"steps": [STEP], "recovery": True, "on_success": "Report", "variables": {"a": 1}},
    ],
    ids=str,
)
def test_what_a_document_may_leave_out_or_say_shortly_fits(document: object) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


def test_every_word_of_the_models_is_in_it_and_explained_where_the_source_explains_it() -> None:
    step = SCHEMA["$defs"]["Step"]["properties"]
    workflow = SCHEMA["$defs"]["WorkflowDefinition"]["properties"]

    assert {*accepted_words(Step), *RETRY_WORDS, *FAN_OUT_WORDS, *TEMPLATE_WORDS} <= step.keys()
    assert accepted_words(WorkflowDefinition).keys() <= workflow.keys()
    assert step["timeout"]["description"] == field_docs(Step)["timeout_s"] == "For one attempt of the step."
    assert step["action"]["anyOf"][0]["enum"] == sorted(CATALOGUE)
