"""One browser session: a fresh context with its pages, lent to one owner at a time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from playwright.async_api import BrowserContext, Dialog, Page, StorageState
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.browser.life import SignsOfLife
from robot.browser.limits import limited
from robot.browser.slot import BrowserSlot
from robot.errors import ActionError

PAGE_LIMIT_S = 10.0
PROBE_LIMIT_S = 2.0
CLOSE_LIMIT_S = 2.0
STORAGE_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """What a context is made with."""

    viewport: tuple[int, int] = (1280, 800)
    locale: str | None = None
    timezone: str | None = None
    user_agent: str | None = None
    storage: Mapping[str, JsonValue] | None = None
    """Cookies and local storage to begin with, as `Session.storage()` gave them."""


PLAIN = SessionOptions()


@dataclass(slots=True)
class DialogPolicy:
    """How the next alert, confirmation or prompt is answered, and what the last one said."""

    policy: Literal["accept", "dismiss"] = "dismiss"
    text: str | None = None
    last: tuple[str, str] | None = None
    """Type and message."""
    seen: asyncio.Event = field(default_factory=asyncio.Event)


class Session:
    """A lent session. `page` is the page that steps work in; it may be replaced during the lease."""

    def __init__(
        self, *, number: int, owner: str, slot: BrowserSlot, context: BrowserContext, options: SessionOptions
    ) -> None:
        self.number = number
        self.owner = owner
        self.slot = slot
        self.context = context
        self.options = options
        self.dialogs = DialogPolicy()
        self.has_crashed = False
        self.is_released = False
        self.life = SignsOfLife()
        self._page: Page | None = None
        context.on("page", self._watch)
        context.on("dialog", self._answer)

    @property
    def page(self) -> Page:
        """The current page."""
        if self._page is None:
            raise ActionError.of(ErrorKind.SESSION_EXPIRED, "The browser session has no page.")
        return self._page

    @page.setter
    def page(self, page: Page) -> None:
        self._page = page
        self.has_crashed = False

    @property
    def is_lost(self) -> bool:
        """True when the browser behind it is gone: a new session is needed."""
        return self.is_released or not self.slot.is_alive

    async def open_page(self) -> Page:
        """A new page, which becomes the current one."""
        self.page = await limited(self.context.new_page(), PAGE_LIMIT_S, "Opening a page")
        return self.page

    async def probe(self) -> bool:
        """True when the page still answers; `title()` would do so even on a crashed page."""
        if self.is_lost or self.has_crashed or self._page is None or self._page.is_closed():
            return False
        try:
            async with asyncio.timeout(PROBE_LIMIT_S):
                return bool(await self._page.evaluate("1") == 1)
        except (TimeoutError, PlaywrightError):
            return False

    async def storage(self) -> Mapping[str, JsonValue]:
        """Cookies and local storage: a login that another session can begin with."""
        state = await limited(self.context.storage_state(), STORAGE_LIMIT_S, "Reading the session's storage")
        return cast("dict[str, JsonValue]", dict(state))

    async def close_pages(self) -> bool:
        """Ends what the pages do, at once; False when the browser did not manage in time."""
        for page in list(self.context.pages):
            if not await _closed(page):
                return False
        return True

    async def close(self) -> bool:
        """Closes the context; False when the browser did not manage in time."""
        return await _closed(self.context)

    def _watch(self, page: Page) -> None:
        """Only events that Playwright tells anyway: to hear of each request would cost a message for each."""
        self.life.seen()
        page.on("crash", self._crashed)
        page.on("framenavigated", self.life.seen)
        page.on("domcontentloaded", self.life.seen)
        page.on("load", self.life.seen)
        page.on("download", self.life.seen)
        page.on("close", self.life.seen)

    def _crashed(self, page: Page) -> None:
        self.slot.crashes += 1
        if page is self._page:
            self.has_crashed = True

    async def _answer(self, dialog: Dialog) -> None:
        self.life.seen()
        self.dialogs.last = (dialog.type, dialog.message)
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                if self.dialogs.policy == "accept" or dialog.type == "beforeunload":
                    await (dialog.accept(self.dialogs.text) if self.dialogs.text else dialog.accept())
                else:
                    await dialog.dismiss()
        except (TimeoutError, PlaywrightError):
            pass  # the page was closed under its dialog
        self.dialogs.seen.set()


async def _closed(thing: Page | BrowserContext) -> bool:
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await thing.close()
    except TimeoutError:
        return False
    except PlaywrightError:
        pass  # closed already
    return True


def storage_for_playwright(storage: Mapping[str, JsonValue] | None) -> StorageState | None:
    """Storage in Playwright's own type."""
    return cast("StorageState", dict(storage)) if storage is not None else None
