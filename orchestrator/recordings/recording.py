"""What an import gives, and how it refuses."""

from dataclasses import dataclass

from orchestrator.contract.api.recordings import Gap, RecordingKind, Remark
from orchestrator.contract.errors import UserError
from orchestrator.contract.workflow import WorkflowDefinition


class RecordingError(UserError):
    """The text is no recording that can be read, or the wish does not fit it."""


class NotCarriedOverError(Exception):
    """One command of a recording has no counterpart; `why` is a sentence for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which part of a recording is meant, when there are several, and how the workflow is called."""

    test: str | None = None
    suite: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where in a recording something stands."""

    place: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRecording:
    """A workflow, and what it lacks of its recording."""

    kind: RecordingKind
    definition: WorkflowDefinition
    gaps: tuple[Gap, ...]
    remarks: tuple[Remark, ...]
