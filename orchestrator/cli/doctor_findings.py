"""What a look of `botswain doctor` gives."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Health(StrEnum):
    """How one thing stands."""

    OK = "ok"
    WARN = "warn"
    """Botswain works, but not all of it."""
    FAIL = "fail"


class Finding(BaseModel):
    """What one look gave."""

    model_config = ConfigDict(frozen=True)

    subject: str
    health: Health
    text: str
    advice: str = ""
    """What to do about it."""
