"""What a run gives back: the outputs that the workflow declares, or the values of its last steps."""

from orchestrator.contract.expressions import ExpressionError, Scope, render
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from robot.workflow.graph import Graph
from robot.workflow.report import MAX_OUTPUT_BYTES, json_bytes, value_problem


def outputs_of(
    definition: WorkflowDefinition, graph: Graph, scope: Scope, *, prefix: str = "", most: int = MAX_OUTPUT_BYTES
) -> tuple[dict[str, JsonValue], str | None]:
    """The outputs, and what is wrong with them in one sentence, if something is. `most`: bytes of all together.

    A declared output that has no value, or is too large, is left out and named. Without a declaration each completed
    step that nothing waits for gives its value, as far as the bound allows.
    """
    if definition.outputs:
        return _declared(definition, scope, most)
    outputs: dict[str, JsonValue] = {}
    left = most
    for step_id in (each.removeprefix(prefix) for each in graph.leaves):
        step = scope.steps.get(step_id)
        if isinstance(step, dict) and step["status"] == StepStatus.COMPLETED.value:
            size = json_bytes(step["result"])
            if size <= left:
                outputs[step_id] = step["result"]
                left -= size
    return outputs, None


def _declared(definition: WorkflowDefinition, scope: Scope, most: int) -> tuple[dict[str, JsonValue], str | None]:
    outputs: dict[str, JsonValue] = {}
    problem: str | None = None
    left = most
    for name, template in definition.outputs.items():
        try:
            value = render(template, scope)
        except ExpressionError as error:
            problem = problem or f"The output {name!r} has no value. {error.message}"
            continue
        unfit = value_problem(value)
        size = 0 if unfit else json_bytes(value)
        if unfit or size > left:
            why = unfit or f"does not fit: all outputs together may have {most:,} bytes"
            problem = problem or f"The output {name!r} {why}. Write large data to a file."
            continue
        outputs[name] = value
        left -= size
    return outputs, problem
