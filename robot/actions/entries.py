"""fill, check, select: what is meant for a field reaches it however the page has built the field."""

from typing import TypeVar

from playwright.async_api import ElementHandle, expect
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.interact import Check, Fill, Select
from orchestrator.contract.actions.targets import Locator, Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.calendars import as_date, is_day, pick_day, settle_day
from robot.actions.choosing import choose, plays_list, widget_of
from robot.actions.date_parts import put_parts
from robot.actions.locating import locate, page_locator
from robot.actions.sliding import slide
from robot.actions.typed_fields import put_text
from robot.actions.work import Work
from robot.errors import ActionError

T = TypeVar("T")
OPTIONS_LIMIT_S = 2.0
_SOON_MS = 600.0
"""After it, a field that takes no keys is looked at."""
_FIRST_MS = 3_000.0
"""After it, a field that cannot be used is looked at: pages often hide the field that they draw anew."""
_TICKS = ("checkbox", "switch", "radio")

_OPTIONS = "element => [...element.options].map(option => option.label || option.value)"
_EDITABLE = (
    "input:not([type=hidden], [type=checkbox], [type=radio]), textarea, [contenteditable]:not([contenteditable=false])"
)
_IS_DRAWN_ANEW = "list => !list.checkVisibility() && list.parentElement?.checkVisibility()"
_LABEL = "box => [...box.labels ?? []].find(each => each.checkVisibility() && each.getClientRects().length > 0) ?? null"
_BOX = """element => {
  const boxes = 'input[type=checkbox], input[type=radio], [role=checkbox], [role=switch], [role=radio]';
  const own = element.closest(boxes) ?? element.closest('label')?.control;
  if (own) return own;
  for (let each = element, level = 0; each?.querySelectorAll && level < 3; each = each.parentNode, level++) {
    const inside = each.querySelectorAll(boxes);
    if (inside.length) return inside.length === 1 ? inside[0] : null;
  }
  return null;
}"""
"""The box that words belong to: around them, or the only one near them."""


async def fill(work: Work, parameters: Fill) -> JsonValue:
    """Replaces the text of a field; of a list, chooses the option of this value or label; moves a slider."""
    wait_ms = work.wait_ms(parameters)
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    await put(found, parameters.value, parameters.target, wait_ms)
    return None


async def put(
    found: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind = ErrorKind.NOT_ACTIONABLE
) -> None:
    """The same for an element that was found. ActionError of this kind for what the field does not take."""
    if is_day(text) and await put_parts(found, as_date(text), target, wait_ms, kind=kind):
        return
    try:
        await put_text(found, text, target, min(wait_ms, _SOON_MS), kind=kind)
        if is_day(text):
            await settle_day(found, text, target, wait_ms, kind=kind)
    except PlaywrightTimeoutError as error:
        if wait_ms <= _SOON_MS and "not editable" not in error.message:
            raise
        await _put_late(found, text, target, wait_ms, kind=kind, is_read_only="not editable" in error.message)
    except PlaywrightError as error:
        if "not an <input>" not in error.message:
            raise
        if not await _put_elsewhere(found, text, target, wait_ms, kind=kind):
            raise


async def _put_late(
    found: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind, is_read_only: bool
) -> None:
    """For a field that cannot be used at once: what takes no keys opens a calendar or a list, or takes some when it is
    clicked. PlaywrightTimeoutError for one that only comes late."""
    if is_read_only:
        widget = await widget_of(found, wait_ms)
        is_list = widget is not None and await plays_list(widget)
        if (not is_list or as_date(text)) and await pick_day(found, text, target, wait_ms, kind=kind):
            return
        if is_list:
            await choose(found, target, wait_ms, texts=[text], kind=kind)
            return
        wait_ms = min(wait_ms, _FIRST_MS)
    try:
        await put_text(found, text, target, max(_SOON_MS, wait_ms - _SOON_MS), kind=kind)
    except PlaywrightTimeoutError as error:
        if "not editable" not in error.message:
            raise
        if not is_read_only:
            await _put_late(found, text, target, _FIRST_MS, kind=kind, is_read_only=True)
            return
        message = f"{target} is read-only: it takes no keys, and a click opens neither a calendar nor a list."
        raise ActionError.of(kind, message) from None


async def _put_elsewhere(found: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind) -> bool:
    """For what is no field: a list, a slider, or the box around the one field that is meant; False for others."""
    role = await found.evaluate("element => element.tagName === 'SELECT' ? 'select' : element.role", timeout=wait_ms)
    inside = found.locator(_EDITABLE).filter(visible=True)
    if role == "select":
        await found.select_option(text, timeout=wait_ms)
    elif role in {"slider", "spinbutton"}:
        await slide(found, text, target, wait_ms, kind=kind)
    elif role in {"combobox", "listbox"}:
        await choose(found, target, wait_ms, texts=[text], kind=kind)
    elif await inside.count() == 1:
        await put_text(inside, text, target, wait_ms, kind=kind)
    else:
        return False
    return True


async def check(work: Work, parameters: Check) -> JsonValue:
    """Ticks a box or takes the tick away."""
    wait_ms = work.wait_ms(parameters)
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    page = await work.page()
    for locator in parameters.target.locators:
        if locator.label is not None and len(parameters.target.locators) == 1 and await found.count() != 1:
            for role in _TICKS:  # boxes without a label carry their words themselves
                found = found.or_(page_locator(page, _as_role(locator, role)))
    await tick(found, parameters.target, wait_ms, state=parameters.state)
    return parameters.state


def _as_role(locator: Locator, role: str) -> Locator:
    return locator.model_copy(update={"label": None, "role": role, "name": locator.label})


async def tick(found: PageLocator, target: Target, wait_ms: float, *, state: bool) -> None:
    """Ticks a box, by its label where the page hides the box and draws another, or takes the tick away."""
    first_ms = min(wait_ms, _FIRST_MS)
    try:
        await found.set_checked(state, timeout=first_ms)
    except PlaywrightTimeoutError as error:
        is_hidden = "not visible" in error.message or "intercepts pointer events" in error.message
        label = await _element(found, _LABEL) if is_hidden else None
        if label is not None:
            await _tick_by_label(found, label, target, state=state)
        elif wait_ms > first_ms:
            await found.set_checked(state, timeout=wait_ms - first_ms)
        else:
            raise
    except PlaywrightError as error:
        if "did not change its state" in error.message and await _turns(found, state=state):
            return
        box = await _element(found, _BOX) if "Not a checkbox" in error.message else None
        if box is None:
            raise
        await box.set_checked(state, timeout=wait_ms)


async def _turns(found: PageLocator, *, state: bool) -> bool:
    """Some boxes are drawn anew a moment after the click, once a server has heard of it."""
    try:
        await expect(found).to_be_checked(checked=state, timeout=_FIRST_MS)
    except AssertionError:
        return False
    return True


async def _tick_by_label(found: PageLocator, label: ElementHandle, target: Target, *, state: bool) -> None:
    if await found.is_checked(timeout=_FIRST_MS) != state:
        await label.click(timeout=_FIRST_MS)
    if await found.is_checked(timeout=_FIRST_MS) != state:
        message = f"{target} cannot be seen, and a click on its label does not change it."
        raise ActionError.of(ErrorKind.NOT_ACTIONABLE, message)


async def _element(found: PageLocator, script: str) -> ElementHandle | None:
    return (await found.evaluate_handle(script, timeout=_FIRST_MS)).as_element()


async def select(work: Work, parameters: Select) -> JsonValue:
    """Chooses options; which ones there are is said when none fits."""
    wait_ms = work.wait_ms(parameters)
    found = await locate(work, parameters.target, wait_ms=wait_ms)
    try:
        return await _selected(found, parameters, wait_ms)
    except PlaywrightError as error:
        lists = found.and_(found.page.locator("select"))
        if "strict mode violation" not in error.message or await lists.count() != 1:
            raise
        return await _selected(lists, parameters, wait_ms)  # what is drawn in its place may have its label too


async def _selected(found: PageLocator, parameters: Select, wait_ms: float) -> list[JsonValue]:
    """Of a list, however the page has built it."""
    first_ms = min(wait_ms, _FIRST_MS)
    try:
        return await _select(found, parameters, first_ms, is_last=first_ms == wait_ms)
    except PlaywrightTimeoutError as error:
        is_hidden = "not visible" in error.message
        widget = await widget_of(found, _FIRST_MS) if is_hidden else None
        if widget is not None and await plays_list(widget):
            return await _chosen(found, parameters, wait_ms)
        if is_hidden and await found.evaluate(_IS_DRAWN_ANEW, timeout=_FIRST_MS):
            return await _select(found, parameters, wait_ms, is_last=True, is_forced=True)
        if first_ms == wait_ms:
            raise
        return await _select(found, parameters, wait_ms - first_ms, is_last=True)
    except PlaywrightError as error:
        if "not a <select>" not in error.message:
            raise
        return await _chosen(found, parameters, wait_ms)


async def _chosen(found: PageLocator, parameters: Select, wait_ms: float) -> list[JsonValue]:
    """Of a list that is no <select>."""
    texts = _listed(parameters.value) or _listed(parameters.label) or []
    places = _listed(parameters.index) or []
    return list(await choose(found, parameters.target, wait_ms, texts=texts, places=places))


async def _select(
    found: PageLocator, parameters: Select, wait_ms: float, *, is_last: bool, is_forced: bool = False
) -> list[JsonValue]:
    """Of a <select>. PlaywrightTimeoutError unless it is the last try."""
    try:
        chosen = await found.select_option(
            value=_listed(parameters.value),
            label=_listed(parameters.label),
            index=_listed(parameters.index),
            timeout=wait_ms,
            force=is_forced,
        )
    except PlaywrightTimeoutError as error:
        if not is_last or "did not find some options" not in error.message:
            raise
        options = await found.evaluate(_OPTIONS, timeout=OPTIONS_LIMIT_S * 1_000)
        message = f"{parameters.target} has no such option; it has {', '.join(options) or 'none'}."
        raise ActionError.of(ErrorKind.NOT_ACTIONABLE, message[:2_000]) from None
    if not chosen and (parameters.value or parameters.label or parameters.index is not None):
        raise ActionError.of(ErrorKind.NOT_ACTIONABLE, f"{parameters.target} has no such option.")
    return list(chosen)


def _listed(value: T | tuple[T, ...] | None) -> list[T] | None:
    return None if value is None else list(value) if isinstance(value, tuple) else [value]
