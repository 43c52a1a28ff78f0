"""What every state looks like: an icon, a tone and a word, never colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.console.theme.tokens import Tone


@dataclass(frozen=True, slots=True)
class StatusSpec:
    """Icon name, tone and word of one state."""

    icon: str
    tone: Tone
    label: str


JOB_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "PENDING": StatusSpec("clock", Tone.MUTED, "Pending"),
        "QUEUED": StatusSpec("circle-dashed", Tone.MUTED, "Queued"),
        "DISPATCHED": StatusSpec("send", Tone.INFO, "Dispatched"),
        "RUNNING": StatusSpec("loader", Tone.ACCENT, "Running"),
        "PAUSED": StatusSpec("circle-pause", Tone.WARNING, "Paused"),
        "WAITING_FOR_HUMAN": StatusSpec("hand", Tone.WARNING, "Needs a person"),
        "LOST": StatusSpec("unplug", Tone.DANGER, "Lost"),
        "CANCELLING": StatusSpec("circle-slash", Tone.WARNING, "Cancelling"),
        "COMPLETED": StatusSpec("circle-check", Tone.SUCCESS, "Completed"),
        "FAILED": StatusSpec("circle-x", Tone.DANGER, "Failed"),
        "CANCELLED": StatusSpec("ban", Tone.MUTED, "Cancelled"),
        "TIMEOUT": StatusSpec("timer-off", Tone.DANGER, "Timed out"),
        "DEAD_LETTER": StatusSpec("skull", Tone.DANGER, "Dead letter"),
    }
)

ROBOT_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "online": StatusSpec("circle-check", Tone.SUCCESS, "Online"),
        "busy": StatusSpec("loader", Tone.ACCENT, "Busy"),
        "offline": StatusSpec("power", Tone.MUTED, "Offline"),
        "lost": StatusSpec("unplug", Tone.DANGER, "Lost"),
        "draining": StatusSpec("hourglass", Tone.WARNING, "Draining"),
    }
)

GROUP_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "open": StatusSpec("circle-x", Tone.DANGER, "Open"),
        "reopened": StatusSpec("rotate-cw", Tone.WARNING, "Came back"),
        "solved": StatusSpec("circle-check", Tone.SUCCESS, "Solved"),
    }
)

STEP_STATES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "pending": StatusSpec("circle-dashed", Tone.MUTED, "Pending"),
        "running": StatusSpec("loader", Tone.ACCENT, "Running"),
        "retrying": StatusSpec("rotate-cw", Tone.WARNING, "Trying again"),
        "completed": StatusSpec("circle-check", Tone.SUCCESS, "Completed"),
        "failed": StatusSpec("circle-x", Tone.DANGER, "Failed"),
        "skipped": StatusSpec("circle-slash", Tone.MUTED, "Skipped"),
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
