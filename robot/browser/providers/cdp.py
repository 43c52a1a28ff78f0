"""Sessions in a browser that somebody else runs: any endpoint of the Chrome DevTools Protocol.

Each session has a connection of its own, so that one that breaks takes no other along, and a fresh context, which ends
with it. In the browser's own first context (`default`), with the logins of whoever uses it, there is one session only.
"""

import ipaddress
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from robot.browser.chores import Chores
from robot.browser.driver_keeper import DriverKeeper
from robot.browser.lease import Lease, Outcome
from robot.browser.providers.contexts import answers, closed, new_context, new_page
from robot.browser.providers.port import Capabilities, CapacityError, ProviderFigures, SessionSpec
from robot.browser.providers.remote import CONNECT_LIMIT_S, Endpoint, connect
from robot.browser.session_options import SessionOptions, storage_for_playwright
from robot.browser.slot import BrowserSlot
from robot.errors import ActionError

KIND = "cdp"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdpSettings:
    """Which browser, and how it is shared."""

    endpoint: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent when connecting, such as an authorization."""
    context: Literal["fresh", "default"] = "fresh"
    max_sessions: int = 4
    connect_limit_s: float = CONNECT_LIMIT_S


class CdpProvider:
    """Implements `BrowserProvider`; see the module."""

    kind = KIND
    engine = "chromium"

    def __init__(self, settings: CdpSettings, drivers: DriverKeeper) -> None:
        self._settings = settings
        self._drivers = drivers
        self._endpoint = Endpoint(
            url=settings.endpoint,
            headers=settings.headers,
            limit_s=settings.connect_limit_s,
            keeps_defaults=settings.context == "fresh",
        )
        self._leases: set[Lease] = set()
        self._chores = Chores()
        self._launched = self._lost = 0
        self._closed = False

    @property
    def capabilities(self) -> Capabilities:
        """Files that pages hand out lie where the browser runs: they can be kept when that is this machine."""
        is_fresh = self._settings.context == "fresh"
        return Capabilities(
            isolation=is_fresh,
            downloads=_is_loopback(self._settings.endpoint),
            extensions=not is_fresh,
            most_sessions=self._settings.max_sessions if is_fresh else 1,
        )

    async def start(self) -> str:
        """Nothing is asked of the browser before its first session: it may come up later than the robot."""
        await self._drivers.sweep()
        return f"the browser at {self._endpoint}"

    async def acquire(self, spec: SessionSpec) -> Lease:
        """A connection, and a context over it."""
        if self._closed:
            raise CapacityError("The robot's connections to browsers are closed.")
        slot = await connect(self._drivers, self._endpoint, self._chores)
        self._launched += 1
        try:
            context = await self._context(slot, spec.options)
            page = await new_page(context)
        except (PlaywrightError, ActionError) as error:
            await slot.running.close()
            if isinstance(error, ActionError) and not error.info.is_retryable:
                raise
            raise ActionError.of(ErrorKind.BROWSER_LOST, f"{self._endpoint} opens no session: {error}") from error
        except BaseException:
            self._chores.add(_disconnect(slot))
            raise
        slot.sessions = slot.leases = 1
        lease = Lease(
            slot=slot,
            context=context,
            page=page,
            provider=KIND,
            cdp_url=self._settings.endpoint,
            shared_with=None if self._settings.context == "fresh" else [],
        )
        self._leases.add(lease)
        return lease

    async def probe(self, lease: Lease) -> bool:
        """True when the session's page answers."""
        return lease.slot.is_alive and await answers(lease.page)

    async def release(self, lease: Lease, outcome: Outcome) -> None:
        """Closes what the session opened, and disconnects. A second time does nothing."""
        del outcome  # somebody else's browser is theirs to look after
        if lease not in self._leases:
            return
        self._leases.discard(lease)
        if not lease.slot.is_alive:
            self._lost += 1
        elif self._settings.context == "fresh":
            await closed(lease.context)
        else:
            for page in {lease.page, *(lease.shared_with or ())}:
                await closed(page)
        await _disconnect(lease.slot)

    async def tidy(self, *, idle_s: float, spare: int) -> None:
        """There is nothing between sessions."""

    def pids(self) -> Sequence[int]:
        """None: the browser is not ours."""
        return ()

    def figures(self) -> ProviderFigures:
        """Connections count as browsers."""
        return ProviderFigures(browsers=len(self._leases), launched=self._launched, lost=self._lost)

    async def close(self) -> int:
        """Disconnects everything."""
        self._closed = True
        for lease in list(self._leases):
            await self.release(lease, Outcome.GOOD)
        await self._chores.settle()
        return 0

    async def _context(self, slot: BrowserSlot, options: SessionOptions) -> BrowserContext:
        browser = slot.running.browser
        if self._settings.context == "fresh":
            return await new_context(browser, options)
        if options.needs_own_context:
            message = "A browser's own context cannot have another language, time zone, user agent or proxy."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message, hint='Use a pool with context = "fresh".')
        if not browser.contexts:
            raise ActionError.of(ErrorKind.BROWSER_LOST, "it has no context of its own")
        storage = storage_for_playwright(options.storage)
        if storage is not None:
            await browser.contexts[0].add_cookies([*storage.get("cookies", [])])  # type: ignore[list-item]  # read as written
        return browser.contexts[0]


async def _disconnect(slot: BrowserSlot) -> None:
    await slot.running.close()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
