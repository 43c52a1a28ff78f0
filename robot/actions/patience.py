"""Patience with a site that answers with errors now and then: what only reads is asked again, at once and for long."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from orchestrator.contract.actions.navigate import Patience
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.results import LogLevel
from robot.actions.failures import as_action_error
from robot.actions.work import Work
from robot.errors import ActionError

_BY_HTTP = "The site asks for a login by HTTP: give its name and password as `http_login` of `session.open`."
SITE_ERRORS = frozenset({429, 500, 502, 503, 504})
"""Statuses that say nothing about the request itself: the next one may be answered."""
TRIES = 5
PAUSE_S = 0.25
"""Before the second try; it grows with each."""

MOST_WAITS = 2
"""Tries of what took too long, which takes as long each time."""
NETWORK = frozenset({ErrorKind.NETWORK})
READS = NETWORK | {ErrorKind.TIMEOUT}
"""After these something that only reads is done again."""

T = TypeVar("T")


async def patiently(
    work: Work, act: Callable[[], Awaitable[T]], *, tries: int = TRIES, kinds: Collection[ErrorKind] = NETWORK
) -> T:
    """What `act` gives, tried again after failures of these kinds; only for what may be repeated."""
    for number in range(1, tries + 1):
        try:
            return await act()
        except (ActionError, PlaywrightError) as error:
            told = await as_action_error(error, work)
            pause_s, most = PAUSE_S * number, tries if told.info.kind is ErrorKind.NETWORK else MOST_WAITS
            if told.info.kind not in kinds or number >= most or work.left_s < pause_s * 2:
                raise told from error
            work.log(LogLevel.INFO, f"The site failed, and is asked again: {told.info.message[:500]}")
            await asyncio.sleep(pause_s)
    raise AssertionError


async def open_address(work: Work, page: Page, url: str, patience: Patience | None = None) -> None:
    """Opens an address, again when the site fails. ActionError of kind network, or navigation for other refusals."""

    async def go() -> None:
        address = await work.address(url, page)
        response = await page.goto(address, wait_until="domcontentloaded", timeout=work.wait_ms(patience))
        refuse_status(address, response.status if response is not None else 200)

    await patiently(work, go)


def refuse_status(address: str, status: int) -> None:
    """ActionError for an answer that is an error."""
    if status >= 400:
        kind = ErrorKind.NETWORK if status in SITE_ERRORS else kind_of(status)
        raise ActionError.of(kind, f"{address} answered with status {status}.", hint=hint_of(status))


def kind_of(status: int) -> ErrorKind:
    """What an answer means that will be the same the next time: who is not let in need not try again."""
    return ErrorKind.BUSINESS if status == 401 else ErrorKind.NAVIGATION


def hint_of(status: int) -> str | None:
    """What can be done about an answer that is an error."""
    return _BY_HTTP if status == 401 else None
