"""What a choice means for the steps of its two branches, and what they mean for the choice's value."""

from collections.abc import Iterator, Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import Step
from robot.workflow.graph import Graph


def why_unchosen(graph: Graph, results: Mapping[str, StepResult], step_id: str) -> str:
    """Why a step of a branch is not to run, in a sentence; empty when it is."""
    for chooser in graph.choosers.get(step_id, ()):
        branch = _branch(results.get(chooser))
        if not branch:
            return f"The choice {chooser!r} was not made."
        if step_id not in _steps(graph.steps[chooser], branch):
            return f"The choice {chooser!r} took the other branch: {branch}."
    return ""


def with_results(graph: Graph, results: Mapping[str, StepResult], step_id: str) -> Iterator[StepResult]:
    """The choices about a step, now that it has ended: their values hold the results of what they chose."""
    for chooser in graph.choosers.get(step_id, ()):
        made = results.get(chooser)
        branch = _branch(made)
        if made is None or not branch:
            continue
        ended = (results[each] for each in _steps(graph.steps[chooser], branch) if each in results)
        values: list[JsonValue] = [each.value for each in ended if each.status is StepStatus.COMPLETED]
        assert isinstance(made.value, dict)
        yield made.model_copy(update={"value": {**made.value, "results": values}})


def _branch(made: StepResult | None) -> str:
    value = made.value if made is not None else None
    return str(value.get("branch", "")) if isinstance(value, dict) else ""


def _steps(chooser: Step, branch: str) -> tuple[str, ...]:
    return chooser.then if branch == "then" else chooser.otherwise
