"""What can be wrong with a choice or a fan-out before a run."""

from collections.abc import Iterator

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.errors import Problem
from orchestrator.contract.expressions import RESERVED_NAMES
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import IF
from orchestrator.contract.workflow import Step

AGGREGATE_NAMES = frozenset({"values", "items"})
"""What the expression of an aggregate sees besides everything else."""
_INPUT = "input"


def pattern_problems(step: Step, where: str) -> Iterator[Problem]:
    """Every mistake in how a step chooses or fans out."""
    for field, message in (*_choice_mistakes(step), *_fan_out_mistakes(step)):
        yield Problem(message=message, field=f"{where}.{field}", step=step.id)


def _choice_mistakes(step: Step) -> Iterator[tuple[str, str]]:
    if not step.chooses:
        if step.action == IF:
            yield "action", "A choice needs `then:` or `else:` with the steps that depend on it."
        return
    if step.action != IF:
        yield (
            "action",
            f"A step that chooses does nothing else; leave out {step.action!r}, or make it a step of `then`.",
        )
    if step.when is None:
        yield "when", "A choice needs a `condition:`."
    if step.for_each is not None:
        yield "for_each", "A choice cannot fan out; write the condition into the steps of the list."
    for step_id in sorted({*step.then} & {*step.otherwise}):
        yield "else", f"{step_id!r} is in both branches, so the choice decides nothing for it; name it in one."


def _fan_out_mistakes(step: Step) -> Iterator[tuple[str, str]]:
    loop = step.for_each
    if loop is not None and loop.name in RESERVED_NAMES - {"item"}:
        yield "for_each.as", f"{loop.name!r} already means something in expressions; give the entry another name."


def fan_out_parameters(step: Step, spec: ActionSpec) -> dict[str, JsonValue]:
    """The step's parameters; in a fan-out an action that takes an `input`, and is given none, gets each entry there."""
    takes_input = _INPUT in spec.parameters.model_fields
    if step.for_each is None or not takes_input or _INPUT in step.parameters:
        return step.parameters
    return {**step.parameters, _INPUT: "${{ item }}"}
