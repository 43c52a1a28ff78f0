"""Which steps a workflow's words mean: dependencies and branches as ids, and what branches add to dependencies.

A step of a branch waits for the step that chooses. Who waits for the choice waits for the steps of both branches too,
since those of the other one count as done: so "after the choice" means after what was chosen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from orchestrator.contract.errors import Problem
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.workflow import Step, WorkflowDefinition

_FIELDS = ("dependencies", "then", "otherwise")


def resolved_references(definition: WorkflowDefinition) -> tuple[WorkflowDefinition, list[Problem]]:
    """The workflow with every reference as a step's id, and the references that name no step, or two.

    A word that is the id of one step and the name of another means the id.
    """
    names = _Names(definition)
    problems: list[Problem] = []
    steps = [_resolved_step(step, f"steps[{place}]", names, problems) for place, step in enumerate(definition.steps)]
    whole = definition.model_copy(update={"steps": tuple(steps)})
    return (_with_branch_edges(whole) if any(step.chooses for step in steps) else whole), problems


class _Names:
    """Steps by what people may call them."""

    def __init__(self, definition: WorkflowDefinition) -> None:
        self._ids = {step.id for step in definition.steps}
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        for step in definition.steps:
            self._by_name[step.name].append(step.id)

    def targets(self, word: str) -> list[str]:
        """The ids that the word may mean."""
        return [word] if word in self._ids else self._by_name.get(word, [])

    def unresolved(self, word: str, targets: list[str]) -> str:
        """Why the word names no step, in a sentence."""
        if targets:
            return f"Several steps are named {word!r}; write the id of one of them: {', '.join(targets[:8])}."
        known = self._ids | {name for name in self._by_name if name}
        return f"There is no step {word!r}.{nearest(word, list(known))}"


def _resolved_step(step: Step, where: str, names: _Names, problems: list[Problem]) -> Step:
    found: dict[str, tuple[str, ...]] = {}
    for field in _FIELDS:
        ids: list[str] = []
        for number, word in enumerate(getattr(step, field)):
            targets = names.targets(word)
            if len(targets) == 1:
                ids.append(targets[0])
                continue
            place = f"{where}.{'else' if field == 'otherwise' else field}[{number}]"
            problems.append(Problem(message=names.unresolved(word, targets), field=place, step=step.id))
        found[field] = tuple(dict.fromkeys(ids))
    return step.model_copy(update=found)


def _with_branch_edges(definition: WorkflowDefinition) -> WorkflowDefinition:
    needs = {step.id: list(step.dependencies) for step in definition.steps}
    members = {step.id: step.branches for step in definition.steps if step.chooses}
    for chooser, branch in members.items():
        for member in branch:
            needs[member].append(chooser)
    for chooser in members:
        inside = _closure(chooser, members)
        before = _all_before(inside, needs)
        for step_id, own in needs.items():
            if chooser in own and step_id not in inside and step_id not in before:
                own.extend(inside)
    steps = (
        step.model_copy(update={"dependencies": tuple(dict.fromkeys(needs[step.id]))}) for step in definition.steps
    )
    return definition.model_copy(update={"steps": tuple(steps)})


def _closure(chooser: str, members: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The steps of both branches, and of the choices inside them."""
    found: dict[str, None] = {}
    waiting = list(members[chooser])
    while waiting:
        step_id = waiting.pop(0)
        if step_id not in found and step_id != chooser:
            found[step_id] = None
            waiting.extend(members.get(step_id, ()))
    return tuple(found)


def _all_before(steps: Iterable[str], needs: Mapping[str, list[str]]) -> frozenset[str]:
    """Everything that the steps wait for, directly or not."""
    seen: set[str] = set()
    waiting = list(steps)
    while waiting:
        for need in needs.get(waiting.pop(), ()):
            if need not in seen:
                seen.add(need)
                waiting.append(need)
    return frozenset(seen)


def choosers_of(definition: WorkflowDefinition) -> Mapping[str, tuple[str, ...]]:
    """For each step of a branch the steps that decide about it, in the order of the document."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for step in definition.steps:
        for member in step.branches:
            found[member].append(step.id)
    return {member: tuple(choosers) for member, choosers in found.items()}
