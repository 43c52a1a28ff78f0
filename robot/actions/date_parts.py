"""Dates whose year, month and day are small fields of their own: each is written into its part."""

from datetime import date

from playwright.async_api import ElementHandle
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from robot.errors import ActionError

_PARTS = """element => {
  const parts = box => {
    const found = {};
    for (const each of box.querySelectorAll('[role=spinbutton]')) {
      const most = Number(each.getAttribute('aria-valuemax'));
      found[most >= 1000 ? 'year' : most === 12 ? 'month' : most >= 28 && most <= 31 ? 'day' : 'other'] ??= each;
    }
    return found.year && found.month && found.day ? found : null;
  };
  if (element.matches('input')) return null;
  for (let box = element, level = 0; box && level < 3; box = box.parentElement, level++)
    if (parts(box)) return parts(box);
  return null;
}"""
"""By how large their numbers may be (https://www.w3.org/WAI/ARIA/apg/patterns/spinbutton/)."""
_SAYS = "part => Number(part.getAttribute('aria-valuenow') ?? NaN)"


async def put_parts(
    found: PageLocator, wanted: date | None, target: Target, wait_ms: float, *, kind: ErrorKind
) -> bool:
    """Writes a day into the parts of a date; False where the element is no such date. ActionError of this kind when the
    parts do not take it."""
    if wanted is None:
        return False
    listed = await (await found.evaluate_handle(_PARTS, timeout=wait_ms)).get_properties()
    parts = {name: each.as_element() for name, each in listed.items()}
    for name, number in (("year", wanted.year), ("month", wanted.month), ("day", wanted.day)):
        part = parts.get(name)
        if part is None:
            return False
        await _write(part, number, 4 if name == "year" else 2, wait_ms)
    held = [await part.evaluate(_SAYS) for name in ("year", "month", "day") if (part := parts[name]) is not None]
    if held != [wanted.year, wanted.month, wanted.day]:
        shown = "-".join(f"{each:02}" if each is not None else "?" for each in held)
        raise ActionError.of(kind, f"{target} makes {shown} of {wanted}.")
    return True


async def _write(part: ElementHandle, number: int, digits: int, wait_ms: float) -> None:
    await part.focus()
    await part.type(str(number).zfill(digits), timeout=wait_ms)
