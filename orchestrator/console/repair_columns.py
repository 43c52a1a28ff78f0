"""The columns of the table of repairs, and the words about one."""

from orchestrator.console.formatting import count, exact_time
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.contract.api.repairs import RepairView

_LOOKS = {
    "fallback": StatusSpec("triangle-alert", Tone.WARNING, tr("Falls back")),
    "not_found": StatusSpec("circle-x", Tone.DANGER, tr("Not found")),
}


def repair_look(repair: RepairView) -> StatusSpec:
    """Why it wants a repair; a cause of a newer engine shows as its own word."""
    known = _LOOKS.get(repair.cause)
    return known or StatusSpec("circle-help", Tone.MUTED, repair.cause.replace("_", " ").capitalize())


def repair_columns() -> tuple[ColumnSpec[RepairView], ...]:
    """Why, where, what finds nothing any more, what is proposed, how often."""
    return (
        ColumnSpec(key="cause", title=tr("Why"), value=repair_look, kind=CellKind.STATUS, width=116, sort_key="cause"),
        ColumnSpec(key="workflow", title=tr("Workflow"), value=lambda each: each.workflow_name, width=150,
                   sort_key="workflow"),
        ColumnSpec(key="step", title=tr("Step"), value=lambda each: each.step_id, kind=CellKind.MONO, width=112,
                   muted=True, sort_key="step", spare=2),
        ColumnSpec(key="before", title=tr("Finds nothing"), value=lambda each: each.before[0], kind=CellKind.MONO,
                   width=170, muted=True, spare=3),
        ColumnSpec(key="after", title=tr("Proposed"), value=lambda each: each.after[0], kind=CellKind.MONO, width=200,
                   stretches=True, tooltip=lambda each: each.confidence),
        ColumnSpec(key="runs", title=tr("Runs"), value=lambda each: count(each.runs), kind=CellKind.NUMBER, width=70,
                   sort_key="runs", spare=1),
        ColumnSpec(key="seen", title=tr("Last seen"), value=lambda each: each.last_seen_at, kind=CellKind.TIME,
                   width=104, sort_key="seen",
                   tooltip=lambda each: tr("First seen {time}", time=exact_time(each.first_seen_at))),
    )  # fmt: skip


REPAIR_SORTERS = {
    "cause": lambda each: each.cause,
    "workflow": lambda each: each.workflow_name.lower(),
    "step": lambda each: each.step_id,
    "runs": lambda each: each.runs,
    "seen": lambda each: each.last_seen_at,
}


def repair_words(each: RepairView) -> str:
    """What a search looks into."""
    return " ".join((each.workflow_name, each.step_id, *each.before, *each.after, each.found))
