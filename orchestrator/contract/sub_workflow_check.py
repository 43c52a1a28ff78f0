"""What can be wrong with steps that run other workflows, before a run: names, variables, circles, depth and size."""

from collections.abc import Iterator, Mapping

from orchestrator.contract.errors import Problem
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.expressions import ExpressionError, find_expressions
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.sub_workflows import (
    MAX_NESTING,
    SEPARATOR,
    Call,
    Callee,
    Workflows,
    all_steps,
    call_of,
)
from orchestrator.contract.variables import expected, value_problem
from orchestrator.contract.workflow import MAX_STEPS, Step, WorkflowDefinition

Trail = tuple[tuple[str, WorkflowDefinition], ...]
"""The workflows that lead somewhere, with their names, the outermost first."""


def sub_workflow_problems(definition: WorkflowDefinition, workflows: Workflows) -> Iterator[Problem]:
    """Every mistake in how steps run other workflows. Saved ones that are not linked are not judged."""
    if not definition.workflows and not any(step.runs_workflow for step in definition.steps):
        return
    yield from _endless(definition, workflows)
    yield from _too_many(definition, workflows)
    ids = {step.id for step in definition.steps}
    for place, step in enumerate(definition.steps):
        if not step.runs_workflow:
            continue
        where = f"steps[{place}]"
        call = call_of(step)
        callee = workflows.find(call) if call is not None else None
        yield from _call_problems(step, call, callee, where)
        for other in sorted(ids):
            if other.startswith(step.id + SEPARATOR):
                message = f"Steps inside {step.id!r} have ids such as {other!r}; give this step another one."
                yield Problem(message=message, field=f"{where}.id", step=other)


def _call_problems(step: Step, call: Call | None, callee: Callee | None, where: str) -> Iterator[Problem]:
    name = step.parameters.get("workflow")
    if isinstance(name, str) and "${{" in name:
        message = "Which workflow runs is fixed when the workflow is saved; write its name, and choose with `when`."
        yield Problem(message=message, field=f"{where}.parameters.workflow", step=step.id)
        return
    if call is None or callee is None:
        return
    for field, message in _variable_mistakes(call, callee.definition):
        yield Problem(message=message, field=f"{where}.parameters.{field}", step=step.id)
    loop = step.for_each
    named = sorted({each.step.session for each in all_steps(callee.definition, callee.workflows) if each.step.session})
    if loop is not None and loop.concurrency > 1 and named:
        message = (
            f"{call.workflow!r} works in the session {named[0]!r}, which the inputs would share; "
            "write `concurrency: 1`, or leave the session's name out there."
        )
        yield Problem(message=message, field=f"{where}.for_each.concurrency", step=step.id)


def _variable_mistakes(call: Call, called: WorkflowDefinition) -> Iterator[tuple[str, str]]:
    for name, value in call.variables.items():
        variable = called.variables.get(name)
        if variable is None:
            near = nearest(name, list(called.variables)) or " It has no variables."
            yield f"variables.{name}", f"{call.workflow!r} has no variable {name!r}.{near}"
        elif not _is_late(value) and (problem := value_problem(name, variable, value)):
            yield f"variables.{name}", problem
    for name, variable in called.variables.items():
        if variable.required and name not in call.variables:
            yield "variables", f"{call.workflow!r} needs the variable {name!r}; give {expected(variable)}."


def _is_late(value: JsonValue) -> bool:
    """True for a value that expressions in it give; one that cannot be read is somebody else's business."""
    try:
        return any(True for _ in find_expressions(value))
    except ExpressionError:
        return True


def _endless(definition: WorkflowDefinition, workflows: Workflows) -> Iterator[Problem]:
    """One problem for the first way by which a workflow runs inside itself, or too deep."""
    known: dict[int, int] = {}
    trail: Trail = ((definition.name, definition),)
    for place, step in enumerate(definition.steps):
        try:
            _height(step, workflows, trail, known)
        except _BadWayError as bad:
            yield Problem(message=str(bad), field=f"steps[{place}].parameters.workflow", step=step.id)
            return


class _BadWayError(Exception):
    """A way through sub-workflows that cannot be gone, in a sentence."""


def _height(step: Step, workflows: Workflows, trail: Trail, known: dict[int, int]) -> int:
    """How many workflows run inside each other below a step; `known` are the heights of definitions seen before."""
    call = call_of(step)
    callee = workflows.find(call) if call is not None else None
    if call is None or callee is None:
        return 0
    called = callee.definition
    names = " -> ".join([*(name for name, _ in trail), call.workflow])
    if any(around is called for _, around in trail):
        raise _BadWayError(f"The workflow would run inside itself, without an end: {names}. Remove one of these calls.")
    if id(called) not in known:
        if len(trail) >= MAX_NESTING:
            raise _BadWayError(_too_deep(names))
        inner: Trail = (*trail, (call.workflow, called))
        heights = [_height(each, callee.workflows, inner, known) for each in called.steps]
        known[id(called)] = 1 + max(heights)
    if len(trail) + known[id(called)] > MAX_NESTING:
        raise _BadWayError(_too_deep(f"{names} -> ..."))
    return known[id(called)]


def _too_deep(names: str) -> str:
    return f"At most {MAX_NESTING} workflows may run inside each other; here it is more: {names}."


def _too_many(definition: WorkflowDefinition, workflows: Workflows) -> Iterator[Problem]:
    if sum(1 for _ in all_steps(definition, workflows)) > MAX_STEPS:
        yield Problem(message=f"With those of its sub-workflows the workflow has more than {MAX_STEPS:,} steps.")


def unused_groups(definition: WorkflowDefinition) -> Iterator[Problem]:
    """Groups that are described and that no step names."""
    used: Mapping[str, None] = dict.fromkeys(step.parallel_group for step in definition.steps if step.parallel_group)
    for name in definition.parallel_groups:
        if name not in used:
            message = f"No step is in the group {name!r}.{nearest(name, list(used))}"
            yield Problem(message=message, field=f"parallel_groups.{name}")
