"""Lists that load or draw only what is seen: scrolled on until nothing more comes."""

import asyncio
import time
from collections.abc import AsyncIterator

from playwright.async_api import Locator as PageLocator

from robot.actions.box_rows import LINES
from robot.actions.work import Work
from robot.browser.limits import limited

_POLL_S = 0.1
_MOST_TURNS = 5_000
_ON = f"""elements => {{
  {LINES}
  const rowed = elements.length === 1 ? [...elements[0].querySelectorAll('[role=row], tr')] : [];
  const inside = rowed.length || elements.length !== 1 ? rowed : boxLines(elements[0])?.rows ?? [];
  const bottom = each => each.getBoundingClientRect().bottom;
  const last = (inside.length ? inside : elements).reduce((one, other) => bottom(other) >= bottom(one) ? other : one);
  last.scrollIntoView({{ block: 'start', behavior: 'instant' }});
}}"""
"""The last that is drawn comes to the top, so that one part ends with what the next one begins with."""
_SIGN = """elements => elements.map(each => (each.innerText
    || [...each.shadowRoot?.children ?? []].map(inner => inner.innerText).join('|'))
  + [...each.querySelectorAll('[aria-rowindex]')].map(row => row.getAttribute('aria-rowindex'))).join('|')"""


async def scrolled_pages(work: Work, found: PageLocator, wait_s: float) -> AsyncIterator[None]:
    """Comes back for each part of the list that there is to read; ends when nothing new comes within `wait_s`."""
    sign = await _still(work, found)
    for _ in range(_MOST_TURNS):
        yield
        work.alive()
        if not await found.count():
            return
        await limited(found.evaluate_all(_ON), work.left_s, "Scrolling the list")
        until_s = time.monotonic() + min(wait_s, work.left_s)
        now = await _still(work, found)
        while now == sign and time.monotonic() < until_s:
            await asyncio.sleep(_POLL_S)
            now = await _still(work, found)
        if now == sign:
            return
        sign = now


async def _still(work: Work, found: PageLocator) -> str:
    """What the list shows once it shows the same twice."""
    before = ""
    while (now := str(await limited(found.evaluate_all(_SIGN), work.left_s, "Reading the list"))) != before:
        before = now
        await asyncio.sleep(_POLL_S)
    return now
