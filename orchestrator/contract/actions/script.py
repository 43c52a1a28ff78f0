"""Parameters of the action that calls back into the script that started the robot."""

from pydantic import Field

from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.ids import JsonValue

COMPONENTS_VARIABLE = "BOTSWAIN_COMPONENTS"
"""Environment of a robot's process: where its script listens, as `host:port:token`."""
MAX_CALL_BYTES = 4 * 1_048_576
"""Of a call or an answer, each one line of JSON."""


class CallComponent(Parameters):
    """Calls a method of an object of the script."""

    component: str = Field(min_length=1, max_length=200)
    """The name that the script gave its object."""
    operation: str = Field(default="__call__", min_length=1, max_length=200)
    """The method; without it the object itself is called."""
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    """By the names of the method's parameters."""


SCRIPT_ACTIONS = (
    ActionSpec(
        name="script.call",
        group=ActionGroup.OTHER,
        summary="Calls a method of an object of the Python script that runs the workflow.",
        parameters=CallComponent,
        result="What the method returned.",
        needs_browser=False,
        safe_to_repeat=False,
    ),
)
