"""The columns of the tables of failures and of dead letters."""

from orchestrator.console.contract_words import kind_words
from orchestrator.console.formatting import NOTHING, count, exact_time
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.theme.status import StatusSpec, group_status
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.contract.api.operations import DeadLetterView, FailureGroupView, FailurePlaceView

_SAFE = StatusSpec("circle-check", Tone.SUCCESS, tr("Safe"))
_UNSAFE = StatusSpec("triangle-alert", Tone.WARNING, tr("Look first"))
RETRYABLE = "retryable"
"""The state, beside its own, of a group of which jobs stand failed now."""


def failure_states(group: FailureGroupView) -> frozenset[str]:
    """What the commands go by."""
    return frozenset({group.state}) | (frozenset({RETRYABLE}) if group.failed_now else frozenset())


def workflow_of(group: FailureGroupView) -> str:
    """Where it was seen last; empty when nothing is known of it."""
    return group.places[0].workflow_name if group.places else ""


def failure_columns() -> tuple[ColumnSpec[FailureGroupView], ...]:
    """State first, then what it says, where it happened, how often."""
    return (
        ColumnSpec(key="state", title=tr("State"), value=lambda each: group_status(each.state), kind=CellKind.STATUS,
                   width=116, sort_key="state"),
        ColumnSpec(key="message", title=tr("Message"), value=lambda each: each.sample, width=240, stretches=True,
                   sort_key="message"),
        ColumnSpec(key="workflow", title=tr("Workflow"), value=lambda each: workflow_of(each) or NOTHING, width=148,
                   sort_key="workflow", spare=1),
        ColumnSpec(key="step", title=tr("Step"), value=lambda each: each.step_id or NOTHING, kind=CellKind.MONO,
                   width=112,
                   muted=True, sort_key="step", spare=4),
        ColumnSpec(key="kind", title=tr("Kind"), value=lambda each: kind_words(each.kind), width=130, muted=True,
                   sort_key="kind", spare=3),
        ColumnSpec(key="now", title=tr("Failed now"), value=lambda each: count(each.failed_now), kind=CellKind.NUMBER,
                   width=92, sort_key="now"),
        ColumnSpec(key="count", title=tr("Times"), value=lambda each: count(each.count), kind=CellKind.NUMBER, width=70,
                   tooltip=lambda each: tr("First seen {time}", time=exact_time(each.first_seen_at)), sort_key="count",
                   spare=2),
        ColumnSpec(key="seen", title=tr("Last seen"), value=lambda each: each.last_seen_at, kind=CellKind.TIME,
                   width=104,
                   sort_key="seen"),
    )  # fmt: skip


FAILURE_SORTERS = {
    "state": lambda each: ("reopened", "open", "solved").index(each.state),
    "message": lambda each: each.sample.lower(),
    "workflow": lambda each: workflow_of(each).lower(),
    "step": lambda each: each.step_id,
    "kind": lambda each: each.kind.value,
    "now": lambda each: each.failed_now,
    "count": lambda each: each.count,
    "seen": lambda each: each.last_seen_at,
}


def letter_columns() -> tuple[ColumnSpec[DeadLetterView], ...]:
    """Whether it may simply be retried, what it is, what happened, what would be wise."""
    return (
        ColumnSpec(key="safe", title=tr("Repeat"), value=lambda each: _SAFE if each.is_safe_to_repeat else _UNSAFE,
                   kind=CellKind.STATUS, width=112, sort_key="safe",
                   tooltip=lambda each: tr("It can be repeated without harm.") if each.is_safe_to_repeat
                   else tr("A step that is not safe to repeat may have been done.")),
        ColumnSpec(key="workflow", title=tr("Workflow"), value=lambda each: each.job.workflow_name, width=152,
                   sort_key="workflow"),
        ColumnSpec(key="what", title=tr("What happened"), value=what_happened, width=200, stretches=True,
                   sort_key="what"),
        ColumnSpec(key="advice", title=tr("Advice"), value=lambda each: each.advice, width=220, muted=True, spare=2),
        ColumnSpec(key="step", title=tr("Cut off in"), value=cut_off_words, width=150, spare=1),
        ColumnSpec(key="robot", title=tr("Robot"), value=lambda each: each.job.robot_name or NOTHING, width=100,
                   muted=True,
                   spare=3),
        ColumnSpec(key="at", title=tr("Since"), value=lambda each: each.job.changed_at, kind=CellKind.TIME, width=100,
                   sort_key="at"),
    )  # fmt: skip


LETTER_SORTERS = {
    "safe": lambda each: each.is_safe_to_repeat,
    "workflow": lambda each: each.job.workflow_name.lower(),
    "what": lambda each: what_happened(each).lower(),
    "at": lambda each: each.job.changed_at,
}


def what_happened(letter: DeadLetterView) -> str:
    """The error's message, or what is known instead of one."""
    return letter.job.error.message if letter.job.error else tr("It was given up.")


def cut_off_words(letter: DeadLetterView) -> str:
    """The steps that were in the middle."""
    return ", ".join(step.name or step.step_id for step in letter.cut_off) or NOTHING


def place_columns() -> tuple[ColumnSpec[FailurePlaceView], ...]:
    """Which version of which workflow, on which robot, how often."""
    return (
        ColumnSpec(key="workflow", title=tr("Workflow"), value=lambda each: each.workflow_name, width=130,
                   stretches=True),
        ColumnSpec(key="version", title=tr("Version"), value=lambda each: each.workflow_hash[:8], kind=CellKind.MONO,
                   width=84, muted=True, spare=1),
        ColumnSpec(key="robot", title=tr("Robot"), value=lambda each: each.robot_name or NOTHING, width=96),
        ColumnSpec(key="count", title=tr("Times"), value=lambda each: count(each.count), kind=CellKind.NUMBER,
                   width=60),
        ColumnSpec(key="seen", title=tr("Last seen"), value=lambda each: each.last_seen_at, kind=CellKind.TIME,
                   width=92),
    )  # fmt: skip


def place_id(place: FailurePlaceView) -> str:
    """What tells a place from the others of its group."""
    return f"{place.workflow_id} {place.workflow_hash} {place.robot_id}"
