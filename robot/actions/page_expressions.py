"""Waits until an expression over a page is true: woken by what changes there, a slow look being the safety net."""

import asyncio
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.page_expression import PageExpression
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.expressions import ExpressionError
from orchestrator.contract.ids import JsonValue
from robot.actions.locating import page_locator
from robot.browser.limits import limited
from robot.errors import ActionError

TICK_S = 1.0
"""Frames inside a page, and values that scripts set, change without a sign that is heard."""
ASK_LIMIT_S = 2.0
_LOST = ("has been closed", "crashed", "strict mode violation")

_NEXT_CHANGE = """limit => new Promise(resolve => {
  const deaf = () => { observer.disconnect(); events.forEach(each => removeEventListener(each, soon, true)); };
  const done = () => { deaf(); resolve(); };
  let timer = setTimeout(done, limit), isSoon = false;
  const soon = () => { if (!isSoon) { isSoon = true; clearTimeout(timer); timer = setTimeout(done, 20); } };
  const observer = new MutationObserver(soon), events = ["input", "change", "load", "hashchange", "popstate"];
  observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  events.forEach(each => addEventListener(each, soon, true));
})"""
"""Ends soon after the next change of the document: a busy one is looked at fifty times a second at most."""


async def until_true(page: Page, text: str, wait_s: float) -> None:
    """Return once the expression is true. ActionError of kind timeout with what the page had instead."""
    wanted = PageExpression.of(text)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    while True:
        left_s = deadline - loop.time()
        change = loop.create_task(_next_change(page, max(0.05, min(TICK_S, left_s))))
        try:
            seen = await _read(page, wanted)
            if seen is not None and _holds(wanted, seen):
                return
            if left_s <= 0:
                raise ActionError.of(ErrorKind.TIMEOUT, f"Waited in vain for {text}; the page has {seen}"[:2_000])
            await change
        finally:
            change.cancel()
            await asyncio.gather(change, return_exceptions=True)


def _holds(wanted: PageExpression, seen: JsonValue) -> bool:
    try:
        return wanted.holds(seen)
    except ExpressionError:
        return False  # such as a text that is not there yet, and is compared with a number


async def _next_change(page: Page, limit_s: float) -> None:
    """End with the next change, or after the limit; a page on its way to another document is one that changes."""
    try:
        async with asyncio.timeout(limit_s + ASK_LIMIT_S):
            await page.evaluate(_NEXT_CHANGE, limit_s * 1_000)
    except TimeoutError:
        return
    except PlaywrightError as error:
        if any(word in error.message for word in _LOST):
            raise
        with suppress(PlaywrightTimeoutError):
            await page.wait_for_load_state("domcontentloaded", timeout=limit_s * 1_000)


async def _read(page: Page, wanted: PageExpression) -> JsonValue:
    """What the expression speaks of; None for a page between two documents."""
    found: dict[str, JsonValue] = {"url": page.url}
    try:
        if "title" in wanted.plain:
            found["title"] = await limited(page.title(), ASK_LIMIT_S, "Reading the page's title")
        for (what, written), target in wanted.reads.items():
            known = found.setdefault(what, {})
            assert isinstance(known, dict)
            known[written] = await limited(_of_target(page, what, target), ASK_LIMIT_S, f"Reading {written}")
    except PlaywrightError as error:
        if any(word in error.message for word in _LOST):
            raise
        return None
    return found


async def _of_target(page: Page, what: str, target: Target) -> JsonValue:
    for locator in target.locators:
        found = page_locator(page, locator)
        count = await found.count()
        if count:
            return count if what == "count" else await _of_element(found.first, what)
    return 0 if what == "count" else False if what in {"exists", "visible"} else None


async def _of_element(found: PageLocator, what: str) -> JsonValue:
    match what:
        case "exists":
            return True
        case "visible":
            return await found.is_visible()
        case "value":
            return await found.input_value(timeout=ASK_LIMIT_S * 1_000)
        case _:
            return " ".join((await found.inner_text(timeout=ASK_LIMIT_S * 1_000)).split())
