"""Errors of Playwright's after which nothing more can be asked of a page."""

from playwright.async_api import Error as PlaywrightError


def is_lost(error: PlaywrightError) -> bool:
    """True when the page, its frame or its browser is gone; what else fails may be the element's own trouble."""
    return "has been closed" in error.message or "crashed" in error.message
