"""Many jobs at once: which words the question has, and what it asks the engine for."""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtWidgets import QWidget

from orchestrator.console.dialogs.bulk import BulkDialog, BulkWords
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import BulkFilterRequest, BulkRequest
from orchestrator.contract.states import JobPriority

BulkKind = Literal["cancel", "retry", "priority"]
MOST_IDS = 1_000

_WORDS: dict[BulkKind, BulkWords] = {
    "cancel": BulkWords(
        title=tr("Cancel these jobs?"),
        explanation=tr("What runs is stopped and its work is lost; Undo queues the jobs again."),
        verb=tr("Cancel"),
        is_grave=True,
    ),
    "retry": BulkWords(
        title=tr("Retry these jobs?"),
        explanation=tr("Each gets a new attempt and starts as soon as a robot is free."),
        verb=tr("Retry"),
    ),
    "priority": BulkWords(
        title=tr("Change the priority of these jobs?"),
        explanation=tr("Jobs that wait start in the order of their priority; those that run go on as they are."),
        verb=tr("Change"),
    ),
}


def wanted_jobs(job_ids: Sequence[str], fitting: BulkFilterRequest | None) -> BulkFilterRequest:
    """All that fit, or these; the engine takes at most 1,000 by their ids."""
    return fitting if fitting is not None else BulkFilterRequest(job_ids=tuple(job_ids[:MOST_IDS]))


def ask_bulk(
    bench: Workbench, window: QWidget, kind: BulkKind, wanted: BulkFilterRequest, priority: JobPriority | None = None
) -> None:
    """Show what it would touch; the person decides."""
    words = {"cancel": "cancelled", "retry": "retried", "priority": "reprioritised"}[kind]
    request = BulkRequest(action=kind, priority=priority, reason=f"{words} in the console", filter=wanted)
    BulkDialog(bench, request, _WORDS[kind], window).open()
