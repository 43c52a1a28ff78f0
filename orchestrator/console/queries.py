"""From what the user typed and pressed to a question that the engine understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.words import tr
from orchestrator.contract.api.operations import BulkFilterRequest
from orchestrator.contract.states import JobStatus

CHIPS: Mapping[str, frozenset[JobStatus]] = MappingProxyType(
    {
        "running": frozenset({JobStatus.DISPATCHED, JobStatus.RUNNING, JobStatus.CANCELLING}),
        "queued": frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.PAUSED}),
        "attention": frozenset({JobStatus.WAITING_FOR_HUMAN, JobStatus.LOST, JobStatus.DEAD_LETTER}),
        "completed": frozenset({JobStatus.COMPLETED}),
        "failed": frozenset({JobStatus.FAILED, JobStatus.TIMEOUT}),
        "cancelled": frozenset({JobStatus.CANCELLED}),
    }
)
CHIP_WORDS = (
    ("running", tr("Running")),
    ("queued", tr("Queued")),
    ("attention", tr("Needs attention")),
    ("completed", tr("Completed")),
    ("failed", tr("Failed")),
    ("cancelled", tr("Cancelled")),
)
_FIELDS = frozenset({"robot", "workflow", "schedule", "status"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs a table shows; empty fields do not restrict."""

    statuses: frozenset[JobStatus] = frozenset()
    robot: str = ""
    workflow: str = ""
    schedule: str = ""
    text: str = ""

    @property
    def is_open(self) -> bool:
        """True when every job passes."""
        return self == JobFilter()

    def for_bulk(self) -> BulkFilterRequest:
        """The same jobs, for an action on all of them; the engine wants it said when every job is meant."""
        statuses = frozenset(JobStatus) if self.is_open else self.statuses
        return BulkFilterRequest(
            status=tuple(sorted(statuses)),
            workflow=self.workflow or None,
            robot=self.robot or None,
            schedule=self.schedule or None,
            text=self.text,
        )


def job_filter(choice: FilterChoice) -> JobFilter:
    """The filter that chips and text ask for: `robot:web-01 status:timeout salesforce`.

    A `field:value` word with an unknown field is searched for as text.
    """
    fields: dict[str, str] = {}
    words: list[str] = []
    for word in choice.text.split():
        name, separator, value = word.partition(":")
        if separator and value and name.lower() in _FIELDS:
            fields[name.lower()] = value
        else:
            words.append(word)
    return JobFilter(
        statuses=_statuses(choice.chips, fields.get("status", "")),
        robot=fields.get("robot", ""),
        workflow=fields.get("workflow", ""),
        schedule=fields.get("schedule", ""),
        text=" ".join(words),
    )


def chip_counts(by_status: Mapping[str, int]) -> dict[str, int]:
    """How many jobs stand behind each chip."""
    return {chip: sum(by_status.get(status, 0) for status in statuses) for chip, statuses in CHIPS.items()}


def _statuses(chips: frozenset[str], typed: str) -> frozenset[JobStatus]:
    chosen = frozenset[JobStatus]().union(*(CHIPS[chip] for chip in chips))
    named = frozenset(status for status in JobStatus if typed and status.value == typed.lower())
    return chosen | named
