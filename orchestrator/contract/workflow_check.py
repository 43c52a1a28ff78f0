"""What can be wrong with a definition before it runs: references, circles, expressions, actions and parameters."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.contract.actions.catalogue import known_actions, parameter_problems
from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.chaining_check import chain_problems
from orchestrator.contract.concurrency_check import key_problems
from orchestrator.contract.errors import Problem, WorkflowError
from orchestrator.contract.expectations import Expectation
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.expression_types import UNKNOWN, ValueType
from orchestrator.contract.expressions import (
    LOOP_NAMES,
    RESERVED_NAMES,
    ExpressionError,
    check_expression,
    condition_text,
    find_expressions,
    references,
    short,
)
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.pattern_check import AGGREGATE_NAMES, fan_out_parameters, pattern_problems
from orchestrator.contract.recheck_check import recheck_problems
from orchestrator.contract.sub_workflow_check import sub_workflow_problems, unused_groups
from orchestrator.contract.sub_workflows import MAX_NESTING, Workflows
from orchestrator.contract.variables import default_problems
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.contract.workflow_graph import ancestors, circles
from orchestrator.contract.workflow_references import resolved_references
from orchestrator.contract.workflow_types import WorkflowTypes, recheck_types

MAX_DEFINITION_BYTES = 786_432
"""A workflow travels to a robot in one message of at most 1 MiB, together with its variables."""


def resolve(definition: WorkflowDefinition) -> WorkflowDefinition:
    """The same workflow with every dependency as a step's id; WorkflowError for one that names no step, or two.

    A word that is the id of one step and the name of another means the id.
    """
    resolved, problems = resolved_references(definition)
    if problems:
        raise WorkflowError(problems)
    inner = {name: resolve(each) for name, each in resolved.workflows.items()}
    return resolved.model_copy(update={"workflows": inner}) if inner else resolved


def check(definition: WorkflowDefinition, *, catalogue: Mapping[str, ActionSpec] | None = None) -> list[Problem]:
    """Every mistake that can be seen before a run; empty for a workflow that may be stored and run.

    `catalogue` is what the fleet can do, by name; without it the product's own actions count.
    """
    known = known_actions() if catalogue is None else catalogue
    size = _size(definition)
    return size or _problems(definition, Workflows.of(definition), known)


def _problems(
    definition: WorkflowDefinition, workflows: Workflows, known: Mapping[str, ActionSpec], depth: int = 1
) -> list[Problem]:
    resolved, problems = resolved_references(definition)
    problems += _duplicate_ids(definition)
    problems += _circles(resolved)
    problems += _variables(resolved)
    problems += key_problems(resolved)
    problems += unused_groups(resolved)
    problems += sub_workflow_problems(resolved, workflows)
    words = _Words.of(resolved, workflows)
    for place, step in enumerate(resolved.steps):
        problems += _action(step, f"steps[{place}]", known)
        problems += pattern_problems(step, f"steps[{place}]")
        problems += recheck_problems(step, f"steps[{place}]", known)
        problems += words.check_step(step, f"steps[{place}]")
    problems += words.check_outputs(resolved)
    problems += chain_problems(resolved)
    if depth < MAX_NESTING:
        for name, inner in definition.workflows.items():
            found = _problems(inner, workflows.inside(inner), known, depth + 1)
            problems += [each.model_copy(update={"field": f"workflows.{name}.{each.field}"}) for each in found]
    return problems


def checked(definition: WorkflowDefinition, *, catalogue: Mapping[str, ActionSpec] | None = None) -> WorkflowDefinition:
    """The resolved workflow when it has no mistakes; otherwise WorkflowError with all of them."""
    problems = check(definition, catalogue=catalogue)
    if problems:
        raise WorkflowError(problems)
    return resolve(definition)


def _size(definition: WorkflowDefinition) -> list[Problem]:
    size = len(definition.model_dump_json().encode())
    if size <= MAX_DEFINITION_BYTES:
        return []
    message = f"The workflow has {size:,} bytes as JSON and may have {MAX_DEFINITION_BYTES:,}; keep data in files."
    return [Problem(message=message)]


def _duplicate_ids(definition: WorkflowDefinition) -> list[Problem]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, step in enumerate(definition.steps):
        places[step.id].append(place)
    return [
        Problem(
            message=f"The id {step_id!r} is taken by steps[{first}]; give this step another one.",
            field=f"steps[{place}].id",
            step=step_id,
        )
        for step_id, (first, *others) in places.items()
        for place in others
    ]


def _circles(definition: WorkflowDefinition) -> Iterator[Problem]:
    places = {step.id: place for place, step in enumerate(definition.steps)}
    for path in circles({step.id: step.dependencies for step in definition.steps}):
        shown = path if len(path) <= 12 else [*path[:6], "...", *path[-5:]]
        way = " -> ".join(shown)
        message = f"The steps wait for each other: {way}. Remove one of these dependencies."
        if len(path) == 2:
            message = f"The step waits for itself: {way}. Remove that dependency."
        yield Problem(message=message, field=f"steps[{places[path[0]]}].dependencies", step=path[0])


def _variables(definition: WorkflowDefinition) -> Iterator[Problem]:
    yield from default_problems(definition)
    for place, step in enumerate(definition.steps):
        if step.save_as in RESERVED_NAMES:
            yield Problem(
                message=f"{step.save_as!r} already means something in expressions; save under another name.",
                field=f"steps[{place}].save_as",
                step=step.id,
            )


def _action(step: Step, where: str, catalogue: Mapping[str, ActionSpec]) -> Iterator[Problem]:
    field = f"{where}.action"
    if not step.action:
        yield Problem(message="The step has no action; write `action:` and what it does.", field=field, step=step.id)
        return
    spec = catalogue.get(step.action)
    if spec is None:
        message = f"There is no action {step.action!r}.{_nearest_action(step.action, catalogue)}"
        yield Problem(message=message, field=field, step=step.id)
        return
    for problem in parameter_problems(spec, fan_out_parameters(step, spec)):
        inner = problem.field if problem.field.startswith("[") or not problem.field else f".{problem.field}"
        yield problem.model_copy(update={"field": f"{where}.parameters{inner}", "step": step.id})


def _nearest_action(action: str, catalogue: Mapping[str, ActionSpec]) -> str:
    return nearest(action, list(catalogue)) or " No action is known."


@dataclass(frozen=True, slots=True)
class _Words:
    """What the expressions of one workflow may speak of, and what each step may read."""

    places: Mapping[str, int]
    before: Mapping[str, int]
    declared: frozenset[str]
    savers: Mapping[str, tuple[str, ...]]
    types: WorkflowTypes

    @classmethod
    def of(cls, definition: WorkflowDefinition, workflows: Workflows) -> "_Words":
        savers: defaultdict[str, list[str]] = defaultdict(list)
        for step in definition.steps:
            if step.save_as:
                savers[step.save_as].append(step.id)
        needs = {step.id: step.dependencies for step in definition.steps}
        return cls(
            places={step_id: place for place, step_id in enumerate(needs)},
            before=ancestors(needs),
            declared=frozenset(definition.variables),
            savers={name: tuple(steps) for name, steps in savers.items()},
            types=WorkflowTypes(definition, workflows),
        )

    def check_step(self, step: Step, where: str) -> Iterator[Problem]:
        """Every mistake in the expressions of a step."""
        loop = step.for_each
        names = {*LOOP_NAMES, loop.name} if loop is not None else frozenset[str]()
        yield from self._check_value(step.parameters, f"{where}.parameters", step, names)
        yield from self._check_condition(step.when, f"{where}.when", step)
        yield from self._check_recheck(step, f"{where}.recheck", names)
        if loop is not None:
            problems = list(self._check_value(loop.items, f"{where}.for_each.items", step))
            mistake = "" if problems else self.types.no_list(loop.items)
            yield from problems
            if mistake:
                yield Problem(message=mistake, field=f"{where}.for_each.items", step=step.id)
            yield from self._check_value(loop.aggregate, f"{where}.for_each.aggregate", step, AGGREGATE_NAMES)

    def _check_recheck(self, step: Step, where: str, names: Collection[str]) -> Iterator[Problem]:
        """What the look is given, and what is made of it, which alone sees what was read."""
        recheck = step.recheck
        if recheck is None:
            return
        yield from self._check_value(recheck.parameters, f"{where}.parameters", step, names)
        yield from self._check_value(recheck.url, f"{where}.url", step, names)
        found: Mapping[str, ValueType] = {**dict.fromkeys(names, UNKNOWN), **recheck_types(recheck)}
        yield from self._check_condition(recheck.that, f"{where}.that", step, found)
        yield from self._check_value(recheck.value, f"{where}.value", step, found)

    def check_outputs(self, definition: WorkflowDefinition) -> Iterator[Problem]:
        """Every mistake in the expressions of the outputs and of `until`, which may read all steps."""
        for name, value in definition.outputs.items():
            yield from self._check_value(value, f"outputs.{name}", None)
        yield from self._check_condition(definition.until, "until", None)
        yield from self._check_condition(definition.repeat_while, "while", None)
        yield from self._check_expectations(definition.expect, "expect", None)
        for place, step in enumerate(definition.steps):
            yield from self._check_expectations(step.expect, f"steps[{place}].expect", step)

    def _check_expectations(self, expected: Sequence[Expectation], where: str, step: Step | None) -> Iterator[Problem]:
        """Expectations are judged at the end of a run, so they may read all steps."""
        for place, each in enumerate(expected):
            field = f"{where}[{place}]"
            found = [*self._check_value(each.rows, f"{field}.rows", None)]
            found += self._check_condition(each.that, f"{field}.that", None)
            if step is None and each.rows is True:
                message = "Whose rows? Write an expression such as ${{ steps.list.result }}."
                found.append(Problem(message=message, field=f"{field}.rows"))
            if step is not None and each.duration == "usual":
                message = "What is usual is known of whole runs; write it in the workflow's `expect`."
                found.append(Problem(message=message, field=f"{field}.duration"))
            yield from (one.model_copy(update={"step": step.id}) if step is not None else one for one in found)

    def _check_condition(
        self, condition: str | None, where: str, step: Step | None, names: Collection[str] = ()
    ) -> Iterator[Problem]:
        if condition is None:
            return
        try:
            text = condition_text(condition)
        except ExpressionError as error:
            yield Problem(message=error.message, field=where, step=step.id if step else None)
            return
        yield from self._check(text, where, step, names)

    def _check_value(
        self, value: JsonValue, where: str, step: Step | None, names: Collection[str] = ()
    ) -> Iterator[Problem]:
        try:
            found = list(find_expressions(value, where))
        except ExpressionError as error:
            yield Problem(message=error.message, field=where, step=step.id if step else None)
            return
        for each in found:
            yield from self._check(each.text, each.path, step, names)

    def _check(self, text: str, field: str, step: Step | None, names: Collection[str] = ()) -> Iterator[Problem]:
        problem = check_expression(text, self.places.keys(), self.declared | self.savers.keys(), names)
        if problem is not None:
            yield problem.model_copy(update={"field": field, "step": step.id if step else None})
            return
        messages = list(self._read_too_early(text, step)) if step is not None and step.id in self.before else []
        mistake = self.types.mistake_in(text, names)
        if mistake and not messages:
            messages = [f"In `{short(text)}`: {mistake}"]
        for message in messages:
            yield Problem(message=message, field=field, step=step.id if step else None)

    def _read_too_early(self, text: str, step: Step) -> Iterator[str]:
        """A step may only read what is certainly there: of steps before it, and what they save."""
        read = references(text)
        for other in sorted(read.steps):
            if not self._comes_before(other, step.id):
                yield f"The step reads steps.{other} but does not wait for it; add {other!r} to its dependencies."
        for name in sorted((read.variables | read.names) - self.declared):
            makers = self.savers.get(name, ())
            if makers and not any(self._comes_before(maker, step.id) for maker in makers):
                yield (
                    f"The step reads {name!r} but does not wait for {makers[0]!r}, which saves it; "
                    f"add {makers[0]!r} to its dependencies."
                )

    def _comes_before(self, other: str, step_id: str) -> bool:
        return bool(self.before[step_id] >> self.places[other] & 1)
