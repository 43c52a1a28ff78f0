"""Parameters of the actions that remember something for later runs: values, and logins of browser sessions."""

from pydantic import Field

from orchestrator.contract.actions.spec import ActionGroup, ActionSpec, Parameters
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.memory import MAX_NAME


class Remember(Parameters):
    """Keeps a value for later runs, of this workflow or another, on any robot."""

    name: str = Field(min_length=1, max_length=MAX_NAME)
    """What it is called; the same name gives it back, and a new value takes the old one's place."""
    value: JsonValue
    """At most 1 MiB of JSON."""


class Recall(Parameters):
    """Gives what an earlier run, or a person, remembered."""

    name: str = Field(min_length=1, max_length=MAX_NAME)
    """What it was called."""
    default: JsonValue = None
    """What counts when nothing is remembered."""


class SaveAuth(Parameters):
    """Keeps the session's login for later runs: cookies and local storage of all its pages."""

    name: str = Field(min_length=1, max_length=MAX_NAME)
    """Name of the account; `session.open` takes it as `auth_profile`."""


REMEMBER_ACTIONS = (
    ActionSpec(
        name="remember",
        group=ActionGroup.DATA,
        summary="Keeps a value for later runs; the orchestrator keeps it, so any robot's run finds it.",
        parameters=Remember,
        result="{is_new, changed, before, added, removed}: whether there was nothing, or something else, and what; "
        "of texts and lists, the lines or entries that are new or gone.",
        needs_browser=False,
    ),
    ActionSpec(
        name="recall",
        group=ActionGroup.DATA,
        summary="Gives what an earlier run remembered under a name.",
        parameters=Recall,
        result="The value, or `default`.",
        needs_browser=False,
    ),
    ActionSpec(
        name="save_auth",
        group=ActionGroup.SESSION,
        summary="Keeps the session's login under a name, sealed, for later runs on any robot.",
        parameters=SaveAuth,
        result="{name, cookies, origins, expires_at}: how much it is, and when the first cookie that has an end ends.",
    ),
)
