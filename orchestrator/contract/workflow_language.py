"""One language for what documents say in many: the words of older systems become the models' own before these read.

Everything here is plain data in and plain data out; what it means is the models' business.
"""

from typing import Any

from pydantic import BaseModel

from orchestrator.contract.patterns import with_patterns
from orchestrator.contract.workflow_words import RETRY_WORDS, accepted_words, free_id, join_action, slug

CHECKPOINT = "checkpoint"
"""The action of a step that is a milestone and nothing else."""


def as_variable(value: Any, model: type[BaseModel]) -> Any:
    """A mapping that speaks only of a variable's fields declares one; anything else is a default value."""
    if isinstance(value, model) or (isinstance(value, dict) and value and value.keys() <= model.model_fields.keys()):
        return value
    return {"default": value}


def unified_step(data: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """What a document says of a step, in the words of the model."""
    step = with_patterns(_without_nulls(data, model))
    join_action(step)
    if step.get("action") == CHECKPOINT:
        step.setdefault("milestone", True)
    for word in ("dependencies", "depends_on", "needs"):
        if isinstance(step.get(word), str):
            step[word] = (step[word],)
    loose = {word: step.pop(word) for word in RETRY_WORDS if word in step}
    if isinstance(step.get("delayMs"), int | float):
        loose["initial_delay"] = step.pop("delayMs") / 1_000
    on_error = step.get("on_error")
    if isinstance(on_error, str) and on_error in {"stop", "continue"}:
        step.setdefault("critical", step.pop("on_error") == "stop")
    if loose:
        step["retry"] = {**loose, **(step["retry"] if isinstance(step.get("retry"), dict) else {})}
    return step


def unified_workflow(data: dict[str, Any], model: type[BaseModel], *, most_steps: int) -> dict[str, Any]:
    """What a document says of a workflow, in the words of the model; more steps than `most_steps` are refused later."""
    workflow = dict(data)
    if isinstance(workflow.get("definition"), dict):
        workflow |= workflow.pop("definition")
    workflow = _without_nulls(workflow, model)
    if "experiment_id" in workflow:
        metadata = workflow.get("metadata")
        workflow["metadata"] = {
            **(metadata if isinstance(metadata, dict) else {}),
            "experiment_id": workflow.pop("experiment_id"),
        }
    if isinstance(workflow.get("workflows"), dict):
        workflow["workflows"] = {name: _named(name, each) for name, each in workflow["workflows"].items()}
    word = "steps" if "steps" in workflow else "tasks"
    if isinstance(workflow.get(word), list | tuple) and len(workflow[word]) <= most_steps:
        workflow[word] = _with_ids(workflow[word])
    return workflow


def _without_nulls(data: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """A known field without a value (`timeout:` and nothing behind it) means its default."""
    known = accepted_words(model)
    return {key: value for key, value in data.items() if value is not None or key not in known}


def _named(name: str, inner: Any) -> Any:
    """One of a file's own sub-workflows; without a name it is called as its steps call it."""
    if isinstance(inner, list | tuple):
        return {"name": name, "steps": inner}
    has_name = not isinstance(inner, dict) or inner.get("name") or isinstance(inner.get("definition"), dict)
    return inner if has_name else {**inner, "name": name}


def _with_ids(steps: list[Any] | tuple[Any, ...]) -> list[Any]:
    """A step without an id gets one from its name, or from its place; never one that another step has."""
    taken = {each for step in steps if isinstance(each := _written(step, "id", "step_id"), str)}
    named: list[Any] = []
    for place, step in enumerate(steps, start=1):
        if not isinstance(step, dict | BaseModel) or _written(step, "id", "step_id"):
            named.append(step)
            continue
        step_id = free_id(slug(_written(step, "name")) or f"step_{place}", taken)
        taken.add(step_id)
        named.append({**step, "id": step_id} if isinstance(step, dict) else step.model_copy(update={"id": step_id}))
    return named


def _written(step: object, *words: str) -> object:
    if isinstance(step, BaseModel):
        return getattr(step, words[0])
    return next((step[word] for word in words if step.get(word)), None) if isinstance(step, dict) else None
