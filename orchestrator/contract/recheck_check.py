"""What can be wrong with how a step finds out whether it has happened, before any run."""

from collections.abc import Iterator, Mapping

from orchestrator.contract.actions.catalogue import parameter_problems
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.errors import Problem
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.recheck import READING_METHODS, Recheck
from orchestrator.contract.workflow import Step

_HTTP = "http.request"


def recheck_problems(step: Step, where: str, catalogue: Mapping[str, ActionSpec]) -> Iterator[Problem]:
    """Mistakes in `recheck` and `on_doubt` of the step at this place; its expressions are looked at elsewhere."""
    if step.recheck is None and step.on_doubt is None:
        return
    field, message = _needless(step, catalogue)
    if message:
        yield Problem(message=message, field=f"{where}.{field}", step=step.id)
    if step.recheck is not None and step.recheck.action is not None:
        for problem in _action_problems(step.recheck, step.recheck.action, catalogue):
            yield problem.model_copy(update={"field": f"{where}.recheck.{problem.field}", "step": step.id})


def _needless(step: Step, catalogue: Mapping[str, ActionSpec]) -> tuple[str, str]:
    """The field of a step that has no use for it, and why."""
    field = "recheck" if step.recheck is not None else "on_doubt"
    if step.runs_workflow or step.chooses:
        what = "runs a workflow" if step.runs_workflow else "chooses"
        return field, f"A step that {what} has no `{field}`; give it to the steps that change something."
    spec = catalogue.get(step.action)
    is_safe = step.safe_to_repeat if step.safe_to_repeat is not None else spec is not None and spec.safe_to_repeat
    if is_safe:
        return field, f"The step is safe to repeat, so nobody asks its `{field}`; leave it out."
    return "", ""


def _action_problems(recheck: Recheck, action: str, catalogue: Mapping[str, ActionSpec]) -> Iterator[Problem]:
    spec = catalogue.get(action)
    if spec is None:
        message = f"There is no action {action!r}.{nearest(action, list(catalogue))}"
        yield Problem(message=message, field="action")
        return
    if not _only_reads(recheck, spec):
        message = f"{action} changes something or waits for somebody; a recheck only reads, such as `exists`, `count`,"
        yield Problem(message=f"{message} `extract`, `extract_table` or `http.request` with GET.", field="action")
        return
    for problem in parameter_problems(spec, recheck.parameters):
        inner = problem.field if problem.field.startswith("[") or not problem.field else f".{problem.field}"
        yield problem.model_copy(update={"field": f"parameters{inner}"})


def _only_reads(recheck: Recheck, spec: ActionSpec) -> bool:
    if spec.name == _HTTP:
        return str(recheck.parameters.get("method", "GET")).upper() in READING_METHODS
    return spec.safe_to_repeat and not spec.waits_for_person and spec.name not in {"if", "sub_workflow"}
