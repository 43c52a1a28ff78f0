"""click, type, press, hover, drag, mouse, scroll, dialog."""

from typing import Literal, TypeVar

from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page, Position, expect

from orchestrator.contract.actions.interact import (
    Click,
    Dialog,
    Drag,
    Hover,
    Mouse,
    Point,
    Press,
    Scroll,
    Type,
)
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.downloads import file_after
from robot.actions.locating import locate, not_found
from robot.actions.navigation import where
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.browser.session import Session
from robot.errors import ActionError

T = TypeVar("T")
Policy = Literal["accept", "dismiss"]


async def click(work: Work, parameters: Click) -> JsonValue:
    """Clicks, and waits for what the click leads to."""
    session = await work.session()
    wait_ms = work.wait_ms(parameters)
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    match parameters.expect:
        case "popup":
            return await _click_for_popup(session, found, parameters, wait_ms)
        case "download":
            return await file_after(work, session.page, _click(found, parameters, wait_ms), patience=parameters)
        case "dialog":
            return await _click_for_dialog(work, session, found, parameters)
        case "navigation":
            return await _click_for_navigation(session.page, found, parameters, wait_ms)
    await _click(found, parameters, wait_ms)
    return None


async def _click(found: PageLocator, parameters: Click, wait_ms: float) -> None:
    await found.click(
        button=parameters.button,
        click_count=parameters.count,
        modifiers=list(parameters.modifiers),
        position=_position(parameters.position),
        timeout=wait_ms,
    )


def _position(point: Point | None) -> Position | None:
    return None if point is None else {"x": point.x, "y": point.y}


async def _click_for_popup(session: Session, found: PageLocator, parameters: Click, wait_ms: float) -> JsonValue:
    async with session.page.expect_popup(timeout=wait_ms) as opening:
        await _click(found, parameters, wait_ms)
    session.page = await opening.value
    await session.page.wait_for_load_state("load", timeout=wait_ms)
    place = await where(session.page)
    return {"url": place["url"], "title": place["title"]}


async def _click_for_dialog(work: Work, session: Session, found: PageLocator, parameters: Click) -> JsonValue:
    dialogs = session.dialogs
    before: Policy = dialogs.policy
    dialogs.policy, dialogs.last = "accept", None
    dialogs.seen.clear()
    try:
        await _click(found, parameters, work.wait_ms(parameters))
        await limited(dialogs.seen.wait(), work.wait_s(parameters), "Waiting for a dialog")
    finally:
        dialogs.policy = before
    return _told(dialogs.last)


def _told(last: tuple[str, str] | None) -> JsonValue:
    kind, message = last or ("", "")
    return {"type": kind, "message": message}


async def _click_for_navigation(page: Page, found: PageLocator, parameters: Click, wait_ms: float) -> JsonValue:
    async with page.expect_navigation(timeout=wait_ms, wait_until="load"):
        await _click(found, parameters, wait_ms)
    return {"url": page.url}


async def type_text(work: Work, parameters: Type) -> JsonValue:
    """Types key by key."""
    wait_ms = work.wait_ms(parameters)
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    await _until_enabled(found, parameters.target, wait_ms)
    if parameters.clear:
        await found.clear(timeout=wait_ms)
    typing_ms = len(parameters.text) * parameters.delay * 1_000
    await found.press_sequentially(parameters.text, delay=parameters.delay * 1_000, timeout=wait_ms + typing_ms)
    return None


async def _until_enabled(found: PageLocator, target: Target, wait_ms: float) -> None:
    """Keys go to whatever has the focus, which a disabled field does not take; a read-only one takes no keys."""
    try:
        await expect(found).to_be_enabled(timeout=wait_ms)
        await expect(found).not_to_have_js_property("readOnly", True, timeout=wait_ms)
    except AssertionError as error:
        if "element(s) not found" in str(error):
            raise not_found(target, wait_ms) from None
        is_closed = "readOnly" in str(error)
        why = "read-only: keys would change nothing" if is_closed else "disabled: keys would go elsewhere"
        raise ActionError.of(ErrorKind.NOT_ACTIONABLE, f"{target} is {why}.") from None


async def press(work: Work, parameters: Press) -> JsonValue:
    """Presses a key."""
    wait_ms = work.wait_ms(parameters)
    if parameters.target is not None:
        found = await locate(work, parameters.target, wait_ms=wait_ms)
        await found.press(parameters.keys, timeout=wait_ms)
    else:
        page = await work.page()
        await limited(page.keyboard.press(parameters.keys), work.wait_s(parameters), f"Pressing {parameters.keys}")
    return None


async def hover(work: Work, parameters: Hover) -> JsonValue:
    """Moves the mouse over an element."""
    wait_ms = work.wait_ms(parameters)
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    await found.hover(position=_position(parameters.position), timeout=wait_ms)
    return None


async def drag(work: Work, parameters: Drag) -> JsonValue:
    """Drags an element onto another one."""
    wait_ms = work.wait_ms(parameters)
    goal = await locate(work, parameters.to, wait_ms=wait_ms)
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    await found.drag_to(
        goal,
        source_position=_position(parameters.source_position),
        target_position=_position(parameters.target_position),
        timeout=wait_ms,
    )
    return None


async def mouse(work: Work, parameters: Mouse) -> JsonValue:
    """Moves the mouse and does one thing with it."""
    page = await work.page()
    if parameters.target is not None:
        wait_ms = work.wait_ms(parameters)
        found = await locate(work, parameters.target, wait_ms=wait_ms)
        await found.hover(position=_position(parameters.position), timeout=wait_ms, force=True)
    elif parameters.position is not None:
        point = parameters.position
        await limited(page.mouse.move(point.x, point.y), work.wait_s(parameters), "Moving the mouse")
    if parameters.op == "down":
        await limited(page.mouse.down(button=parameters.button), work.wait_s(parameters), "Pressing the mouse button")
    elif parameters.op == "up":
        await limited(page.mouse.up(button=parameters.button), work.wait_s(parameters), "Releasing the mouse button")
    return None


_SCROLL = """(element, [way, distance]) => {
  const place = element === document.body ? document.scrollingElement ?? element : element;
  const top = { top: 0, bottom: place.scrollHeight, to: distance, by: place.scrollTop + distance }[way];
  place.scrollTo(place.scrollLeft, top);
}"""


async def scroll(work: Work, parameters: Scroll) -> JsonValue:
    """Scrolls the page, or an element into view."""
    wait_ms = work.wait_ms(parameters)
    target = parameters.target or Target.of("body")
    found = await locate(work, target, wait_ms=wait_ms)
    if parameters.by is None and parameters.to is None:
        await found.scroll_into_view_if_needed(timeout=wait_ms)
    else:
        await found.evaluate(_SCROLL, _way(parameters), timeout=wait_ms)
    return None


def _way(parameters: Scroll) -> list[str | int]:
    if parameters.by is not None:
        return ["by", parameters.by]
    return [parameters.to, 0] if isinstance(parameters.to, str) else ["to", parameters.to or 0]


async def dialog(work: Work, parameters: Dialog) -> JsonValue:
    """Says how dialogs of the session are answered from now on."""
    session = await work.session()
    session.dialogs.policy, session.dialogs.text = parameters.policy, parameters.text
    return None
