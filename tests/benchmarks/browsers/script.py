"""One list of things to do on the demo site, as steps of a workflow and as a bare Playwright script."""

import time
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from playwright.async_api import Browser, Page

VIEWPORT = (1280, 800)


class Deed(NamedTuple):
    """One thing to do."""

    kind: Literal["goto", "fill", "click", "text", "select", "count"]
    where: str
    value: str = ""


LOGIN = (
    Deed("goto", "/login"),
    Deed("fill", "#email", "demo@ardan.test"),
    Deed("fill", "#password", "demo-pass-1"),
    Deed("click", "[data-testid=login-submit]"),
    Deed("text", "[data-testid=user-name]"),
)
ROUND = (
    Deed("goto", "/jobs"),
    Deed("fill", "#q", "python"),
    Deed("select", "#sort", "score"),
    Deed("click", "[data-testid=search-submit]"),
    Deed("text", "[data-testid=result-count]"),
    Deed("count", "[data-testid=job-card]"),
    Deed("goto", "/profile"),
    Deed("text", "[data-testid=profile-name]"),
    Deed("fill", "#skill", "Rigging"),
    Deed("fill", "#hours_per_week", "20"),
    Deed("select", "#availability", "limited"),
)


def deeds(rounds: int) -> tuple[Deed, ...]:
    """A login, and then rounds of searching and filling."""
    return (*LOGIN, *(ROUND * rounds))


def workflow(todo: Sequence[Deed], site: str) -> dict[str, Any]:
    """The deeds as a user would write them."""
    steps = [{"id": f"s{place}", **_step(deed, site)} for place, deed in enumerate(todo)]
    return {"name": "Deeds", "strategy": "sequential", "steps": steps, "outputs": {}}


def _step(deed: Deed, site: str) -> dict[str, Any]:
    match deed.kind:
        case "goto":
            return {"action": "goto", "parameters": {"url": site + deed.where}}
        case "text":
            return {"action": "extract", "parameters": {"target": deed.where}}
        case "fill" | "select":
            return {"action": deed.kind, "parameters": {"target": deed.where, "value": deed.value}}
        case "click" | "count":
            return {"action": deed.kind, "parameters": {"target": deed.where}}


async def bare_s(browser: Browser, todo: Sequence[Deed], site: str) -> float:
    """Seconds that a script needs which does nothing but these deeds, in a context of its own."""
    began_s = time.perf_counter()
    width, height = VIEWPORT
    context = await browser.new_context(viewport={"width": width, "height": height})
    page = await context.new_page()
    await do_all(page, todo, site)
    took_s = time.perf_counter() - began_s
    await context.close()
    return took_s


async def do_all(page: Page, todo: Sequence[Deed], site: str) -> None:
    """These deeds, and nothing else."""
    for deed in todo:
        await _do(page, deed, site)


async def _do(page: Page, deed: Deed, site: str) -> None:
    match deed.kind:
        case "goto":
            await page.goto(site + deed.where)
        case "fill":
            await page.locator(deed.where).fill(deed.value)
        case "click":
            await page.locator(deed.where).click()
        case "text":
            await page.locator(deed.where).inner_text()
        case "select":
            await page.locator(deed.where).select_option(deed.value)
        case "count":
            await page.locator(deed.where).count()
