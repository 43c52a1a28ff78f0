"""The columns of a table of checkpoints."""

from collections.abc import Mapping
from types import MappingProxyType

from orchestrator.console.formatting import byte_size
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.contract.checkpoints import CheckpointKind, CheckpointView

_LOOKS: Mapping[CheckpointKind, StatusSpec] = MappingProxyType(
    {
        CheckpointKind.AUTOMATIC: StatusSpec("clock", Tone.MUTED, tr("Automatic")),
        CheckpointKind.MANUAL: StatusSpec("hand", Tone.INFO, tr("By hand")),
        CheckpointKind.RECOVERY: StatusSpec("rotate-cw", Tone.INFO, tr("Recovery")),
        CheckpointKind.MILESTONE: StatusSpec("bookmark", Tone.SUCCESS, tr("Milestone")),
        CheckpointKind.ERROR: StatusSpec("circle-x", Tone.DANGER, tr("Before the error")),
    }
)


def checkpoint_columns() -> tuple[ColumnSpec[CheckpointView], ...]:
    """Why, when, how far, how large."""
    return (
        ColumnSpec(key="kind", title=tr("Taken"), value=lambda each: _LOOKS[each.facts.kind], kind=CellKind.STATUS,
                   width=144),
        ColumnSpec(key="at", title=tr("When"), value=lambda each: each.facts.taken_at, kind=CellKind.TIME, width=96),
        ColumnSpec(key="attempt", title=tr("Attempt"), value=lambda each: str(each.facts.attempt), kind=CellKind.NUMBER,
                   width=72, spare=2),
        ColumnSpec(key="done", title=tr("Done"), value=_done, width=110, stretches=True, tooltip=_which),
        ColumnSpec(key="size", title=tr("Size"), value=lambda each: byte_size(each.size),
                   kind=CellKind.NUMBER, width=80,
                   spare=1),
    )  # fmt: skip


def _done(view: CheckpointView) -> str:
    return tr("{number} of {total} steps", number=len(view.facts.done), total=view.facts.total)


def _which(view: CheckpointView) -> str:
    done = ", ".join(view.facts.done) or tr("nothing yet")
    return "\n".join(part for part in (view.facts.note, tr("Done: {done}", done=done)) if part)
