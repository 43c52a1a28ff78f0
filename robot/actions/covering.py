"""What a picture of a page must not show: fields for passwords, and whatever holds a secret of the run.

The page is never told the secrets: it says what it shows, and the comparison is made here.
"""

import asyncio
from collections.abc import Sequence

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page
from playwright.async_api import Locator as PageLocator

from orchestrator.contract.errors import ErrorKind
from robot.errors import ActionError
from robot.masking import Mask

LOOK_LIMIT_S = 2.5
MOST_FRAMES = 30
MOST_COVERED = 200
COLOUR = "#2f3542"
_PASSWORDS = "input[type=password]"
_FIELDS = "input, textarea, select, [contenteditable]"
_TEXTS = "body *"
_VALUES = "found => found.map(each => String(each.value ?? each.innerText ?? ''))"
_OWN_TEXTS = """found => found.map(each => {
  if (each.tagName === 'SCRIPT' || each.tagName === 'STYLE') return '';
  const own = [...each.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const told = [each.title, each.alt, each.placeholder].filter(text => typeof text === 'string' && text).join('\\n');
  return own && each.textContent.length < 20000 ? each.textContent + '\\n' + told : told;
})"""


async def covers(page: Page, mask: Mask) -> Sequence[PageLocator]:
    """What to lay a mask over. ActionError of kind `timeout` when the page does not say in time what it shows: then it
    may show a secret, and no picture may be taken."""
    passwords = [frame.locator(_PASSWORDS) for frame in page.frames[:MOST_FRAMES]]
    if mask.is_empty:
        return passwords
    try:
        async with asyncio.timeout(LOOK_LIMIT_S):
            found = [each for frame in page.frames for each in await _holding(frame, mask)]
    except TimeoutError:
        message = "The page does not say what it shows, so that a picture might show a secret."
        raise ActionError.of(ErrorKind.TIMEOUT, message) from None
    if len(found) > MOST_COVERED:
        return [*passwords, page.locator("body")]
    return [*passwords, *found]


async def _holding(frame: Frame, mask: Mask) -> list[PageLocator]:
    found = []
    try:
        for selector, script in ((_FIELDS, _VALUES), (_TEXTS, _OWN_TEXTS)):
            places = frame.locator(selector)
            texts = await places.evaluate_all(script)
            found += [places.nth(index) for index, text in enumerate(texts) if mask.is_in_text(str(text).strip())]
    except PlaywrightError:
        if not frame.is_detached():
            raise
    return found
