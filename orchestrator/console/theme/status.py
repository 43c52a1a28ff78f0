"""What every state looks like: an icon, a tone and a word, never colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr


@dataclass(frozen=True, slots=True)
class StatusSpec:
    """Icon name, tone and word of one state."""

    icon: str
    tone: Tone
    label: str


JOB_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "PENDING": StatusSpec("clock", Tone.MUTED, tr("Pending")),
        "QUEUED": StatusSpec("circle-dashed", Tone.MUTED, tr("Queued")),
        "DISPATCHED": StatusSpec("send", Tone.INFO, tr("Dispatched")),
        "RUNNING": StatusSpec("loader", Tone.ACCENT, tr("Running")),
        "PAUSED": StatusSpec("circle-pause", Tone.WARNING, tr("Paused")),
        "WAITING_FOR_HUMAN": StatusSpec("hand", Tone.WARNING, tr("Needs a person")),
        "LOST": StatusSpec("unplug", Tone.DANGER, tr("Lost")),
        "CANCELLING": StatusSpec("circle-slash", Tone.WARNING, tr("Cancelling")),
        "COMPLETED": StatusSpec("circle-check", Tone.SUCCESS, tr("Completed")),
        "FAILED": StatusSpec("circle-x", Tone.DANGER, tr("Failed")),
        "CANCELLED": StatusSpec("ban", Tone.MUTED, tr("Cancelled")),
        "TIMEOUT": StatusSpec("timer-off", Tone.DANGER, tr("Timed out")),
        "DEAD_LETTER": StatusSpec("skull", Tone.DANGER, tr("Dead letter")),
    }
)

ROBOT_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "online": StatusSpec("circle-check", Tone.SUCCESS, tr("Online")),
        "busy": StatusSpec("loader", Tone.ACCENT, tr("Busy")),
        "offline": StatusSpec("power", Tone.MUTED, tr("Offline")),
        "lost": StatusSpec("unplug", Tone.DANGER, tr("Lost")),
        "draining": StatusSpec("hourglass", Tone.WARNING, tr("Draining")),
    }
)

GROUP_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "open": StatusSpec("circle-x", Tone.DANGER, tr("Open", "a state")),
        "reopened": StatusSpec("rotate-cw", Tone.WARNING, tr("Came back")),
        "solved": StatusSpec("circle-check", Tone.SUCCESS, tr("Solved")),
    }
)

STEP_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "pending": StatusSpec("circle-dashed", Tone.MUTED, tr("Pending")),
        "running": StatusSpec("loader", Tone.ACCENT, tr("Running")),
        "retrying": StatusSpec("rotate-cw", Tone.WARNING, tr("Trying again")),
        "completed": StatusSpec("circle-check", Tone.SUCCESS, tr("Completed")),
        "failed": StatusSpec("circle-x", Tone.DANGER, tr("Failed")),
        "skipped": StatusSpec("circle-slash", Tone.MUTED, tr("Skipped")),
    }
)


def job_status(state: str) -> StatusSpec:
    """The look of a job's state; a state of a newer engine shows as its own word."""
    return JOB_STATES.get(state.upper()) or _unknown(state)


def robot_status(state: str) -> StatusSpec:
    """The look of a robot's state; a state of a newer engine shows as its own word."""
    return ROBOT_STATES.get(state.lower()) or _unknown(state)


def step_status(state: str) -> StatusSpec:
    """The look of a step's state; a state of a newer engine shows as its own word."""
    return STEP_STATES.get(state.lower()) or _unknown(state)


def group_status(state: str) -> StatusSpec:
    """The look of a group of failures; a state of a newer engine shows as its own word."""
    return GROUP_STATES.get(state) or _unknown(state)


def _unknown(state: str) -> StatusSpec:
    return StatusSpec("circle-help", Tone.MUTED, state.replace("_", " ").capitalize())
