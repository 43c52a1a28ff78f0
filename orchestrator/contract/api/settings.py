"""Settings that may change while the orchestrator runs."""

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.ids import JsonValue


class SettingView(View):
    """One setting."""

    name: str
    value: JsonValue = None
    given: JsonValue = None
    """What arguments, environment, file or default say; the value after a reset."""
    is_changed: bool = False
    """True when it was changed while the orchestrator ran; that is kept over restarts."""
    meaning: str = ""


class ChangeSettingsRequest(Request):
    """`PATCH /settings`: all of them, or none."""

    values: dict[str, JsonValue] = Field(min_length=1, max_length=100)
