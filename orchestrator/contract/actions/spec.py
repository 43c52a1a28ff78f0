"""What is known of an action without running it: name, parameters, and what a repeat of it does."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ActionGroup(StrEnum):
    """Where an action stands in a palette."""

    SESSION = "session"
    NAVIGATE = "navigate"
    INTERACT = "interact"
    READ = "read"
    DATA = "data"
    CONTROL = "control"
    MARKETPLACE = "marketplace"
    OTHER = "other"


class Parameters(BaseModel):
    """Base of every action's parameters: unknown names are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One entry of the vocabulary."""

    name: str
    group: ActionGroup
    summary: str
    """One sentence for a palette and the documentation."""
    parameters: type[Parameters]
    result: str
    """What the step's value is, in one sentence."""
    needs_browser: bool = True
    safe_to_repeat: bool = True
    """False for actions that change something outside: after a crash inside one, a person decides."""
    waits_for_person: bool = False
    """True for actions that end when a person acts: neither the step's nor the job's time runs meanwhile."""
    waits_for_orchestrator: bool = False
    """True for actions that end when the orchestrator has answered: an outage takes none of the step's time."""
    exclusive_session: bool = True
    """False for actions that look after several sessions themselves: they do not hold the step's own one."""
