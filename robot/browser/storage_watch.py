"""A session's login as it goes along: read cheaply after steps that led elsewhere, and put together over sites.

Playwright's own `storage_state()` opens a page for each site that no page shows any more; after every address that
would cost more than the steps themselves. Checkpoints, which are rarer, still use it.
"""

import asyncio
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from orchestrator.contract.ids import JsonValue
from robot.browser.limits import limited
from robot.browser.session import Session

COOKIES_LIMIT_S = 5.0
PAGE_LIMIT_S = 1.0
"""A page that hangs is not waited for: what is missed then is read the next time."""


async def storage_seen(session: Session, before: Mapping[str, JsonValue] | None) -> dict[str, JsonValue]:
    """The session's cookies and the local storage of the site where it is, put over what was known of other sites."""
    cookies, here = await asyncio.gather(
        limited(session.context.cookies(), COOKIES_LIMIT_S, "Reading the session's cookies"), _of_page(session.page)
    )
    known = before.get("origins") if before else None
    others = known if isinstance(known, list) else []
    if here is not None:
        others = [each for each in others if not isinstance(each, dict) or each.get("origin") != here["origin"]]
    plain = [cast("dict[str, JsonValue]", dict(each)) for each in cookies]
    return {"cookies": list(plain), "origins": [*others, here] if here and here["localStorage"] else others}


def is_same_site(one: str, other: str) -> bool:
    """True when two addresses share their local storage."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def origin_of(url: str) -> str | None:
    """What a page at this address calls its origin; None for one that keeps nothing, such as an empty page."""
    scheme, place = urlsplit(url)[:2]
    return f"{scheme}://{place.rpartition('@')[2]}" if scheme in {"http", "https"} else None


async def _of_page(page: Page) -> dict[str, JsonValue] | None:
    """None for a page that has none, is on its way elsewhere, or does not answer."""
    origin = origin_of(page.url)
    try:
        async with asyncio.timeout(PAGE_LIMIT_S):
            items = await page.local_storage.items() if origin else []
    except (TimeoutError, PlaywrightError):
        return None
    if not origin or origin_of(page.url) != origin:
        return None
    return {"origin": origin, "localStorage": [{"name": each["name"], "value": each["value"]} for each in items]}
