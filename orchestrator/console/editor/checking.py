"""What is wrong with a text: the same checks as the engine makes when a workflow is saved, as far as a client can."""

import re
from collections.abc import Iterable

from orchestrator.console.editor.outline import Outline
from orchestrator.contract.document import read_document
from orchestrator.contract.errors import Problem, WorkflowError
from orchestrator.contract.workflow_check import check
from orchestrator.contract.workflow_source import load_workflow

_STEP = re.compile(r"^(?:definition\.)?(?:(?:steps|tasks)\[(\d+)\]|\[(\d+)\])")
_PART = re.compile(r"[^.\[\]]+")


def problems_of(text: str) -> tuple[Problem, ...]:
    """Every mistake with its line; empty for a workflow that may be saved, unless the engine knows better."""
    try:
        loaded = load_workflow(text)
    except WorkflowError as error:
        return error.problems
    return loaded.located(check(loaded.definition))


def reading_problem(text: str) -> Problem | None:
    """Why a text cannot be read at all; None when it can."""
    try:
        read_document(text)
    except WorkflowError as error:
        return error.problems[0]
    return None


def step_of(problem: Problem, outline: Outline) -> str:
    """The id of the step that a mistake is in; empty for one of the workflow."""
    found = _STEP.match(problem.field)
    if found is not None:
        place = int(found[1] or found[2])
        return next((step.step_id for step in outline.steps if step.place == place), "")
    return problem.step if problem.step is not None and outline.find(problem.step) is not None else ""


def is_about(problem: Problem, words: Iterable[str]) -> bool:
    """True when a mistake is in the field that these words mean, or inside its value."""
    inner = _STEP.sub("", problem.field)
    parts = [part for part in _PART.findall(inner) if part not in _HOLDERS] or _PART.findall(inner)
    return bool(parts) and parts[0] in set(words)


_HOLDERS = frozenset({"parameters", "params", "with", "taskTemplate", "task_template", "retry", "definition"})
