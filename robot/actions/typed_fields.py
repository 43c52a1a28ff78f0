"""Fields of a type, such as a date: what they do not take is told, while the browser would drop it without a word."""

import re

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from robot.actions.losses import is_lost
from robot.errors import ActionError

_NOTATION = {
    "color": "#a0b1c2",
    "date": "2026-12-31",
    "datetime-local": "2026-12-31T14:30",
    "month": "2026-12",
    "number": "1234.5",
    "time": "14:30",
    "week": "2026-W53",
}
"""What the types take (https://html.spec.whatwg.org/multipage/input.html); other types take any text."""
_TELL = """field => {
  field.dispatchEvent(new KeyboardEvent('keyup', { bubbles: true }));
  return [field.type ?? '', field.value ?? ''];
}"""
_REFUSED = ("Cannot type text into", "Malformed value")
"""What Playwright says where it knows the type itself."""
_LIKE_A_DATE = re.compile(r"\d\D+\d")
GONE_MS = 1_000.0
"""How long a field that was filled a moment ago is looked for: some send themselves, and the page is left."""


async def put_text(
    field: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind = ErrorKind.NOT_ACTIONABLE
) -> None:
    """Replaces what a field holds. ActionError of this kind when its type does not take the text.

    A text without a digit is hardly ever meant as a date, and is not looked at again. One with a single number is only
    looked at: to tell a field of a key takes a script in the page, which costs as much as filling a few fields.
    """
    try:
        await field.fill(text, timeout=wait_ms)
    except PlaywrightError as error:
        if not any(words in error.message for words in _REFUSED):
            raise
        sort, kept = await _held(field, wait_ms)
    else:
        if not any(map(str.isdigit, text)):
            return
        if not _LIKE_A_DATE.search(text) and not await _is_empty(field, wait_ms):
            await _told_by_keys(field, text, target, wait_ms, kind=kind)
            return
        sort, kept = await _held(field, wait_ms)
    if sort in _NOTATION and not kept:
        message = f"{target} is a field of type {sort} and does not take {text!r}; write it like {_NOTATION[sort]}."
        raise ActionError.of(kind, message)


async def _told_by_keys(field: PageLocator, text: str, target: Target, wait_ms: float, *, kind: ErrorKind) -> None:
    """Moves a slider by keys to where it stands already: some applications hear of nothing else."""
    try:
        if await field.and_(field.page.locator("input[type=range]")).count() != 1:
            return
        stands = await field.input_value(timeout=wait_ms)
        is_at_end = stands == (await field.get_attribute("max", timeout=wait_ms) or "100")
        there, back = ("ArrowLeft", "ArrowRight") if is_at_end else ("ArrowRight", "ArrowLeft")
        await field.press(there, timeout=wait_ms)
        await field.press(back, timeout=wait_ms)
        now = await field.input_value(timeout=wait_ms)
    except PlaywrightError as error:
        if is_lost(error):
            raise
        return  # the field is gone with what followed
    if now != stands:
        raise ActionError.of(kind, f"{target} is a slider that does not go to {text}; it stands at {now}.")


async def _is_empty(field: PageLocator, wait_ms: float) -> bool:
    """False too for a field that is gone with what followed."""
    try:
        return await field.input_value(timeout=min(wait_ms, GONE_MS)) == ""
    except PlaywrightError:
        return False


async def _held(field: PageLocator, wait_ms: float) -> tuple[str, str]:
    """The field's type and what it holds, after it was told of a key: pickers of dates do not hear of other changes."""
    sort, kept = await field.evaluate(_TELL, timeout=wait_ms)
    return str(sort), str(kept)
