"""The columns of a table of steps."""

from datetime import timedelta

from orchestrator.console.formatting import NOTHING, duration
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.theme.status import step_status
from orchestrator.console.words import tr
from orchestrator.contract.api.jobs import StepView


def step_columns() -> tuple[ColumnSpec[StepView], ...]:
    """State, name, how long, how often, and what it said."""
    return (
        ColumnSpec(
            key="status", title=tr("Status"), value=lambda s: step_status(s.status), kind=CellKind.STATUS, width=116
        ),
        ColumnSpec(key="name", title=tr("Step"), value=lambda s: s.name or s.step_id, width=150, stretches=True),
        ColumnSpec(key="duration", title=tr("Duration"), value=_duration, kind=CellKind.NUMBER, width=82),
        ColumnSpec(
            key="attempts",
            title=tr("Tries"),
            value=lambda s: str(s.attempts) if s.attempts else NOTHING,
            kind=CellKind.NUMBER,
            width=64,
            spare=1,
        ),
        ColumnSpec(
            key="action",
            title=tr("Action"),
            value=lambda s: s.action,
            kind=CellKind.MONO,
            width=160,
            muted=True,
            spare=3,
        ),
        ColumnSpec(key="message", title=tr("Message"), value=lambda s: s.message, width=200, muted=True, spare=2),
    )


def _duration(step: StepView) -> str:
    return duration(timedelta(seconds=step.duration_s) if step.duration_s is not None else None)


def definition_columns() -> tuple[ColumnSpec[StepView], ...]:
    """A definition has no states: name, action, what it waits for, its condition."""
    return (
        ColumnSpec(key="name", title=tr("Step"), value=lambda s: s.name, width=200, stretches=True),
        ColumnSpec(key="action", title=tr("Action"), value=lambda s: s.action, kind=CellKind.MONO, width=180),
        ColumnSpec(key="needs", title=tr("After"), value=lambda s: ", ".join(s.dependencies), width=200, muted=True),
        ColumnSpec(
            key="condition",
            title=tr("If"),
            value=lambda s: s.message,
            kind=CellKind.MONO,
            width=160,
            muted=True,
            spare=1,
        ),
    )
