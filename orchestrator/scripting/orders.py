"""What a script asks for, as orders for jobs."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pydantic import ValidationError

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority
from orchestrator.contract.workflow import Step

MOST_SESSIONS = 1_000

Variables: TypeAlias = Mapping[str, JsonValue]


def variables_for_each(variables: Variables | Sequence[Variables], sessions: int) -> Sequence[Variables]:
    """The variables of each session: one mapping for all, or one each. UserError for anything else."""
    if not 1 <= sessions <= MOST_SESSIONS:
        raise UserError(f"sessions: it must be 1 to {MOST_SESSIONS}, not {sessions}.", field="sessions")
    if isinstance(variables, Mapping):
        return [variables] * sessions
    if variables and len(variables) != sessions:
        raise UserError(
            f"variables: there are {len(variables)} for {sessions} sessions; give one mapping for all, or one each.",
            field="variables",
        )
    return variables or [{}] * sessions


def job_order(
    workflow_id: str, variables: Variables, priority: JobPriority | str | None, timeout_s: float | None = None
) -> SubmitRequest:
    """Only what is said: the workflow decides the rest. UserError for a value that no job can have."""
    said: dict[str, object] = {"workflow": workflow_id, "variables": dict(variables)}
    if priority is not None:
        said["priority"] = priority_of(priority)
    if timeout_s is not None:
        said["timeout_s"] = timeout_s
    try:
        return SubmitRequest.model_validate(said)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in found["loc"])
        raise UserError(f"{field}: {found['msg']} (it is {found['input']!r:.100}).", field=field) from None


def priority_of(given: JobPriority | str | None) -> JobPriority | None:
    """A priority by its name; UserError for an unknown one."""
    try:
        return JobPriority(given) if given is not None else None
    except ValueError:
        names = ", ".join(each.value for each in JobPriority)
        raise UserError(f"priority: there is no {given!r}; write one of {names}.", field="priority") from None


def plain_step(step: Step | Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """A step as plain data."""
    return step.model_dump(mode="json") if isinstance(step, Step) else dict(step)
