"""What a person does in a run's page: mouse, keys, text, and the buttons of a browser."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import assert_never

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from orchestrator.contract.live import (
    InputEvent,
    KeyEvent,
    NavigateEvent,
    PointerEvent,
    TabEvent,
    TextEvent,
    WheelEvent,
)
from robot.browser.session import Session
from robot.errors import ActionError

EVENT_LIMIT_S = 5.0
NAVIGATION_LIMIT_S = 30.0

Address = Callable[[str, str], Awaitable[str]]
"""An address that a person typed, seen from the page's own one, made absolute and checked by the run's policy."""


async def act(session: Session, events: Sequence[InputEvent], *, address: Address) -> str:
    """Do it, in order; why it stopped, or nothing. Texts never come back in what is said."""
    for event in events:
        limit_s = NAVIGATION_LIMIT_S if isinstance(event, NavigateEvent) else EVENT_LIMIT_S
        try:
            async with asyncio.timeout(limit_s):
                await _do(session, event, address)
        except TimeoutError:
            return f"The page did not take the {event.kind} within {limit_s:g} s: it is busy with itself, or hangs."
        except ActionError as error:
            return error.info.message[:900]
        except PlaywrightError as error:
            return f"The page did not take the {event.kind}: {error.message.partition(chr(10))[0][:800]}"
    session.life.seen()
    return ""


async def _do(session: Session, event: InputEvent, address: Address) -> None:
    page = session.page
    match event:
        case PointerEvent():
            await _point(page, event)
        case WheelEvent():
            await page.mouse.move(*await _place(page, event.x, event.y))
            await page.mouse.wheel(event.dx, event.dy)
        case KeyEvent():
            await _press(page, event)
        case TextEvent():
            await page.keyboard.insert_text(event.text)
        case NavigateEvent():
            await _navigate(page, event, address)
        case TabEvent():
            await _turn_to_tab(session, event.index)
        case _ as never:
            assert_never(never)


async def _point(page: Page, event: PointerEvent) -> None:
    await page.mouse.move(*await _place(page, event.x, event.y))
    if event.what == "down":
        await page.mouse.down(button=event.button, click_count=event.clicks)
    elif event.what == "up":
        await page.mouse.up(button=event.button, click_count=event.clicks)


async def _place(page: Page, x: float, y: float) -> tuple[float, float]:
    """CSS pixels inside the page, never on its far edge, which is outside."""
    size = page.viewport_size
    width, height = (size["width"], size["height"]) if size else await page.evaluate("[innerWidth, innerHeight]")
    return min(x * width, width - 1), min(y * height, height - 1)


async def _press(page: Page, event: KeyEvent) -> None:
    """A key that no keyboard of Playwright's has, as `ä` is, comes as text."""
    perform = {"down": page.keyboard.down, "up": page.keyboard.up, "press": page.keyboard.press}[event.what]
    try:
        await perform(event.key)
    except PlaywrightError as error:
        if "Unknown key" not in error.message:
            raise
        if len(event.key) == 1 and event.what != "up":
            await page.keyboard.insert_text(event.key)


async def _navigate(page: Page, event: NavigateEvent, address: Address) -> None:
    match event.what:
        case "goto":
            await page.goto(await address(event.url, page.url), wait_until="commit")
        case "back":
            await page.go_back(wait_until="commit")
        case "forward":
            await page.go_forward(wait_until="commit")
        case "reload":
            await page.reload(wait_until="commit")


async def _turn_to_tab(session: Session, index: int) -> None:
    pages = session.pages
    if index < len(pages):
        session.page = pages[index]
        await pages[index].bring_to_front()
