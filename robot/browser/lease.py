"""What a provider gives for a session: a context to work in, and what is known of it outside."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playwright.async_api import BrowserContext, Page

from robot.browser.slot import BrowserSlot


class Outcome(StrEnum):
    """How a lease ended, as far as its provider cares."""

    GOOD = "good"
    BROKEN = "broken"
    """It did not answer: what it lives in is suspect too."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lease:
    """One session at its provider."""

    slot: BrowserSlot
    context: BrowserContext
    page: Page
    """The page to begin with; it answers nothing before it was probed."""
    provider: str
    """The kind of provider: `local`, `cdp`, `browserbase`."""
    external_id: str = ""
    """The session's name at the provider; empty where it has none."""
    cdp_url: str | None = None
    """Where others may attach; it opens the session to whoever knows it, so it is never logged."""
    live_view_url: str | None = None
    """Where people can watch."""
    recording_url: str | None = None
    """Where people find the recording afterwards."""
    shared_with: list[Page] | None = None
    """In a context that others use too: the pages that the session has opened there, which are all that it may touch.
    None: everything in the context is the session's."""
    expires_at: datetime | None = None
    """When the provider ends it by itself."""
