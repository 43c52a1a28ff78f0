"""Connections to browsers that somebody else runs, over the Chrome DevTools Protocol."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from robot.browser.chores import Chores
from robot.browser.driver import Driver
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.slot import BrowserSlot
from robot.errors import ActionError

DISCONNECT_LIMIT_S = 5.0
CONNECT_LIMIT_S = 15.0


class RemoteBrowser:
    """One connection; the browser behind it lives on without it."""

    pid = None

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._is_dropped = False

    @property
    def is_alive(self) -> bool:
        """True while the connection stands."""
        return not self._is_dropped and self.browser.is_connected()

    async def close(self) -> int:
        """Disconnects, which ends the contexts that were made over this connection."""
        self._is_dropped = True
        try:
            async with asyncio.timeout(DISCONNECT_LIMIT_S):
                await self.browser.close()
        except (TimeoutError, PlaywrightError):
            pass  # a connection that is gone or hangs ends with the driver at the latest
        return 0

    async def kill(self) -> int:
        """Disconnects too: the process is not ours."""
        return await self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a browser listens."""

    url: str = field(repr=False)
    """`http://`, `https://`, `ws://` or `wss://`; it may carry a key, so that it is never shown."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    limit_s: float = CONNECT_LIMIT_S
    keeps_defaults: bool = False
    """True: the browser's own first context is left as it is. Its downloads break for whoever else is attached once a
    client asks for its own download behaviour there, which Playwright otherwise does when it connects."""

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}"


async def connect(drivers: DriverKeeper, endpoint: Endpoint, chores: Chores) -> BrowserSlot:
    """A slot of its own for one connection. ActionError: browser_lost when nobody answers, driver_lost."""
    driver = await drivers.living()
    connecting = asyncio.get_running_loop().create_task(_connected(driver, endpoint))
    try:
        browser = await asyncio.shield(connecting)
    except asyncio.CancelledError:
        chores.add(_drop(connecting))
        raise
    return BrowserSlot(RemoteBrowser(browser), driver)


async def _connected(driver: Driver, endpoint: Endpoint) -> Browser:
    try:
        return await driver.playwright.chromium.connect_over_cdp(
            endpoint.url,
            headers=dict(endpoint.headers) or None,
            timeout=endpoint.limit_s * 1_000,
            no_defaults=endpoint.keeps_defaults,
        )
    except PlaywrightError as error:
        kind = ErrorKind.BROWSER_LOST if driver.is_alive else ErrorKind.DRIVER_LOST
        reason = _reason(error, endpoint)
        raise ActionError.of(kind, f"The browser at {endpoint} cannot be reached: {reason}") from None


def _reason(error: PlaywrightError, endpoint: Endpoint) -> str:
    """Playwright repeats the whole address; it may hold a key."""
    told = error.message.partition("\n")[0].removeprefix("BrowserType.connect_over_cdp: ")
    first = told.replace(endpoint.url, str(endpoint))
    return first if endpoint.url.partition("?")[2] not in first or "?" not in endpoint.url else "no answer."


async def _drop(connecting: "asyncio.Task[Browser]") -> None:
    """Nobody waits for the connection any more."""
    try:
        browser = await connecting
    except (ActionError, PlaywrightError):
        return
    await RemoteBrowser(browser).close()
