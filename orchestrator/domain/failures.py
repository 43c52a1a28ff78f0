"""What makes two failures the same: the step, the kind of error, and its message without what differs each time."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import RobotId, WorkflowHash, WorkflowId

MOST_LOOKED_AT = 2_000
"""Characters of a message: what is behind them rarely says what went wrong."""
MOST_KEPT = 500

_CHANGING = (
    (re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE), "<url>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<address>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\"[^\"\n]*\"|(?<!\w)'[^'\n]*'(?!\w)|`[^`\n]*`|“[^”\n]*”|«[^»\n]*»"), "<text>"),
    (re.compile(r"(?<!\w)(?:/[\w.@~-]+){2,}/?"), "<path>"),
    (re.compile(r"\b(?=[0-9a-z]*\d)[0-9a-f]{8,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?:0x[0-9a-f]+|\d+(?:[.,:]\d+)*)", re.IGNORECASE), "<n>"),
)
"""In this order: what is inside an address or a quotation is not looked at again."""
_SPACES = re.compile(r"\s+")


def normalised(message: str) -> str:
    """A message with placeholders for addresses, ids, quotations, paths and numbers, on one line."""
    text = message[:MOST_LOOKED_AT]
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return _SPACES.sub(" ", text).strip()[:MOST_KEPT]


def step_of(error: ErrorInfo, current_step: str) -> str:
    """The step that failed: as the error says it or, when a robot vanished, the one that was running."""
    return error.step_id or current_step


def fingerprint(error: ErrorInfo, current_step: str = "") -> str:
    """The name of the group that a failure belongs to: 16 hex digits."""
    said = "\x00".join((step_of(error, current_step), error.kind.value, normalised(error.message)))
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:16]


class GroupState(StrEnum):
    """What people have said of a group."""

    OPEN = "open"
    SOLVED = "solved"
    REOPENED = "reopened"
    """It was solved, and came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailurePlace:
    """Where failures of a group happened: a version of a workflow on a robot."""

    workflow_id: WorkflowId
    workflow_name: str
    workflow_hash: WorkflowHash
    robot_id: RobotId | None
    count: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Failures with one fingerprint."""

    fingerprint: str
    step_id: str
    kind: ErrorKind
    message: str
    """With placeholders."""
    sample: str
    """The newest message as it was."""
    first_seen_at: datetime
    last_seen_at: datetime
    count: int
    """Failures ever; a job that failed twice counts twice."""
    state: GroupState = GroupState.OPEN
    changed_at: datetime | None = None
    changed_by: str = ""
    note: str = ""
    failed_now: int = 0
    """Jobs that stand failed now and could be retried."""
    places: tuple[FailurePlace, ...] = ()
