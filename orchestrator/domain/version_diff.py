"""What changed from one version of a workflow to another, in words, the most important first."""

from collections.abc import Iterator, Mapping

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import Step, WorkflowDefinition

LONGEST_VALUE = 60
_STEP_FIELDS = {
    "name": "name",
    "action": "action",
    "dependencies": "what it waits for",
    "when": "condition",
    "timeout_s": "timeout",
    "retry": "retries",
    "critical": "critical",
    "session": "session",
    "safe_to_repeat": "safe to repeat",
    "recheck": "how it is found out whether it has happened",
    "on_doubt": "what happens in doubt",
    "save_as": "variable that takes its value",
    "priority": "priority",
    "parallel_group": "group",
    "milestone": "milestone",
    "description": "description",
}
_NOT_COMPARED = frozenset({"id", "steps", "variables", "outputs", "workflows", "linked"})


def differences(before: WorkflowDefinition, after: WorkflowDefinition) -> tuple[str, ...]:
    """One sentence for each change; none when the content is the same."""
    return (
        *_steps(before, after),
        *_named("variable", _plain(before.variables), _plain(after.variables)),
        *_named("output", before.outputs, after.outputs),
        *_settings(before, after),
        *_inner(before, after),
    )


def _inner(before: WorkflowDefinition, after: WorkflowDefinition) -> Iterator[str]:
    """What changed in the workflows that steps run."""
    for name, new in after.workflows.items():
        old = before.workflows.get(name)
        changes = differences(old, new) if old is not None else ("It was added.",)
        yield from (f"In the workflow {name!r}: {change[0].lower()}{change[1:]}" for change in changes)
    yield from (f"The workflow {name!r} was removed." for name in before.workflows if name not in after.workflows)
    for name, link in after.linked.items():
        known = before.linked.get(name)
        if known is None:
            yield f"{name!r} is run in version {link.number}."
        elif known.number != link.number:
            yield f"{name!r} is run in version {link.number} instead of {known.number}."
        elif known != link:
            yield f"{name!r} runs other versions of what it runs."


def _steps(before: WorkflowDefinition, after: WorkflowDefinition) -> Iterator[str]:
    old, new = {step.id: step for step in before.steps}, {step.id: step for step in after.steps}
    for step_id, step in old.items():
        if step_id not in new:
            yield f"Step {step.title!r} was removed."
    for step_id, step in new.items():
        if step_id not in old:
            yield f"Step {step.title!r} ({step.action}) was added."
        else:
            yield from _step(old[step_id], step)
    kept = [step_id for step_id in old if step_id in new]
    if kept != [step_id for step_id in new if step_id in old]:
        yield "The order of the steps changed."


def _step(before: Step, after: Step) -> Iterator[str]:
    where = f"Step {after.title!r}"
    for field, word in _STEP_FIELDS.items():
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield f"{where}: {word} {_from_to(_json(old), _json(new))}."
    for change in _named("parameter", before.parameters, after.parameters):
        yield f"{where}: {change[0].lower()}{change[1:]}"


def _named(kind: str, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> Iterator[str]:
    for name in before:
        if name not in after:
            yield f"{kind.capitalize()} {name!r} was removed."
    for name, value in after.items():
        if name not in before:
            yield f"{kind.capitalize()} {name!r} was added: {_short(value)}."
        elif before[name] != value:
            yield f"{kind.capitalize()} {name!r} {_from_to(before[name], value)}."


def _settings(before: WorkflowDefinition, after: WorkflowDefinition) -> Iterator[str]:
    for field in WorkflowDefinition.model_fields:
        old, new = getattr(before, field), getattr(after, field)
        if field not in _NOT_COMPARED and old != new:
            yield f"`{field}` {_from_to(_json(old), _json(new))}."


def _from_to(old: JsonValue, new: JsonValue) -> str:
    return f"changed from {_short(old)} to {_short(new)}"


def _plain(variables: Mapping[str, object]) -> dict[str, JsonValue]:
    return {name: _json(variable) for name, variable in variables.items()}


def _json(value: object) -> JsonValue:
    """A field's value as data; models say what differs from their defaults."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case tuple() | list():
            return [_json(each) for each in value]
        case dict():
            return {str(name): _json(each) for name, each in value.items()}
        case _ if hasattr(value, "model_dump"):
            dumped: JsonValue = value.model_dump(mode="json", exclude_defaults=True)
            return dumped
        case _:
            return str(value)


def _short(value: JsonValue) -> str:
    text = _said(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."


def _said(value: JsonValue) -> str:
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={each}" for name, each in value.items())
    return f"{value:g}" if isinstance(value, float) else repr(value)
