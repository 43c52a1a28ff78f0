"""The JSON Schema of workflow files, for editors: every word that the models read, what it means, and what it takes.

It is generated, so that it cannot lag behind. It is milder than the check: what an expression gives is known only in a
run, and actions of installed packages are known only where they are installed.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.expectations import Expectation
from orchestrator.contract.patterns import FAN_OUT_WORDS, TEMPLATE_WORDS, ForEach
from orchestrator.contract.recheck import Recheck
from orchestrator.contract.recovery import RECOVERY_WORDS, RecoveryRules
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.workflow import SessionRequirements, Step, Variable, WorkflowDefinition
from orchestrator.contract.workflow_words import RETRY_WORDS, accepted_words

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_EXPRESSION: Schema = {"type": "string", "pattern": r"\$\{\{"}
_ANYTHING: Schema = {}
_STEPS: Schema = {"type": ["string", "array"], "items": {"type": "string"}}
_LOOSE: Mapping[type[BaseModel], Mapping[str, Schema]] = {
    Step: {
        "dependencies": _STEPS,
        "then": _STEPS,
        "otherwise": _STEPS,
        "parameters": {"type": "object"},
        "for_each": {"anyOf": [_EXPRESSION, {"type": "array"}, {"$ref": "#/$defs/ForEach"}]},
        "recheck": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Recheck"}]},
    },
    WorkflowDefinition: {
        "variables": {"type": "object"},
        "workflows": {
            "type": "object",
            "additionalProperties": {"anyOf": [{"$ref": "#/$defs/WorkflowDefinition"}, {"type": "array"}]},
        },
        "linked": {"type": "object"},
        "recovery": {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/RecoveryRules"}]},
        "on_success": {"type": ["string", "object", "array"]},
        "on_failure": {"type": ["string", "object", "array"]},
        "concurrency": {"type": ["string", "object", "array"]},
        "strategy": {
            "anyOf": [{"$ref": "#/$defs/ExecutionStrategy"}, {"type": "string", "pattern": r"^[A-Za-z]\w*(\.\w+)+$"}]
        },
    },
}
"""Where a document may say less than the model holds."""
_STEP_WORDS: Mapping[str, Schema] = {
    "component": {"type": "string", "description": "With `operation`: the action `component.operation`."},
    "operation": {"type": "string"},
    "agent_type": {"type": "string", "description": "With `action`: the action `agent_type.action`."},
    "on_error": {"enum": ["stop", "continue", None], "description": "The same as `critical: true` or `false`."},
    "delayMs": {"type": "number", "description": "Milliseconds before the first retry."},
    **{key: {"type": "object", "description": "What is done for each input."} for key in TEMPLATE_WORDS},
    "workflow": {"type": "string", "description": "The workflow that the step runs: `action: sub_workflow`."},
    "version": {"type": ["integer", "string"], "description": "Of that workflow; without it the newest."},
    "variables": {"type": "object", "description": "What that workflow is given."},
}


def workflow_schema() -> Schema:
    """The schema of a workflow file: a mapping with steps, or a list of steps."""
    schema = WorkflowDefinition.model_json_schema()
    defs: dict[str, Schema] = schema.pop("$defs")
    schema = defs.pop(WorkflowDefinition.__name__)  # by itself, since workflows stand in workflows
    defs["Step"] = _step(defs)
    for model in (RetryPolicy, ForEach, SessionRequirements, Variable, Expectation, Recheck):
        defs[model.__name__] = _spoken(model, defs[model.__name__])
    defs["RecoveryRules"] = _spoken(RecoveryRules, defs["RecoveryRules"], more=RECOVERY_WORDS)
    workflow = _spoken(WorkflowDefinition, schema, more=("experiment_id",))
    steps = workflow["properties"]["steps"]
    workflow["properties"]["definition"] = {"type": "object", "description": "The workflow inside an envelope."}
    workflow["anyOf"] = [{"required": [word]} for word in ("steps", "tasks", "definition")]
    workflow.pop("required", None)
    return {
        "$schema": DIALECT,
        "title": "Botswain workflow",
        "anyOf": [{"$ref": "#/$defs/WorkflowDefinition"}, steps],
        "$defs": {**defs, "WorkflowDefinition": workflow},
    }


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """What the model's source says below each field, by the field's name; nothing where the source is not shipped."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    except OSError:
        return {}
    assert isinstance(tree, ast.ClassDef)
    docs: dict[str, str] = {}
    for before, after in zip(tree.body, tree.body[1:], strict=False):
        text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(text, str):
            docs[before.target.id] = inspect.cleandoc(text)
    return docs


def _step(defs: Mapping[str, Schema]) -> Schema:
    retry = _spoken(RetryPolicy, defs["RetryPolicy"])["properties"]
    loop = _spoken(ForEach, defs["ForEach"])["properties"]
    loose = {word: retry[word] for word in RETRY_WORDS} | {word: loop[word] for word in FAN_OUT_WORDS}
    step = _spoken(Step, defs["Step"])
    step["properties"] = {**loose, **_STEP_WORDS, **step["properties"]}
    step["properties"]["action"] = {
        "anyOf": [{"enum": sorted(CATALOGUE)}, {"type": "string"}],
        "description": "What to do; actions of installed packages have other names.",
    }
    step["allOf"] = [_when_action(spec) for spec in CATALOGUE.values()]
    return step


def _when_action(spec: ActionSpec) -> Schema:
    """What the parameters of a step with this action may be."""
    schema = spec.parameters.model_json_schema()
    properties = _spoken(spec.parameters, schema, is_flat=True)["properties"]
    parameters = {
        "type": "object",
        "description": spec.summary,
        "properties": properties,
        "additionalProperties": False,
    }
    return {
        "if": {"properties": {"action": {"const": spec.name}}, "required": ["action"]},
        "then": {"properties": dict.fromkeys(("parameters", "params", "with"), _or_null(parameters))},
    }


def _spoken(model: type[BaseModel], schema: Schema, *, more: Iterable[str] = (), is_flat: bool = False) -> Schema:
    """The model's schema with every word that a document may use; nothing but these is allowed.

    `is_flat`: values may be expressions, and only plain ones are described.
    """
    written = schema.get("properties", {})
    docs = field_docs(model)
    properties: dict[str, Schema] = dict.fromkeys(more, _ANYTHING)
    for word, name in accepted_words(model).items():
        alias = next((each for each, meant in accepted_words(model).items() if meant == name and each in written), name)
        found = written.get(alias, _ANYTHING)
        value = _plain(found) if is_flat else _LOOSE.get(model, {}).get(name, found)
        properties[word] = _described(_or_null(value), docs.get(name, ""))
    rest = {key: each for key, each in schema.items() if key not in {"properties", "required", "$defs", "title"}}
    rest["description"] = inspect.cleandoc(model.__doc__ or "")
    return {**rest, "properties": properties, "additionalProperties": False}


def _plain(value: Schema) -> Schema:
    """A parameter's schema where it is simple; `${{ }}` may stand for any value."""
    is_simple = value.get("type") in {"boolean", "integer", "number"}
    if not is_simple and not {"enum", "const"} & value.keys():
        return {key: each for key, each in value.items() if key == "default"}
    return {"anyOf": [{key: each for key, each in value.items() if key != "title"}, {"type": "string"}]}


def _or_null(value: Schema) -> Schema:
    """A field without a value means its default."""
    value = {key: each for key, each in value.items() if key != "title"}
    return {"anyOf": [value, {"type": "null"}]} if value else value


def _described(value: Schema, text: str) -> Schema:
    return {**value, "description": text} if text else value
