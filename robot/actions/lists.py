"""extract_list and extract_table: rows over several pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page, Response
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.read import ExtractList, ExtractTable, FieldRule, Pages
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.results import LogLevel
from robot.actions.grids import Rows, read_table
from robot.actions.locating import is_there, locate, not_found, page_locator
from robot.actions.losses import is_lost
from robot.actions.navigation import settled
from robot.actions.patience import SITE_ERRORS, patiently, refuse_status
from robot.actions.reading import read_rows
from robot.actions.scrolling import scrolled_pages
from robot.actions.site_answer import Held, listening
from robot.actions.work import Work
from robot.errors import ActionError

POLL_S = 0.05
"""A foreign page has no event that says "this is another list now": it is asked again."""
TURN_LIMIT_S = 15.0
_OVER_S = 1.0
"""How long a list may come after its button for more is gone and all requests are answered."""

_SIGN = "elements => elements.length + '|' + elements.map(element => element.innerText).join('|').slice(0, 20000)"
_IS_USABLE = """element => !element.disabled && element.getAttribute('aria-disabled') !== 'true'
  && !element.classList.contains('disabled')"""


async def extract_list(work: Work, parameters: ExtractList) -> Rows:
    """One value for each item of all pages of the step's page."""
    return await read_pages(work, parameters, await work.page())


async def read_pages(work: Work, parameters: ExtractList, page: Page) -> Rows:
    """The same for any page."""
    pages = _pages(work, parameters, parameters.items, page, wait_s=parameters.wait_s)
    rows = await _gathered(pages, lambda items: _rows_of(work, items, parameters), parameters, parameters.max_items)
    if len(rows) < parameters.min_items:
        message = f"{parameters.items} gave {len(rows)} items; at least {parameters.min_items} were expected."
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, message)
    return rows[: parameters.max_items]


async def _gathered(
    pages: AsyncIterator[PageLocator], read: Callable[[PageLocator], Awaitable[Rows]], parameters: Pages, most: int
) -> Rows:
    """The rows of all pages; those that a page repeats, since it shows more of the same list, count once."""
    rows: Rows = []
    last: Rows = []
    async for items in pages:
        now = await read(items)
        if parameters.scroll:
            rows = _joined(rows, now)
        else:
            rows += now[len(last) :] if last and len(now) > len(last) and now[: len(last)] == last else now
        last = now
        if len(rows) >= most:
            break
    return rows


def _joined(before: Rows, now: Rows) -> Rows:
    """A list that is shown in parts: what the end of one part has in common with the beginning of the next is one.

    Grids that take rows away late still show a few from far above in front of it.
    """
    if now[: len(before)] == before:
        return now
    best, after = 0, 0
    for place, row in enumerate(now):
        size = _alike_to(place, before, now) if row == before[-1] else 0
        if size > best and (size == place + 1 or all(each in before for each in now[: place + 1 - size])):
            best, after = size, place + 1
    return before + now[after:]


def _alike_to(place: int, before: Rows, now: Rows) -> int:
    """How many rows up to a place are the last ones of what was there before."""
    pairs = zip(reversed(before), reversed(now[: place + 1]), strict=False)
    return next((size for size, (one, other) in enumerate(pairs) if one != other), min(len(before), place + 1))


async def _rows_of(work: Work, items: PageLocator, parameters: ExtractList) -> Rows:
    if parameters.fields:
        return list(await read_rows(work, items, parameters.fields))
    return [row["text"] for row in await read_rows(work, items, {"text": FieldRule()})]


async def _pages(
    work: Work, parameters: Pages, items: Target, page: Page, *, wait_s: float
) -> AsyncIterator[PageLocator]:
    """The items of each page, as long as there is a next one."""
    for number in range(1, parameters.max_pages + 1):
        found = await _any(work, items, page, wait_s)
        if found is None:
            return
        await _first_item(found, min(wait_s, work.left_s))
        if parameters.scroll:
            async for _ in scrolled_pages(work, found, min(parameters.wait_s, work.left_s)):
                yield found
            return
        yield found
        if parameters.next_page is None or number == parameters.max_pages:
            return
        if not await _turned(work, parameters.next_page, found, page):
            if number == 1:
                words = f"There is no {parameters.next_page} to click: the first page is taken for the only one."
                work.log(LogLevel.INFO, words)
            return


async def _any(work: Work, items: Target, page: Page, wait_s: float) -> PageLocator | None:
    try:
        return await locate(work, items, wait_ms=min(wait_s, work.left_s) * 1_000, root=page, many=True)
    except ActionError:
        return None


async def _first_item(found: PageLocator, wait_s: float) -> None:
    if wait_s <= 0:
        return
    try:
        await found.first.wait_for(state="attached", timeout=wait_s * 1_000)
    except PlaywrightTimeoutError:
        pass  # an empty list is a list


async def _turned(work: Work, next_page: Target, items: PageLocator, page: Page) -> bool:
    """Goes to the next page; False when this was the last. The old page is left only when the new one is there."""
    button = await _usable(page, next_page)
    if button is None:
        return False
    before = (page.url, await _sign(items))
    wait_s = min(TURN_LIMIT_S, work.left_s)
    statuses: list[int] = []

    def heard(response: Response) -> None:
        if response.request.is_navigation_request() and response.frame is page.main_frame:
            statuses.append(response.status)

    page.on("response", heard)
    try:
        has_turned = await _click_and_wait(button, next_page, items, before, wait_s)
    finally:
        page.remove_listener("response", heard)
    if statuses and statuses[-1] >= 400:
        await _asked_again(work, page, statuses[-1])
    return has_turned


async def _click_and_wait(
    button: PageLocator, next_page: Target, items: PageLocator, before: tuple[str, str | None], wait_s: float
) -> bool:
    """False when the button is gone, or switched off, and nothing has come: it was there once too often."""
    page, held = items.page, Held()
    with listening(page) as answer:
        await button.click(timeout=wait_s * 1_000)
        try:
            async with asyncio.timeout(wait_s):
                while (page.url, await _sign(items)) == before:
                    is_over = answer.is_settled and await _usable(page, next_page) is None
                    if held("over", is_over, _OVER_S):
                        return False
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            message = f"The list did not change within {wait_s:g} s after {next_page} was clicked."
            raise ActionError.of(ErrorKind.TIMEOUT, message) from None
    await settled(page, wait_s)
    return True


async def _asked_again(work: Work, page: Page, status: int) -> None:
    """A page of a list that is an error page is loaded again: the list would seem to end here."""
    if status not in SITE_ERRORS:
        refuse_status(page.url, status)

    async def load() -> None:
        response = await page.reload(wait_until="domcontentloaded", timeout=work.wait_ms())
        refuse_status(page.url, response.status if response is not None else 200)

    await patiently(work, load)


async def _usable(page: Page, next_page: Target) -> PageLocator | None:
    for locator in next_page.locators:
        found = page_locator(page, locator).first
        if await is_there(found) and await found.is_visible() and await found.evaluate(_IS_USABLE):
            return found
    return None


async def _sign(items: PageLocator) -> str | None:
    """What the list looks like; None while the page is between two documents."""
    try:
        return str(await items.evaluate_all(_SIGN))
    except PlaywrightError as error:
        if is_lost(error):
            raise
        return None


async def extract_table(work: Work, parameters: ExtractTable) -> Rows:
    """The rows of a table, over its pages, as objects."""

    async def read(tables: PageLocator) -> Rows:
        if not await tables.count():
            raise not_found(parameters.target, work.wait_ms(parameters))
        seen = tables.filter(visible=True)
        return await read_table(work, seen if await seen.count() == 1 else tables, parameters)

    pages = _pages(work, parameters, parameters.target, await work.page(), wait_s=work.wait_s(parameters))
    rows = await _gathered(pages, read, parameters, parameters.max_rows)
    return rows[: parameters.max_rows]
