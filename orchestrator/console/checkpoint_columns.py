"""The columns of a table of checkpoints."""

from collections.abc import Mapping
from types import MappingProxyType

from orchestrator.console.formatting import byte_size
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.contract.checkpoints import CheckpointKind, CheckpointView

_LOOKS: Mapping[CheckpointKind, StatusSpec] = MappingProxyType(
    {
        CheckpointKind.AUTOMATIC: StatusSpec("clock", Tone.MUTED, "Automatic"),
        CheckpointKind.MANUAL: StatusSpec("hand", Tone.INFO, "By hand"),
        CheckpointKind.RECOVERY: StatusSpec("rotate-cw", Tone.INFO, "Recovery"),
        CheckpointKind.MILESTONE: StatusSpec("bookmark", Tone.SUCCESS, "Milestone"),
        CheckpointKind.ERROR: StatusSpec("circle-x", Tone.DANGER, "Before the error"),
    }
)


def checkpoint_columns() -> tuple[ColumnSpec[CheckpointView], ...]:
    """Why, when, how far, how large."""
    return (
        ColumnSpec(key="kind", title="Taken", value=lambda each: _LOOKS[each.facts.kind], kind=CellKind.STATUS,
                   width=144),
        ColumnSpec(key="at", title="When", value=lambda each: each.facts.taken_at, kind=CellKind.TIME, width=96),
        ColumnSpec(key="attempt", title="Attempt", value=lambda each: str(each.facts.attempt), kind=CellKind.NUMBER,
                   width=72, spare=2),
        ColumnSpec(key="done", title="Done", value=_done, width=110, stretches=True, tooltip=_which),
        ColumnSpec(key="size", title="Size", value=lambda each: byte_size(each.size), kind=CellKind.NUMBER, width=80,
                   spare=1),
    )  # fmt: skip


def _done(view: CheckpointView) -> str:
    return f"{len(view.facts.done)} of {view.facts.total} steps"


def _which(view: CheckpointView) -> str:
    done = ", ".join(view.facts.done) or "nothing yet"
    return "\n".join(part for part in (view.facts.note, f"Done: {done}") if part)
