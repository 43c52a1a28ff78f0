"""Lists that are no <select>: the options of a combobox, and what a field proposes while one types."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from playwright.async_api import ElementHandle, Frame
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from robot.actions.losses import is_lost
from robot.errors import ActionError

_POLL_S = 0.05
"""A foreign widget has no event that says "these are all": it is asked again."""
_LATE_S = 5.0
"""How long an option may come after the others."""
_UNTYPED_S = 0.5
"""How long an option may come without its words being typed, where they can be."""
_CLICK_MS = 3_000.0
_MOST_TOLD = 20

_WIDGET = """element => {
  const plays = '[role=combobox], [role=listbox], [aria-haspopup=listbox], [aria-haspopup=menu], [aria-haspopup=true], '
    + '[aria-autocomplete=list], [aria-autocomplete=both]';
  const typed = 'input:not([type]), input[type=text], input[type=search], input[type=email], input[type=tel]';
  return element.matches(plays) ? element
    : element.querySelector(`${plays}, select`) ?? element.closest(plays) ?? (element.matches(typed) ? element : null);
}"""
"""What opens the list (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/), or takes words and proposes some."""
_TYPED = """widget => {
  const takes = each => each.isContentEditable || each.matches('input:not([type=hidden]), textarea')
    && !each.readOnly && !each.disabled;
  return takes(widget) ? widget : [...widget.querySelectorAll('input, textarea')].find(takes) ?? null;
}"""
_DRAWN = """widget => {
  for (let each = widget; each; each = each.parentElement) {
    const { width, height } = each.getBoundingClientRect();
    if (each.checkVisibility({ visibilityProperty: true }) && width > 1 && height > 1) return each;
  }
  return null;
}"""
"""What a person clicks: some widgets keep the part that takes words hidden until they are open."""
_FACTS = """widget => {
  const says = name => widget.getAttribute(name) ?? widget.querySelector(`[${name}]`)?.getAttribute(name) ?? '';
  const inline = widget.getAttribute('role') === 'listbox';
  return {
    select: widget.tagName === 'SELECT', plain: !widget.matches('[role], [aria-haspopup], [aria-autocomplete]'),
    open: says('aria-expanded') === 'true' && widget.checkVisibility() || inline, inline,
    list: says('aria-controls') || says('aria-owns'),
    menu: ['menu', 'true'].includes(widget.getAttribute('aria-haspopup')),
  };
}"""
_OPTIONS = ":is([role=option], [role=treeitem])"
_ITEMS = ":is([role=option], [role^=menuitem])"
_TOLD = """options => options.map(each => {
  const said = text => (text ?? '').replace(/\\s+/g, ' ').trim();
  const names = [each.getAttribute('aria-label'), each.innerText, each.title].map(said).filter(Boolean);
  const value = each.dataset.value ?? each.getAttribute('value');
  const is = name => each.getAttribute(name) === 'true';
  const isOneOfMany = each.closest('[aria-multiselectable=true]') !== null;
  const isPointedAt = /highlight|focus|hover/i.test(each.className);
  const chosen = isOneOfMany && !isPointedAt && (is('aria-selected') || is('aria-checked'));
  return { names: [...names, ...(value ? [value] : [])], chosen };
})"""
_TURN = """option => {
  for (let each = option; each; each = each.parentElement ?? each.getRootNode().host) {
    if (each.scrollHeight > each.clientHeight + 1 && getComputedStyle(each).overflowY !== 'visible') {
      each.scrollTop += each.clientHeight * 0.8;
      return;
    }
  }
}"""
"""Long lists hold only the options that can be seen."""


async def widget_of(found: PageLocator, wait_ms: float) -> ElementHandle | None:
    """The part of an element that plays a list, or that takes words; None where there is none."""
    return (await found.evaluate_handle(_WIDGET, timeout=wait_ms)).as_element()


async def plays_list(widget: ElementHandle) -> bool:
    """False for a plain field, which may propose something or not."""
    return not (await widget.evaluate(_FACTS))["plain"]


async def choose(
    found: PageLocator,
    target: Target,
    wait_ms: float,
    *,
    texts: Sequence[str] = (),
    places: Sequence[int] = (),
    kind: ErrorKind = ErrorKind.NOT_ACTIONABLE,
) -> list[str]:
    """Chooses the options of these words, or at these places, and gives their words; ActionError when one is missing.

    Where several may be chosen and the page says which are, the others are taken away.
    """
    widget = await widget_of(found, wait_ms)
    frame = await widget.owner_frame() if widget is not None else None
    if widget is None or frame is None:
        hint = "Click what opens it with one step, and the option with the next."
        raise ActionError.of(kind, f"{target} is no list to choose from.", hint=hint)
    if (await widget.evaluate(_FACTS))["select"]:
        return list(await widget.select_option(list(texts), index=list(places), timeout=wait_ms))
    choices = _Choices(widget, frame, target, wait_ms, kind)
    await choices.open()
    chosen = [await choices.pick(text) for text in texts] + [await choices.pick_at(place) for place in places]
    await choices.leave_only(chosen)
    await choices.close()
    return chosen


class _Choices:
    """The list of one widget."""

    def __init__(self, widget: ElementHandle, frame: Frame, target: Target, wait_ms: float, kind: ErrorKind) -> None:
        self._widget = widget
        self._frame = frame
        self._target = target
        self._until_s = time.monotonic() + wait_ms / 1_000
        self._kind = kind

    async def open(self) -> None:
        """Opens the list unless it is open."""
        if (await self._widget.evaluate(_FACTS))["open"]:
            return
        drawn = (await self._widget.evaluate_handle(_DRAWN)).as_element() or self._widget
        try:
            await drawn.click(timeout=min(_CLICK_MS, self._left_ms))
        except PlaywrightTimeoutError:  # what is drawn lies over the field that is meant
            if not await self._widget.is_visible():
                raise
            await self._widget.press("ArrowDown", timeout=self._left_ms)

    async def pick(self, text: str) -> str:
        """Chooses the option that says just this."""
        words = self._frame.get_by_text(text, exact=True).filter(visible=True)
        before = await words.count()
        typed = (await self._widget.evaluate_handle(_TYPED)).as_element()
        began_s, may_type = time.monotonic(), typed is not None
        while True:
            found, told = await self._options()
            place = next((place for place, each in enumerate(told) if text in each["names"]), None)
            if place is not None:
                await self._take(found.nth(place), told[place], words)
                return text
            if not may_type and not told and await words.count() > before:
                await words.last.click(timeout=self._left_ms)
                return text
            waited_s = time.monotonic() - began_s
            if may_type and typed is not None and (told or waited_s > _UNTYPED_S):
                await self._type(typed, text)
                began_s, may_type = time.monotonic(), False
            elif told and typed is None:
                await found.last.evaluate(_TURN)
            if (told and waited_s > _LATE_S) or time.monotonic() > self._until_s:
                raise self._missing(repr(text), told)
            await asyncio.sleep(_POLL_S)

    async def pick_at(self, place: int) -> str:
        """Chooses the option at a place of the list, counted from 0."""
        while True:
            found, told = await self._options()
            if len(told) > place:
                await self._take(found.nth(place), told[place], None)
                return str((told[place]["names"] or [""])[0])
            if time.monotonic() > self._until_s:
                raise self._missing(f"number {place}", told)
            await asyncio.sleep(_POLL_S)

    async def leave_only(self, chosen: Sequence[str]) -> None:
        """Takes away what else is chosen, as far as the list shows it."""
        found, told = await self._options()
        for place, each in enumerate(told):
            if each["chosen"] and not set(each["names"]) & set(chosen):
                await found.nth(place).click(timeout=min(_CLICK_MS, self._left_ms))

    async def close(self) -> None:
        """Closes a list that stays open for more choices."""
        try:
            facts = await self._widget.evaluate(_FACTS)
            if facts["open"] and not facts["inline"]:
                await self._widget.press("Escape", timeout=min(_CLICK_MS, self._left_ms))
        except PlaywrightError as error:
            if is_lost(error):
                raise  # else the choice has taken the widget away

    @property
    def _left_ms(self) -> float:
        return max(50.0, (self._until_s - time.monotonic()) * 1_000)

    async def _options(self) -> tuple[PageLocator, list[dict[str, Any]]]:
        """The options that can be seen, with their words: those of the widget's own list, if it names one."""
        facts = await self._widget.evaluate(_FACTS)
        kinds = _ITEMS if facts["menu"] else _OPTIONS
        roots = [f'[id="{facts["list"]}"] {kinds}'] if facts["list"] else []
        for root in (*roots, kinds):
            found = self._frame.locator(root).filter(visible=True)
            if told := await found.evaluate_all(_TOLD):
                return found, told
        return found, []

    async def _take(self, option: PageLocator, told: dict[str, Any], words: PageLocator | None) -> None:
        if told["chosen"]:
            return
        try:
            await option.click(timeout=min(_CLICK_MS, self._left_ms))
        except PlaywrightTimeoutError:
            if words is None or not await words.count():
                raise
            await words.last.click(timeout=self._left_ms)  # the option was for screen readers only

    async def _type(self, field: ElementHandle, text: str) -> None:
        await field.fill("", timeout=self._left_ms)
        await field.type(text, timeout=self._left_ms)

    def _missing(self, what: str, told: Sequence[dict[str, Any]]) -> ActionError:
        shown = ", ".join(str(each["names"][0]) for each in told[:_MOST_TOLD] if each["names"])
        return ActionError.of(self._kind, f"{self._target} has no option {what}; it shows {shown or 'none'}."[:2_000])
