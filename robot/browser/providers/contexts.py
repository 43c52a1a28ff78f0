"""Contexts and pages, opened, asked and closed within limits: what every provider does alike."""

import asyncio

from playwright.async_api import Browser, BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from robot.browser.limits import limited
from robot.browser.session_options import (
    SessionOptions,
    login_for_playwright,
    proxy_for_playwright,
    storage_for_playwright,
)

PAGE_LIMIT_S = 10.0
CLOSE_LIMIT_S = 2.0
PROBE_LIMIT_S = 2.0


async def new_context(browser: Browser, options: SessionOptions) -> BrowserContext:
    """A fresh context that is as the options say."""
    width, height = options.viewport
    making = browser.new_context(
        viewport={"width": width, "height": height},
        locale=options.locale,
        timezone_id=options.timezone,
        user_agent=options.user_agent,
        storage_state=storage_for_playwright(options.storage),
        proxy=proxy_for_playwright(options.proxy),
        http_credentials=login_for_playwright(options.http_login),
        accept_downloads=True,
    )
    return await limited(making, PAGE_LIMIT_S, "Opening a browser session")


async def new_page(context: BrowserContext) -> Page:
    """A new page."""
    return await limited(context.new_page(), PAGE_LIMIT_S, "Opening a page")


async def closed(thing: Page | BrowserContext) -> bool:
    """Close it; False when the browser did not manage in time."""
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await thing.close()
    except TimeoutError:
        return False
    except PlaywrightError:
        pass  # closed already
    return True


async def answers(page: Page) -> bool:
    """True when the page still answers; `title()` would do so even on a crashed page."""
    try:
        async with asyncio.timeout(PROBE_LIMIT_S):
            return bool(await page.evaluate("1") == 1)
    except (TimeoutError, PlaywrightError):
        return False
