"""One browser session: a fresh context with its pages, lent to one owner at a time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from playwright.async_api import Dialog, Frame, Page
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.browser.lease import Lease
from robot.browser.life import SignsOfLife
from robot.browser.limits import limited
from robot.browser.providers.contexts import CLOSE_LIMIT_S, PAGE_LIMIT_S, answers, closed
from robot.browser.session_options import SessionOptions
from robot.errors import ActionError

STORAGE_LIMIT_S = 5.0


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

    def __init__(self, *, number: int, owner: str, lease: Lease, options: SessionOptions, pool: str = "") -> None:
        self.number = number
        self.owner = owner
        self.lease = lease
        self.slot = lease.slot
        self.context = lease.context
        self.options = options
        self.pool = pool
        """Name of the pool that it goes back to."""
        self.dialogs = DialogPolicy()
        self.has_crashed = False
        self.is_released = False
        self.life = SignsOfLife()
        self.navigations = 0
        """Main documents and moves within them that its pages have had."""
        self._documents: dict[Page, int] = {}
        self._page: Page | None = lease.page
        if lease.shared_with is None:
            for page in lease.context.pages:
                self._watch(page)
            self.context.on("page", self._watch)
            self.context.on("dialog", self._answer)
        else:
            self._adopt(lease.page)

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
    def pages(self) -> list[Page]:
        """Its open pages, in the order of opening."""
        shared = self.lease.shared_with
        return self.context.pages if shared is None else [each for each in shared if not each.is_closed()]

    @property
    def is_lost(self) -> bool:
        """True when the browser behind it is gone: a new session is needed."""
        return self.is_released or not self.slot.is_alive

    def document_of(self, page: Page) -> int:
        """The navigation with which the page's document began: what is older was done to another one."""
        return self._documents.get(page, 0)

    async def open_page(self) -> Page:
        """A new page, which becomes the current one."""
        self.page = await limited(self.context.new_page(), PAGE_LIMIT_S, "Opening a page")
        if self.lease.shared_with is not None:
            self._adopt(self.page)
        return self.page

    async def probe(self) -> bool:
        """True when the page still answers; `title()` would do so even on a crashed page."""
        if self.is_lost or self.has_crashed or self._page is None or self._page.is_closed():
            return False
        return await answers(self._page)

    async def storage(self) -> Mapping[str, JsonValue]:
        """Cookies and local storage: a login that another session can begin with."""
        state = await limited(self.context.storage_state(), STORAGE_LIMIT_S, "Reading the session's storage")
        return cast("dict[str, JsonValue]", dict(state))

    async def close_pages(self) -> bool:
        """Ends what the pages do, at once; False when the browser did not manage in time."""
        for page in list(self.pages):
            if not await closed(page):
                return False
        return True

    def _adopt(self, page: Page) -> None:
        """A page of ours among those of others, and what it opens in turn."""
        if self.lease.shared_with is not None:
            self.lease.shared_with.append(page)
        page.on("popup", self._adopt)
        page.on("dialog", self._answer)
        self._watch(page)

    def _watch(self, page: Page) -> None:
        """Only events that Playwright tells anyway: to hear of each request would cost a message for each."""
        self.life.seen()
        page.on("crash", self._crashed)
        page.on("framenavigated", self._navigated)
        page.on("domcontentloaded", self._opened)
        page.on("load", self.life.seen)
        page.on("download", self.life.seen)
        page.on("close", self.life.seen)

    def _navigated(self, frame: Frame) -> None:
        self.life.seen()
        self.navigations += frame.parent_frame is None

    def _opened(self, page: Page) -> None:
        """A navigation within a document has no such event."""
        self.life.seen()
        self._documents[page] = self.navigations

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
