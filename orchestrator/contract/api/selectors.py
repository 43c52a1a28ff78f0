"""The health of selectors: which locators runs use, and which targets want a repair."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class SelectorView(BaseModel):
    """One step's target that has several locators."""

    model_config = ConfigDict(frozen=True)

    workflow_id: str
    workflow_name: str
    step_id: str
    locators: tuple[str, ...]
    """In the order in which they are tried."""
    uses: int
    """Newest runs that are counted."""
    fallbacks: int
    """How many of them needed a later locator."""
    newest: str
    """The locator that worked last."""
    is_falling_back: bool
    """True when many of the newest runs did."""
    used_at: datetime | None
