"""goto, back, forward, reload, wait_for."""

import asyncio
import functools
import re
from collections.abc import Awaitable
from typing import Literal

from playwright.async_api import Locator as PageLocator
from playwright.async_api import Page, Response, expect

from orchestrator.contract.actions.navigate import Goto, History, WaitFor
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.addresses import BLANK, refuse_private
from robot.actions.locating import locate, not_found, page_locator
from robot.actions.page_expressions import until_true
from robot.actions.patience import hint_of, kind_of
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.errors import ActionError

TITLE_LIMIT_S = 5.0


async def goto(work: Work, parameters: Goto) -> JsonValue:
    """Opens an address."""
    page = await work.page()
    url = await work.address(parameters.url, page)
    response = await page.goto(url, wait_until=parameters.wait_until, timeout=work.wait_ms(parameters))
    if not work.settings.allow_private_networks and page.url != BLANK:
        await refuse_private(page.url)
    _check_status(page.url, response, parameters.expect_status)
    return await where(page, response)


def _check_status(url: str, response: Response | None, expected: tuple[int, ...] | int | None) -> None:
    if response is None:
        return
    status = response.status
    right = (expected,) if isinstance(expected, int) else expected
    if status not in right if right else status >= 400:
        wanted = " or ".join(map(str, right)) if right else "less than 400"
        message = f"{url} answered with status {status}; {wanted} was expected."
        kind = ErrorKind.NETWORK if status in {429, 502, 503, 504} else kind_of(status)
        raise ActionError.of(kind, message, hint=hint_of(status))


async def where(page: Page, response: Response | None = None) -> dict[str, JsonValue]:
    """What a step's value says of a page."""
    title = await limited(page.title(), TITLE_LIMIT_S, "Reading the page's title")
    return {"url": page.url, "status": response.status if response else None, "title": title}


async def back(work: Work, parameters: History) -> JsonValue:
    """Goes back to the page before."""
    page = await work.page()
    response = await page.go_back(wait_until=parameters.wait_until, timeout=work.wait_ms(parameters))
    return await where(page, response)


async def forward(work: Work, parameters: History) -> JsonValue:
    """Goes forward to the page from which `back` came."""
    page = await work.page()
    response = await page.go_forward(wait_until=parameters.wait_until, timeout=work.wait_ms(parameters))
    return await where(page, response)


async def reload(work: Work, parameters: History) -> JsonValue:
    """Loads the page again."""
    page = await work.page()
    response = await page.reload(wait_until=parameters.wait_until, timeout=work.wait_ms(parameters))
    return await where(page, response)


async def wait_for(work: Work, parameters: WaitFor) -> JsonValue:
    """Waits for an element, its text, an address, a response, a condition or the page's loading, unless refused."""
    page = await work.page()
    if parameters.refusal is None:
        await _wait(work, parameters, page)
    else:
        await _wait_unless_refused(work, parameters, page, parameters.refusal)
    return True


async def _wait_unless_refused(work: Work, parameters: WaitFor, page: Page, refusal: Target) -> None:
    """What comes first counts; the wait's own failure when neither does."""
    shown = _any_of(page, refusal).locator("visible=true").first
    loop = asyncio.get_running_loop()
    waiting = loop.create_task(_wait(work, parameters, page))
    refusing = loop.create_task(shown.wait_for(state="visible", timeout=work.wait_ms(parameters)))
    try:
        await asyncio.wait((waiting, refusing), return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done() and refusing.exception() is None:
            words = " ".join((await shown.inner_text(timeout=work.wait_ms(parameters))).split())
            raise ActionError.of(ErrorKind.BUSINESS, f"The site refused: {words or refusal}"[:2_000])
        await waiting
    finally:
        for each in (waiting, refusing):
            each.cancel()
        await asyncio.gather(waiting, refusing, return_exceptions=True)


def _any_of(page: Page, target: Target) -> PageLocator:
    found = [page_locator(page, locator) for locator in target.locators]
    return functools.reduce(PageLocator.or_, found)


async def _wait(work: Work, parameters: WaitFor, page: Page) -> None:
    wait_ms = work.wait_ms(parameters)
    if parameters.response is not None:
        await page.wait_for_event("response", _response_from(parameters.response), timeout=wait_ms)
    if parameters.url is not None:
        await page.wait_for_url(matcher(parameters.url), timeout=wait_ms, wait_until="commit")
    if parameters.load is not None:
        await page.wait_for_load_state(parameters.load, timeout=wait_ms)
    if parameters.target is not None:
        await _wait_for_target(work, parameters, parameters.target)
    if parameters.expression is not None:
        await until_true(page, parameters.expression, work.wait_s(parameters))


def _response_from(pattern: str) -> "ResponsePredicate":
    wanted = matcher(pattern)
    return ResponsePredicate(wanted)


class ResponsePredicate:
    """True for responses from addresses that fit."""

    def __init__(self, wanted: re.Pattern[str]) -> None:
        self._wanted = wanted

    def __call__(self, response: Response) -> bool:
        return self._wanted.search(response.url) is not None


def matcher(pattern: str) -> re.Pattern[str]:
    """A pattern for addresses: `*` is anything but `/`, `**` anything; without them a part of the address."""
    if "*" not in pattern:
        return re.compile(re.escape(pattern))
    parts = re.split(r"(\*\*|\*)", pattern)
    body = "".join({"**": ".*", "*": "[^/]*"}.get(part) or re.escape(part) for part in parts)
    return re.compile(f"^{body}$")


async def _wait_for_target(work: Work, parameters: WaitFor, target: Target) -> None:
    wait_ms = work.wait_ms(parameters)
    if parameters.state in {"hidden", "detached"}:
        await _wait_until_gone(work, target, parameters.state, wait_ms)
        return
    found = await locate(work, target, wait_ms=wait_ms, many=parameters.count is not None)
    if parameters.count is not None and parameters.count > 0:
        found = found.nth(parameters.count - 1)
    await _wait_for_state(found, parameters.state, wait_ms)
    if parameters.text is not None:
        await holding(expect(found).to_contain_text(parameters.text, timeout=work.wait_ms(parameters)), target, "text")


async def _wait_until_gone(work: Work, target: Target, state: str, wait_ms: float) -> None:
    """All locators must be gone."""
    gone: Literal["hidden", "detached"] = "hidden" if state == "hidden" else "detached"
    for locator in target.locators:
        found = await locate(work, Target((locator,)), wait_ms=wait_ms, many=True)
        work.acting = None
        await found.first.wait_for(state=gone, timeout=wait_ms)


async def _wait_for_state(found: PageLocator, state: str, wait_ms: float) -> None:
    match state:
        case "attached":
            await found.first.wait_for(state="attached", timeout=wait_ms)
        case "visible":
            await found.wait_for(state="visible", timeout=wait_ms)
        case "enabled":
            await holding(expect(found).to_be_enabled(timeout=wait_ms), None, state)
        case _:
            await holding(expect(found).to_be_disabled(timeout=wait_ms), None, state)


async def holding(assertion: Awaitable[None], target: Target | None, what: str) -> None:
    """Playwright's assertions, with their failures as ours."""
    try:
        await assertion
    except AssertionError as error:
        first = " ".join(str(error).partition("Call log")[0].split())
        if "element(s) not found" in str(error) and target is not None:
            raise not_found(target, 0) from None
        raise ActionError.of(ErrorKind.TIMEOUT, f"Waited in vain for {what}: {first}"[:2_000]) from None


async def settled(page: Page, wait_s: float) -> None:
    """Waits until the document of a page is there after something that may have led to another one."""
    async with asyncio.timeout(wait_s):
        await page.wait_for_load_state("domcontentloaded", timeout=wait_s * 1_000)
