"""extract_list and extract_table: rows over several pages."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page, Response
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from orchestrator.contract.actions.read import ExtractList, ExtractTable, FieldRule, Pages
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import LogLevel
from robot.actions.locating import is_there, locate, not_found, page_locator
from robot.actions.navigation import settled
from robot.actions.patience import SITE_ERRORS, patiently, refuse_status
from robot.actions.reading import read_rows
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.errors import ActionError

POLL_S = 0.05
"""A foreign page has no event that says "this is another list now": it is asked again."""
TURN_LIMIT_S = 15.0

_SIGN = "elements => elements.length + '|' + elements.map(element => element.innerText).join('|').slice(0, 20000)"
_IS_USABLE = """element => !element.disabled && element.getAttribute('aria-disabled') !== 'true'
  && !element.classList.contains('disabled')"""

Rows = list[JsonValue]
Columns = tuple[str, ...] | dict[str, str] | None


async def extract_list(work: Work, parameters: ExtractList) -> Rows:
    """One value for each item of all pages of the step's page."""
    return await read_pages(work, parameters, await work.page())


async def read_pages(work: Work, parameters: ExtractList, page: Page) -> Rows:
    """The same for any page."""
    rows: Rows = []
    async for items in _pages(work, parameters, parameters.items, page, wait_s=parameters.wait_s):
        rows += await _rows_of(work, items, parameters)
        if len(rows) >= parameters.max_items:
            break
    if len(rows) < parameters.min_items:
        message = f"{parameters.items} gave {len(rows)} items; at least {parameters.min_items} were expected."
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, message)
    return rows[: parameters.max_items]


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
        await _click_and_wait(button, next_page, items, before, wait_s)
    finally:
        page.remove_listener("response", heard)
    if statuses and statuses[-1] >= 400:
        await _asked_again(work, page, statuses[-1])
    return True


async def _click_and_wait(
    button: PageLocator, next_page: Target, items: PageLocator, before: tuple[str, str | None], wait_s: float
) -> None:
    page = items.page
    await button.click(timeout=wait_s * 1_000)
    try:
        async with asyncio.timeout(wait_s):
            while (page.url, await _sign(items)) == before:  # noqa: ASYNC110  a page of others sends no event for it
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        message = f"The list did not change within {wait_s:g} s after {next_page} was clicked."
        raise ActionError.of(ErrorKind.TIMEOUT, message) from None
    await settled(page, wait_s)


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
        if "has been closed" in error.message or "crashed" in error.message:
            raise
        return None


_READ_TABLE = """table => {
  const drawn = part => part instanceof HTMLInputElement
    ? (part.type === 'checkbox' || part.type === 'radio' ? String(part.checked) : part.value)
    : part.getAttribute('alt') ?? part.getAttribute('aria-label') ?? part.getAttribute('title') ?? '';
  const said = cell => cell.innerText.trim() || (cell.tagName === 'TH' ? '' :
    [...cell.querySelectorAll('img, input:not([type=hidden]), [aria-label], [title]')].map(drawn).join(' ').trim());
  const isHeading = row => row.cells.length > 0 && [...row.cells].every(cell => cell.tagName === 'TH');
  const grid = rows => {
    const below = [];
    return rows.map(row => {
      const line = [];
      const take = () => {
        for (let held; (held = below[line.length]) && held.left > 0; held.left--) line.push(held.text);
      };
      for (const cell of row.cells) {
        take();
        for (let place = 0; place < cell.colSpan; place++) {
          const text = place && cell.tagName === 'TD' ? null : said(cell);
          below[line.length] = {text, left: (cell.rowSpan || rows.length) - 1};
          line.push(text);
        }
      }
      take();
      return line;
    });
  };
  const rows = [...table.rows];
  let heads = table.tHead ? [...table.tHead.rows] : [];
  if (!heads.length && rows.length && isHeading(rows[0])) heads = [rows[0]];
  const body = rows.filter(row => !heads.includes(row) && !row.closest('thead, tfoot'));
  const isAllHeadings = body.every(isHeading);
  const lines = grid(body).filter((_, place) => isAllHeadings || !isHeading(body[place]));
  return {head: heads.length ? grid(heads).pop() : [], rows: lines};
}"""
"""Header and rows as a grid: a cell over several rows stands in each of them, one over several columns in the first.
A cell of data without words says what its picture means, or what its field holds.
Rows of nothing but headings between rows of data are titles of groups, or what turns the pages."""


async def extract_table(work: Work, parameters: ExtractTable) -> Rows:
    """The rows of a table, over its pages, as objects."""
    rows: Rows = []
    page = await work.page()
    async for tables in _pages(work, parameters, parameters.target, page, wait_s=work.wait_s(parameters)):
        if not await tables.count():
            raise not_found(parameters.target, work.wait_ms(parameters))
        rows += await read_table(work, tables, parameters)
        if len(rows) >= parameters.max_rows:
            break
    return rows[: parameters.max_rows]


async def read_table(work: Work, table: PageLocator, parameters: ExtractTable | None = None) -> Rows:
    """The rows of one table as objects, named by its headers."""
    read = await limited(table.evaluate(_READ_TABLE, timeout=work.wait_ms()), work.left_s, "Reading the table")
    return _named(read["head"], read["rows"], parameters.columns if parameters else None)


def _named(head: Sequence[str], rows: Sequence[Sequence[str]], columns: Columns) -> Rows:
    width = max((len(row) for row in rows), default=0)
    wanted = _wanted(column_names(head, width), columns)
    return [{name: row[place] if place < len(row) else None for name, place in wanted.items()} for row in rows]


def column_names(head: Sequence[str], width: int) -> list[str]:
    """Headers as names: empty ones are `column_3`, a second `Price` is `Price 2`."""
    names: list[str] = []
    for place in range(max(len(head), width)):
        name = " ".join(head[place].split()) if place < len(head) and head[place].strip() else f"column_{place + 1}"
        again = names.count(name) + sum(
            each.startswith(f"{name} ") and each[len(name) + 1 :].isdigit() for each in names
        )
        names.append(f"{name} {again + 1}" if again else name)
    return names


def _wanted(names: Sequence[str], columns: Columns) -> dict[str, int]:
    if columns is None:
        return {name: place for place, name in enumerate(names)}
    pairs = columns.items() if isinstance(columns, dict) else [(each, each) for each in columns]
    known = {name.casefold(): place for place, name in reversed(list(enumerate(names)))}
    missing = [header for _, header in pairs if header.casefold() not in known]
    if missing:
        message = f"The table has no column {missing[0]!r}; it has {', '.join(names) or 'none'}."
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, message)
    return {name: known[header.casefold()] for name, header in pairs}
