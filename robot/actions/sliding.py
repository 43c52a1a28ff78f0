"""Sliders that are no field: moved by the keys that they listen to, until they stand where they should."""

from playwright.async_api import ElementHandle
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from robot.errors import ActionError

_MOST_PRESSES = 2_000
_MOST_LOOKS = 20
_PRESS_MS = 5_000.0
_HANDLE = """slider => {
  const inside = [slider, ...slider.querySelectorAll('*')].find(each => each.tabIndex >= 0);
  (inside ?? slider).focus();
  return inside ?? slider;
}"""
"""What takes the keys: the slider, or a part of it."""
_STANDS = "slider => Number(slider.getAttribute('aria-valuenow'))"
_SETTLES = """(slider, before) => new Promise(resolve => {
  const now = () => Number(slider.getAttribute('aria-valuenow'));
  const began = performance.now();
  let [last, since] = [before, Infinity];
  const look = at => {
    if (now() !== last) [last, since] = [now(), at];
    if (at - since > 60 || at - began > 500) resolve(now()); else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""The number after the slider has moved and stands still again, or does not move for half a second."""


async def slide(found: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind) -> None:
    """Moves a slider (https://www.w3.org/WAI/ARIA/apg/patterns/slider/) to a number. ActionError when it cannot."""
    try:
        wanted = float(text)
    except ValueError:
        raise ActionError.of(kind, f"{target} is a slider and does not take {text!r}; write a number.") from None
    slider = await found.element_handle(timeout=wait_ms)
    handle = (await slider.evaluate_handle(_HANDLE)).as_element() or slider
    stands = float(await slider.evaluate(_STANDS))
    presses, step = 0, 0.0
    for _ in range(_MOST_LOOKS):
        if abs(wanted - stands) < max(1e-9, abs(step) * 1e-6):
            return
        times = max(1, round(abs(wanted - stands) / step)) if step else 1
        presses += times
        if presses > _MOST_PRESSES:
            break
        before = stands
        stands = await _moved(slider, handle, "ArrowRight" if wanted > stands else "ArrowLeft", times)
        if stands == before:
            break
        if step and (before < wanted < stands or stands < wanted < before):
            break
        step = abs(stands - before) / times
    raise ActionError.of(kind, f"{target} is a slider that does not go to {text}; it stands at {stands:g}.")


async def _moved(slider: ElementHandle, handle: ElementHandle, key: str, times: int) -> float:
    before = await slider.evaluate(_STANDS)
    for _ in range(times):
        await handle.press(key, timeout=_PRESS_MS)
    return float(await slider.evaluate(_SETTLES, before))
