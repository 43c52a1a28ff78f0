"""What a browser session is made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from playwright.async_api import StorageState

from orchestrator.contract.ids import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """What a context is made with."""

    viewport: tuple[int, int] = (1280, 800)
    locale: str | None = None
    timezone: str | None = None
    user_agent: str | None = None
    storage: Mapping[str, JsonValue] | None = None
    """Cookies and local storage to begin with, as `Session.storage()` gave them."""
    pool: str | None = None
    """Name of the robot's pool that it comes from; None: the run's, or the robot's first choice."""


PLAIN = SessionOptions()


def storage_for_playwright(storage: Mapping[str, JsonValue] | None) -> StorageState | None:
    """Storage in Playwright's own type."""
    return cast("StorageState", dict(storage)) if storage is not None else None
